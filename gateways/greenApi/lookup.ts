import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { Recipient } from '../../messages/recipient';
import type { SentMessage } from '../../messages/sentMessage';
import { isObject, textAt } from '../json';
import type { Connection } from '../gateway';
import { GatewayError } from '../transport/gatewayError';
import { account, methodPath } from './credential';
import { recipientIn, toChatId } from './recipient';
import { toSentMessage } from './records';
import { shorten } from '../../messages/text';

/**
 * `getMessage { chatId, idMessage }` gives a message out of the chat's journal, in which it appears up
 * to two minutes after it was sent (green-api.com/en/docs/api/journals/GetMessage).
 */
export async function lookup(
	connection: Connection,
	id: string,
	recipient: Recipient | null,
): Promise<SentMessage> {
	if (recipient === null) {
		throw new InvalidParameterError(
			'Recipient',
			'"Recipient" is empty, but GREEN-API finds a message only by its ID and its chat. Enter the recipient of the message.',
		);
	}
	const response = await connection.request({
		method: 'POST',
		path: methodPath(connection.credential, 'getMessage'),
		body: { chatId: toChatId(recipient), idMessage: id },
		idempotent: true,
	});
	const record = isObject(response.body) ? response.body : {};
	const messageId = textAt(record, 'idMessage');
	if (messageId === null) throw connection.unexpected(response, '"idMessage"', false);
	if (textAt(record, 'type') === 'incoming') {
		throw new GatewayError(
			'notFound',
			`The message ${shorten(messageId, 80)} was received by the GREEN-API instance, not sent by it`,
			{ hint: 'Enter the ID that the operation "Send" returned.' },
		);
	}
	return toSentMessage(record, {
		messageId,
		recipient: recipientIn(textAt(record, 'chatId'), recipient),
		account: account(connection.credential),
	});
}
