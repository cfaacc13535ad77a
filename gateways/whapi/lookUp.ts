import type { MessageType } from '../../messages/message';
import { describeAddress, type Recipient } from '../../messages/recipient';
import type { SentMessage } from '../../messages/scheduledMessage';
import { mapStatus } from '../../messages/status';
import { isObject, objectAt, textAt, unixInstantAt } from '../json';
import type { Connection } from '../gateway';
import { GatewayError } from '../transport/gatewayError';
import { account } from './credential';
import { failureOf, STATUS_WORDS } from './statuses';

/** The vendor's types that are ours too. Each has its content under its own name. */
const TYPES: Readonly<Record<string, MessageType>> = {
	text: 'text',
	link_preview: 'text',
	image: 'image',
	video: 'video',
	document: 'document',
	audio: 'audio',
	voice: 'voice',
};

/** `GET /messages/{MessageID}` gives the message with its status (the vendor's OpenAPI file, `Message`). */
export async function lookUp(
	connection: Connection,
	id: string,
	recipient: Recipient | null,
): Promise<SentMessage> {
	const response = await connection.request({
		method: 'GET',
		path: `/messages/${encodeURIComponent(id)}`,
		kind: 'repeatable',
	});
	const record = isObject(response.body) ? response.body : {};
	const messageId = textAt(record, 'id');
	if (messageId === null) throw connection.unexpected(response, '"id"', false);
	if (record.from_me === false) {
		throw new GatewayError(
			'notFound',
			`The message ${messageId.slice(0, 80)} was received by the Whapi.Cloud channel, not sent by it`,
			{ hint: 'Give the ID that the operation "Send" returned.' },
		);
	}
	const to = describeAddress(textAt(record, 'chat_id')) ?? recipient;
	if (to === null) throw connection.unexpected(response, '"chat_id"', false);
	const word = textAt(record, 'type') ?? '';
	const type = Object.hasOwn(TYPES, word) ? TYPES[word] : null;
	const content = type === null ? {} : objectAt(record, word);
	const gatewayStatus = textAt(record, 'status');
	const status = mapStatus(STATUS_WORDS, gatewayStatus);
	return {
		// What is none of our types (a poll, a sticker) has no text and no media here; `raw` tells it.
		type: type ?? 'text',
		text: textAt(content, 'body'),
		mediaUrl: type === 'text' ? null : textAt(content, 'link'),
		caption: textAt(content, 'caption'),
		fileName: textAt(content, 'filename') ?? textAt(content, 'file_name'),
		reference: null,
		recipient: to,
		gateway: 'whapi',
		account: account(connection.credential),
		messageId,
		queueId: null,
		status,
		gatewayStatus,
		acceptedAt: unixInstantAt(record, 'timestamp'),
		failure: failureOf(record, status),
		raw: response.body,
	};
}
