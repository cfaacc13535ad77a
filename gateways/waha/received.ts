import type {
	ButtonReply,
	ReceivedMedia,
	ReceivedMessageInput,
	ReceivedType,
} from '../../messages/receivedMessage';
import { isObject, objectAt, textAt, type JsonObject } from '../json';
import { readContent as readWebContent, type WebContent } from '../whatsAppWeb/content';
import { readKey } from './messageId';

/** What a message says, apart from who wrote it and when. */
export type Content = Pick<ReceivedMessageInput, 'type' | 'text' | 'button' | 'media'>;

/** `_data.type` of WEBJS and WPP (docs.wwebjs.dev, `MessageTypes`). */
const WEB_TYPES: Readonly<Record<string, ReceivedType>> = {
	chat: 'text',
	image: 'image',
	video: 'video',
	audio: 'audio',
	ptt: 'voice',
	document: 'document',
	sticker: 'sticker',
	location: 'location',
	vcard: 'contact',
	multi_vcard: 'contact',
	buttons_response: 'button',
	template_button_reply: 'button',
	list_response: 'button',
};

/** Those that nobody wrote: keys, calls, changes of a group, and what has an event of its own. */
const WEB_NOISE: readonly string[] = [
	...['e2e_notification', 'notification', 'notification_template', 'group_notification', 'gp2'],
	...['broadcast_notification', 'call_log', 'protocol', 'ciphertext', 'debug', 'revoked'],
	...['reaction', 'poll_update'],
];

/** The kind of an answer, by that word. */
const KINDS: Readonly<Record<string, ButtonReply['kind']>> = {
	template_button_reply: 'template',
	list_response: 'list',
};

/**
 * Reads a message (`WAMessage`, src/structures/responses.dto.ts): its text is in `body` in each engine, and what a
 * person chose in `_data` only, which is the engine's own. Null where nobody wrote anything.
 */
export function readContent(payload: JsonObject): Content | null {
	const data = objectAt(payload, '_data');
	const word = textAt(data, 'type') ?? '';
	const inner = webMessageIn(data);
	const web = inner === null ? null : readWebContent(inner);
	const body = textAt(payload, 'body');
	const isNoise = inner !== null && web === null && body === null;
	// A reaction has an event of its own.
	if (isNoise || WEB_NOISE.includes(word) || web?.type === 'reaction') return null;
	const button = answerIn(data, word, web);
	if (button !== null) {
		const title = button.title ?? body;
		return { type: 'button', text: title, button: { ...button, title } };
	}
	const known = Object.hasOwn(WEB_TYPES, word) ? WEB_TYPES[word] : web?.type;
	const media = mediaIn(payload, data, web);
	const isFile = media !== null && known === 'text';
	const type = known === undefined || isFile ? typeOf(payload, media) : known;
	// In WEBJS the body of these is a picture or a vCard.
	const isText = type !== 'location' && type !== 'contact';
	return { type, text: isText ? body : null, media };
}

/** The message of NOWEB and of GOWS, as WhatsApp's protocol has it; null in the other engines. */
function webMessageIn(data: JsonObject): JsonObject | null {
	const { message, Message } = data;
	return isObject(message) ? message : isObject(Message) ? Message : null;
}

/** What was chosen, in NOWEB and GOWS, or in WEBJS; null if nothing. */
function answerIn(data: JsonObject, word: string, web: WebContent | null): ButtonReply | null {
	if (web?.button) return web.button;
	const row = objectAt(objectAt(data, 'listResponse'), 'singleSelectReply');
	const id = textAt(data, 'selectedButtonId') ?? textAt(row, 'selectedRowId');
	const isButton = Object.hasOwn(WEB_TYPES, word) && WEB_TYPES[word] === 'button';
	if (id === null && !isButton) return null;
	return { id, title: null, kind: Object.hasOwn(KINDS, word) ? KINDS[word] : 'button' };
}

/** The file, whose URL needs WAHA's key; without a URL where WAHA did not download it. */
function mediaIn(
	payload: JsonObject,
	data: JsonObject,
	web: WebContent | null,
): ReceivedMedia | null {
	if (payload.hasMedia !== true) return null;
	const media = objectAt(payload, 'media');
	return {
		url: textAt(media, 'url'),
		id: null,
		mimeType: textAt(media, 'mimetype') ?? web?.file?.mimeType ?? textAt(data, 'mimetype'),
		fileName: textAt(media, 'filename') ?? web?.file?.fileName ?? textAt(data, 'filename'),
	};
}

/** Where the engine does not say what it is. */
function typeOf(payload: JsonObject, media: ReceivedMedia | null): ReceivedType {
	if (media !== null) {
		const [kind] = (media.mimeType ?? '').split('/');
		return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'document';
	}
	if (isObject(payload.location)) return 'location';
	if (Array.isArray(payload.vCards) && payload.vCards.length > 0) return 'contact';
	return textAt(payload, 'body') === null ? 'other' : 'text';
}

/**
 * The id of the message that it answers: bare, in the newest pages in full
 * (waha.devlike.pro/docs/how-to/receive-messages, "replyTo"), and not in each engine.
 */
export function replyOf(payload: JsonObject): string | null {
	const told = textAt(payload, 'replyTo') ?? textAt(objectAt(payload, 'replyTo'), 'id');
	if (told !== null) return readKey(told).messageId;
	const inner = webMessageIn(objectAt(payload, '_data'));
	return inner === null ? null : (readWebContent(inner)?.inReplyTo ?? null);
}
