import type { MessageType } from '../../messages/message';
import { objectAt, textAt, type JsonObject } from '../json';

/** `messageType`, as far as it is a type of ours; an audio with `ptt` is a voice note. */
const TYPES: Readonly<Record<string, MessageType>> = {
	conversation: 'text',
	extendedTextMessage: 'text',
	imageMessage: 'image',
	videoMessage: 'video',
	documentMessage: 'document',
	documentWithCaptionMessage: 'document',
	audioMessage: 'audio',
};

/** What a record holds of a message. */
export interface RecordedContent {
	/** Null where it is none of ours: a sticker, a poll. */
	readonly type: MessageType | null;
	readonly text: string | null;
	readonly caption: string | null;
	readonly fileName: string | null;
	/** Where the server stores the file; WhatsApp's own address holds it encrypted. */
	readonly mediaUrl: string | null;
}

/** Reads the content of a message: `{ messageType, message }` (src/api/integrations/channel, `prepareMessage`). */
export function contentOf(record: JsonObject): RecordedContent {
	const message = objectAt(record, 'message');
	const word =
		textAt(record, 'messageType') ??
		Object.keys(TYPES).find((name) => Object.hasOwn(message, name)) ??
		'';
	const type = Object.hasOwn(TYPES, word) ? TYPES[word] : null;
	const inner = objectAt(objectAt(message, 'documentWithCaptionMessage'), 'message');
	const media = { ...objectAt(inner, 'documentMessage'), ...objectAt(message, word) };
	const isText = type === 'text';
	return {
		type: type === 'audio' && media.ptt === true ? 'voice' : type,
		text: isText ? (textAt(message, 'conversation') ?? textAt(media, 'text')) : null,
		caption: isText ? null : textAt(media, 'caption'),
		fileName: type === 'document' ? textAt(media, 'fileName') : null,
		mediaUrl: textAt(message, 'mediaUrl'),
	};
}
