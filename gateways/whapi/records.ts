import type { MessageType } from '../../messages/message';
import type { Recipient } from '../../messages/recipient';
import type { SentMessage } from '../../messages/sentMessage';
import { mapStatus } from '../../messages/status';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import { failureOf, STATUS_WORDS } from './statuses';

/** The vendor's types that are ours too (github.com/purelines/whapi-sdk, openapi.yaml, `MessageType`). */
const TYPES: Readonly<Record<string, MessageType>> = {
	text: 'text',
	link_preview: 'text',
	image: 'image',
	video: 'video',
	gif: 'video',
	short: 'video',
	document: 'document',
	documentWithCaption: 'document',
	audio: 'audio',
	voice: 'voice',
};

/** The type of ours that a message has; null if it has none (a poll, a sticker). */
export function typeOf(record: JsonObject): MessageType | null {
	const word = textAt(record, 'type') ?? '';
	return Object.hasOwn(TYPES, word) ? TYPES[word] : null;
}

/**
 * The content stands under the type's own name; of `documentWithCaption` the file shows no key of its own, so
 * it is looked for under `document`, too.
 */
const contentOf = (record: JsonObject, word: string): JsonObject =>
	isObject(record[word]) || word !== 'documentWithCaption'
		? objectAt(record, word)
		: objectAt(record, 'document');

/** The fields of a message of the channel (the vendor's OpenAPI file, `Message`), but its id and recipient. */
export function toSentMessage(
	record: JsonObject,
	known: { readonly messageId: string; readonly recipient: Recipient; readonly account: string },
): SentMessage {
	const type = typeOf(record);
	const content = type === null ? {} : contentOf(record, String(record.type));
	const gatewayStatus = textAt(record, 'status');
	const status = mapStatus(STATUS_WORDS, gatewayStatus);
	return {
		// What is none of our types has no text and no media here; it is in `raw`.
		type: type ?? 'text',
		text: textAt(content, 'body'),
		mediaUrl: type === 'text' ? null : textAt(content, 'link'),
		caption: textAt(content, 'caption'),
		fileName: textAt(content, 'filename') ?? textAt(content, 'file_name'),
		template: null,
		reference: null,
		gateway: 'whapi',
		queueId: null,
		status,
		gatewayStatus,
		acceptedAt: unixInstantAt(record, 'timestamp'),
		failure: failureOf(record, status),
		raw: record,
		...known,
	};
}
