import { InvalidParameter } from '../../messages/invalidParameter';
import type { MessageType } from '../../messages/message';
import { describeAddress, type Recipient } from '../../messages/recipient';
import type { SentMessage } from '../../messages/scheduledMessage';
import { mapStatus } from '../../messages/status';
import { isObject, objectAt, textAt, unixInstantAt } from '../json';
import type { Connection } from '../gateway';
import { GatewayError } from '../transport/gatewayError';
import { account, methodPath } from './credential';
import { toChatId } from './recipient';
import { failureOf, STATUS_WORDS } from './statuses';

/** `typeMessage`, as far as it is a type of ours. */
const TYPES: Readonly<Record<string, MessageType>> = {
	textMessage: 'text',
	extendedTextMessage: 'text',
	imageMessage: 'image',
	videoMessage: 'video',
	documentMessage: 'document',
	audioMessage: 'audio',
};

/**
 * `getMessage { chatId, idMessage }` gives a message out of the chat's journal, in which it appears up
 * to two minutes after it was sent (green-api.com/en/docs/api/journals/GetMessage).
 */
export async function lookUp(
	connection: Connection,
	id: string,
	recipient: Recipient | null,
): Promise<SentMessage> {
	if (recipient === null) {
		throw new InvalidParameter(
			'Recipient',
			'"Recipient" is empty, but GREEN-API finds a message only by its ID and its chat. Enter the recipient of the message.',
		);
	}
	const response = await connection.request({
		method: 'POST',
		path: methodPath(connection.credential, 'getMessage'),
		body: { chatId: toChatId(recipient), idMessage: id },
		kind: 'repeatable',
	});
	const record = isObject(response.body) ? response.body : {};
	const messageId = textAt(record, 'idMessage');
	if (messageId === null) throw connection.unexpected(response, '"idMessage"', false);
	if (textAt(record, 'type') === 'incoming') {
		throw new GatewayError(
			'notFound',
			`The message ${messageId.slice(0, 80)} was received by the GREEN-API instance, not sent by it`,
			{ hint: 'Give the ID that the operation "Send" returned.' },
		);
	}
	const gatewayStatus = textAt(record, 'statusMessage');
	const word = textAt(record, 'typeMessage') ?? '';
	return {
		// What is none of our types (a poll, a sticker) is told by `raw`.
		type: Object.hasOwn(TYPES, word) ? TYPES[word] : 'text',
		text: textAt(record, 'textMessage') ?? textAt(objectAt(record, 'extendedTextMessage'), 'text'),
		mediaUrl: textAt(record, 'downloadUrl'),
		caption: textAt(record, 'caption'),
		fileName: textAt(record, 'fileName'),
		reference: null,
		recipient: describeAddress(textAt(record, 'chatId')) ?? recipient,
		gateway: 'greenApi',
		account: account(connection.credential),
		messageId,
		queueId: null,
		status: mapStatus(STATUS_WORDS, gatewayStatus),
		gatewayStatus,
		acceptedAt: unixInstantAt(record, 'timestamp'),
		failure: failureOf(gatewayStatus, textAt(record, 'description')),
		raw: response.body,
	};
}
