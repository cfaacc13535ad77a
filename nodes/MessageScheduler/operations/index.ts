import type { Operation, Resource } from '../operation';
import { doNotContact } from './doNotContact';
import { message } from './message';
import { scheduledMessage } from './scheduledMessage';
import { statusEvent } from './statusEvent';

/** All resources with their operations, in the order of n8n's lists. */
export const resources: readonly Resource[] = [
	doNotContact,
	message,
	scheduledMessage,
	statusEvent,
];

/** The operation that the parameters *Resource* and *Operation* name, if there is one. */
export const findOperation = (resource: string, operation: string): Operation | undefined =>
	resources
		.find(({ option }) => option.value === resource)
		?.operations.find(({ option }) => option.value === operation);
