import type { ReceivedMessageInput, ReceivedType } from '../../messages/receivedMessage';
import { isObject, objectAt, textAt, type JsonObject } from '../json';
import { readSerialId } from './messageKey';

/** What WhatsApp calls the content, in `_data.message`; the vendor's SDK has `conversation`. */
const TYPES: Readonly<Record<string, ReceivedType>> = {
	conversation: 'text',
	extendedTextMessage: 'text',
	imageMessage: 'image',
	videoMessage: 'video',
	ptvMessage: 'video',
	audioMessage: 'audio',
	documentMessage: 'document',
	documentWithCaptionMessage: 'document',
	stickerMessage: 'sticker',
	locationMessage: 'location',
	liveLocationMessage: 'location',
	contactMessage: 'contact',
	contactsArrayMessage: 'contact',
};

/** What is no message of a person: a key, a deletion or an edit, a reaction, a vote. */
const NO_MESSAGE = [
	'protocolMessage',
	'reactionMessage',
	'pollUpdateMessage',
	'senderKeyDistributionMessage',
	'messageContextInfo',
];

/**
 * The content of `message.any`; null if it is no message. `media` is an object whose fields the vendor
 * does not document, so it is in `raw` alone; that there is a file `hasMedia` says.
 */
export function readContent(
	payload: JsonObject,
): Pick<ReceivedMessageInput, 'type' | 'text' | 'inReplyTo'> | null {
	const content = objectAt(objectAt(payload, '_data'), 'message');
	const keys = Object.keys(content).filter((key) => content[key] !== null);
	const text = textAt(payload, 'body');
	if (keys.length > 0 && text === null && keys.every((key) => NO_MESSAGE.includes(key)))
		return null;
	const named = keys.find((key) => Object.hasOwn(TYPES, key));
	return {
		type: named === undefined ? typeWithout(keys, payload) : typeOf(named, content),
		text,
		inReplyTo: repliedTo(payload),
	};
}

/** A voice note is audio with `ptt`. */
const typeOf = (key: string, content: JsonObject): ReceivedType =>
	key === 'audioMessage' && objectAt(content, key).ptt === true ? 'voice' : TYPES[key];

/** Without WhatsApp's own record a text is a text, unless it is a caption. */
const typeWithout = (keys: readonly string[], payload: JsonObject): ReceivedType =>
	keys.length === 0 && textAt(payload, 'body') !== null && payload.hasMedia !== true
		? 'text'
		: 'other';

/** `replyTo`: text on the vendor's page; in what its envelope comes from an object with `id`. */
function repliedTo(payload: JsonObject): string | null {
	const { replyTo } = payload;
	return bareId(isObject(replyTo) ? textAt(replyTo, 'id') : textAt(payload, 'replyTo'));
}

/** WhatsApp's id, as *Message: Get* gives it, also out of `<fromMe>_<chat>_<id>`. */
export const bareId = (id: string | null): string | null =>
	id === null ? null : (readSerialId(id)?.messageId ?? id);
