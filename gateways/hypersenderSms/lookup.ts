import type { SentMessage } from '../../messages/sentMessage';
import type { Connection } from '../gateway';
import { account } from './credential';
import { findMessage, notFound } from './find';
import { toSentMessage } from './records';

/** Looks a message up by its `queueId`, its `scheduleId` or its reference: see `scheduleId.ts`. */
export async function lookup(connection: Connection, id: string): Promise<SentMessage> {
	const record = await findMessage(connection, id);
	const message = toSentMessage(record, account(connection.credential));
	if (message === null) throw notFound(id);
	return message;
}
