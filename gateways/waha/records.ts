import type { MessageType } from '../../messages/message';
import { describeAddress, type Recipient } from '../../messages/recipient';
import type { SentMessage } from '../../messages/sentMessage';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import { failureOf, readAck } from './acks';
import { readKey } from './messageId';

/** `_data.type` of WEBJS and WPP. */
const WEB_TYPES: Readonly<Record<string, MessageType>> = {
	image: 'image',
	video: 'video',
	document: 'document',
	audio: 'audio',
	ptt: 'voice',
};

/** WhatsApp's names in `_data.message` (NOWEB) and `_data.Message` (GOWS). */
const CONTENT_TYPES: Readonly<Record<string, MessageType>> = {
	imageMessage: 'image',
	videoMessage: 'video',
	documentMessage: 'document',
	documentWithCaptionMessage: 'document',
	audioMessage: 'audio',
};

/** What `_data` tells of the file, as far as it is known; the vendor says that it may change. */
export function contentOf(record: JsonObject): { type: MessageType; fileName: string | null } {
	if (record.hasMedia !== true) return { type: 'text', fileName: null };
	const data = objectAt(record, '_data');
	const word = textAt(data, 'type') ?? '';
	if (Object.hasOwn(WEB_TYPES, word)) {
		return { type: WEB_TYPES[word], fileName: textAt(data, 'filename') };
	}
	const content = { ...objectAt(data, 'Message'), ...objectAt(data, 'message') };
	const name = Object.keys(CONTENT_TYPES).find((key) => isObject(content[key]));
	if (name === undefined) return { type: typeOfFile(record), fileName: null };
	const wrapped = objectAt(objectAt(objectAt(content, name), 'message'), 'documentMessage');
	const media = { ...objectAt(content, name), ...wrapped };
	const isVoice = name === 'audioMessage' && (media.ptt === true || media.PTT === true);
	return {
		type: isVoice ? 'voice' : CONTENT_TYPES[name],
		fileName: textAt(media, 'fileName') ?? textAt(media, 'title'),
	};
}

/** By the media type that WAHA tells of the file, where it has looked at it. */
function typeOfFile(record: JsonObject): MessageType {
	const [kind] = (textAt(objectAt(record, 'media'), 'mimetype') ?? '').split('/');
	return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'document';
}

/**
 * The chat of an own message, by its phone number where it is known by its LID and the other address has the
 * number.
 */
export function chatOf(record: JsonObject): Recipient | null {
	const id = textAt(record, 'id');
	const chat = (id === null ? null : readKey(id).chat) ?? textAt(record, 'to');
	const key = objectAt(objectAt(record, '_data'), 'key');
	const other = describeAddress(textAt(key, 'remoteJidAlt'));
	const isHidden = chat?.endsWith('@lid') === true && other?.kind === 'phone';
	return isHidden ? other : describeAddress(chat);
}

/** A message of the session (`WAMessage`, src/structures/responses.dto.ts), but its id and recipient. */
export function toSentMessage(
	record: JsonObject,
	known: Pick<SentMessage, 'messageId' | 'recipient' | 'account'>,
): SentMessage {
	const { type, fileName } = contentOf(record);
	const { status, word } = readAck(record);
	const body = textAt(record, 'body');
	return {
		type,
		text: type === 'text' ? body : null,
		mediaUrl: type === 'text' ? null : textAt(objectAt(record, 'media'), 'url'),
		caption: type === 'text' ? null : body,
		fileName,
		template: null,
		reference: null,
		gateway: 'waha',
		queueId: null,
		status,
		gatewayStatus: word,
		acceptedAt: unixInstantAt(record, 'timestamp'),
		failure: failureOf(status),
		raw: record,
		...known,
	};
}
