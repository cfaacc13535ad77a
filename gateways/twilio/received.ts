import type {
	ReceivedMedia,
	ReceivedMessageInput,
	ReceivedType,
} from '../../messages/receivedMessage';
import { textAt, type JsonObject } from '../json';

/** What a message says, apart from who wrote it. */
export type Content = Pick<ReceivedMessageInput, 'type' | 'text' | 'button' | 'media'>;

/**
 * Reads the fields of a form: `Body` has the text, the caption, or the title of a button. Of a list no page
 * confirms the fields: its title is a text.
 */
export function readContent(form: JsonObject): Content {
	const text = textAt(form, 'Body');
	const [id, title] = [textAt(form, 'ButtonPayload'), textAt(form, 'ButtonText')];
	if (id !== null || title !== null) {
		const button = { id, title: title ?? text, kind: 'button' } as const;
		return { type: 'button', text: button.title, button };
	}
	const media = mediaIn(form);
	if (media !== null) return { type: typeOf(media), text, media };
	const isPlace = textAt(form, 'Latitude') !== null && textAt(form, 'Longitude') !== null;
	return { type: isPlace ? 'location' : 'text', text };
}

/** The first file: an MMS may have ten, which are all in `raw`. Its URL may ask for the account's credentials. */
function mediaIn(form: JsonObject): ReceivedMedia | null {
	const url = textAt(form, 'MediaUrl0');
	if (!(Number(textAt(form, 'NumMedia') ?? 0) > 0) && url === null) return null;
	return { url, id: null, mimeType: textAt(form, 'MediaContentType0'), fileName: null };
}

/** Twilio has no word for voice notes and stickers. */
function typeOf({ mimeType }: ReceivedMedia): ReceivedType {
	const [kind, name] = (mimeType ?? '').toLowerCase().split('/');
	if (kind === 'image' || kind === 'video' || kind === 'audio') return kind;
	return /^(x-)?vcard$/.test(name ?? '') ? 'contact' : 'document';
}
