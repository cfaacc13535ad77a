import type {
	ButtonReply,
	ReceivedMedia,
	ReceivedMessageInput,
	ReceivedType,
} from '../../messages/receivedMessage';
import { isObject, objectAt, textAt, type JsonObject } from '../json';

/** What a message says, apart from who wrote it and when. */
export type Content = Pick<
	ReceivedMessageInput,
	'type' | 'text' | 'button' | 'media' | 'aboutMessageId'
>;

const TYPES: Readonly<Record<string, ReceivedType>> = {
	text: 'text',
	image: 'image',
	video: 'video',
	audio: 'audio',
	document: 'document',
	sticker: 'sticker',
	location: 'location',
	contacts: 'contact',
};

/** What Meta tells of, and nobody wrote: a changed number, a chat that was opened. */
const NOISE: readonly string[] = ['system', 'request_welcome'];

/**
 * Reads `{ type, [type]: { … } }` (…/webhooks/reference/messages and the pages below it). Null where nobody wrote
 * anything; what the vendor documents as no type of ours, or not at all, is `other`.
 */
export function readContent(message: JsonObject): Content | null {
	const word = textAt(message, 'type');
	if (word === null || NOISE.includes(word)) return null;
	const told = objectAt(message, word);
	switch (word) {
		case 'button':
			return ofButton({
				id: textAt(told, 'payload'),
				title: textAt(told, 'text'),
				kind: 'template',
			});
		case 'interactive':
			return ofInteractive(told);
		case 'reaction':
			// Without an emoji it was taken back.
			return about('reaction', textAt(told, 'message_id'), textAt(told, 'emoji'));
		case 'revoke':
			return about('deletion', textAt(told, 'original_message_id'), null);
		case 'edit': {
			const message = objectAt(told, 'message');
			const edited = textAt(message, 'type') === 'edit' ? null : readContent(message);
			return about('edit', textAt(told, 'original_message_id'), edited?.text ?? null);
		}
		default: {
			const type = Object.hasOwn(TYPES, word) ? TYPES[word] : 'other';
			const isVoice = type === 'audio' && told.voice === true;
			return {
				type: isVoice ? 'voice' : type,
				text: textAt(told, type === 'text' ? 'body' : 'caption'),
				media: mediaIn(told),
			};
		}
	}
}

const ofButton = (button: ButtonReply): Content => ({ type: 'button', text: button.title, button });

/** What came of a button, a list, or a form, whose answers are in `raw`. */
function ofInteractive(told: JsonObject): Content {
	const list = told.list_reply;
	const reply = isObject(list) ? list : objectAt(told, 'button_reply');
	const title = textAt(reply, 'title');
	if (title === null && textAt(reply, 'id') === null) return { type: 'other' };
	return ofButton({ id: textAt(reply, 'id'), title, kind: isObject(list) ? 'list' : 'button' });
}

/** What is about another message; without that it is not known what it is. */
const about = (
	type: 'reaction' | 'edit' | 'deletion',
	aboutMessageId: string | null,
	text: string | null,
): Content => ({ type, text, aboutMessageId });

/** The id is good for seven days, the URL for five minutes, and both need the access token (…/media). */
function mediaIn(told: JsonObject): ReceivedMedia | null {
	const mimeType = textAt(told, 'mime_type');
	const id = textAt(told, 'id');
	if (mimeType === null) return null;
	return { url: textAt(told, 'url'), id, mimeType, fileName: textAt(told, 'filename') };
}
