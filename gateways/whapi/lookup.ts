import { describeAddress, type Recipient } from '../../messages/recipient';
import type { SentMessage } from '../../messages/sentMessage';
import { isObject, textAt } from '../json';
import type { Connection } from '../gateway';
import { GatewayError } from '../transport/gatewayError';
import { account } from './credential';
import { toSentMessage } from './records';
import { shorten } from '../../messages/text';

/** `GET /messages/{MessageID}` gives the message with its status (the vendor's OpenAPI file, `Message`). */
export async function lookup(
	connection: Connection,
	id: string,
	recipient: Recipient | null,
): Promise<SentMessage> {
	const response = await connection.request({
		method: 'GET',
		path: `/messages/${encodeURIComponent(id)}`,
		idempotent: true,
	});
	const record = isObject(response.body) ? response.body : {};
	const messageId = textAt(record, 'id');
	if (messageId === null) throw connection.unexpected(response, '"id"', false);
	if (record.from_me === false) {
		throw new GatewayError(
			'notFound',
			`The message ${shorten(messageId, 80)} was received by the Whapi.Cloud channel, not sent by it`,
			{ hint: 'Enter the ID that the operation "Send" returned.' },
		);
	}
	const to = describeAddress(textAt(record, 'chat_id')) ?? recipient;
	if (to === null) throw connection.unexpected(response, '"chat_id"', false);
	return toSentMessage(record, {
		messageId,
		recipient: to,
		account: account(connection.credential),
	});
}
