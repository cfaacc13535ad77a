import type { Proof } from '../proof.mts';
import * as doNotContact from './doNotContact.mts';
import * as manyMessages from './manyMessages.mts';
import * as message from './message.mts';
import * as oneMessage from './oneMessage.mts';
import * as sending from './sending.mts';
import * as upkeep from './upkeep.mts';
import { readWebhook, received, status } from './webhooks.mts';

/** By resource and operation, as in {@link Row}. */
const proofs: Readonly<Record<string, Readonly<Record<string, Proof>>>> = {
	doNotContact,
	message,
	scheduledMessage: { ...oneMessage, ...manyMessages, ...sending, ...upkeep },
	statusEvent: { readWebhook },
	trigger: { status, received },
};

/** How an operation is proved; undefined if nobody has said so. */
export const proofOf = ({
	resource,
	operation,
}: {
	readonly resource: string;
	readonly operation: string;
}): Proof | undefined => proofs[resource]?.[operation];
