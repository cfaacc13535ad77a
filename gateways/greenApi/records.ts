import type { MessageType } from '../../messages/message';
import type { Recipient } from '../../messages/recipient';
import type { SentMessage } from '../../messages/sentMessage';
import { mapStatus } from '../../messages/status';
import { objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
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

/** The type of ours that an entry of a journal has; null if it has none (a poll, a sticker). */
export function typeOf(record: JsonObject): MessageType | null {
	const word = textAt(record, 'typeMessage') ?? '';
	return Object.hasOwn(TYPES, word) ? TYPES[word] : null;
}

/** The fields of a journal entry (green-api.com/en/docs/api/journals), but its id and recipient. */
export function toSentMessage(
	record: JsonObject,
	known: { readonly messageId: string; readonly recipient: Recipient; readonly account: string },
): SentMessage {
	const gatewayStatus = textAt(record, 'statusMessage');
	return {
		// What is none of our types is in `raw`.
		type: typeOf(record) ?? 'text',
		text: textAt(record, 'textMessage') ?? textAt(objectAt(record, 'extendedTextMessage'), 'text'),
		mediaUrl: textAt(record, 'downloadUrl'),
		caption: textAt(record, 'caption'),
		fileName: textAt(record, 'fileName'),
		template: null,
		reference: null,
		gateway: 'greenApi',
		queueId: null,
		status: mapStatus(STATUS_WORDS, gatewayStatus),
		gatewayStatus,
		acceptedAt: unixInstantAt(record, 'timestamp'),
		failure: failureOf(gatewayStatus, textAt(record, 'description')),
		raw: record,
		...known,
	};
}
