import type { Operation } from '../operation';
import * as message from './message';
import * as scheduledMessage from './scheduledMessage';

/** Every operation, by resource and by the name that its parameter has. */
export const operations = { message, scheduledMessage } as unknown as Readonly<
	Record<string, Readonly<Record<string, Operation>>>
>;
