import type { SentMessage } from '../../messages/sentMessage';
import type { Recipient } from '../../messages/recipient';
import { shorten } from '../../messages/text';
import type { Connection } from '../gateway';
import { GatewayError } from '../transport/gatewayError';
import { account, messagePath } from './credential';
import { isInbound, readRecord, toSentMessage, type MessageRecord } from './records';

/** `GET …/Messages/{Sid}.json` gives any message of the account with its status. */
export async function lookup(
	connection: Connection,
	id: string,
	recipient: Recipient | null,
): Promise<SentMessage> {
	const record = await fetchMessage(connection, id);
	const sent = toSentMessage(record, account(connection.credential), recipient);
	if (sent === null) throw notFound(id, 'has no recipient');
	return sent;
}

/**
 * A message that the account sent or is to send.
 *
 * @throws GatewayError of kind `notFound` if there is none, or if the account received it
 */
export async function fetchMessage(connection: Connection, sid: string): Promise<MessageRecord> {
	const response = await connection.request({
		method: 'GET',
		path: messagePath(connection.credential, sid),
		idempotent: true,
	});
	const record = readRecord(response.body);
	if (record === null) throw connection.unexpected(response, '"sid"', false);
	if (isInbound(record)) throw notFound(sid, 'was received by the Twilio account, not sent by it');
	return record;
}

const notFound = (id: string, why: string) =>
	new GatewayError('notFound', `The message ${shorten(id, 80)} ${why}`, {
		hint: 'Enter the ID that the operation "Send" or "Schedule" returned.',
	});
