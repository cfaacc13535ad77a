import type { ReceivedMedia, ReceivedMessageInput } from '../../messages/receivedMessage';
import { objectAt, textAt, type JsonObject } from '../json';
import { readContent } from '../whatsAppWeb/content';

/** What a message says, apart from who wrote it and when. */
export type Content = Pick<
	ReceivedMessageInput,
	'type' | 'text' | 'button' | 'media' | 'inReplyTo' | 'aboutMessageId'
>;

/** Presses of a button in Meta's channel, of which the server hands on the title only, as a text. */
const META_BUTTONS: Readonly<Record<string, 'template' | 'button'>> = {
	buttonMessage: 'template',
	/** A button or an entry of a list. */
	interactiveMessage: 'button',
};

/**
 * Reads `{ messageType, message, contextInfo }` (src/api/integrations/channel, `prepareMessage` and
 * `messageHandle`); null where nobody wrote anything.
 */
export function readReceived(data: JsonObject): Content | null {
	const message = objectAt(data, 'message');
	const content = readContent(message);
	if (content === null) return null;
	const { file, inReplyTo, ...rest } = content;
	const word = textAt(data, 'messageType') ?? '';
	const kind =
		rest.type === 'text' && Object.hasOwn(META_BUTTONS, word) ? META_BUTTONS[word] : null;
	const choice =
		kind === null ? {} : { type: 'button' as const, button: { id: null, title: rest.text, kind } };
	return {
		...rest,
		...choice,
		media: file === null ? null : mediaOf(message, word, file),
		// 2.4.0-rc has something else there (github.com/EvolutionAPI/evolution-api, issue 2713).
		inReplyTo: textAt(objectAt(data, 'contextInfo'), 'stanzaId') ?? inReplyTo ?? quotedIn(message),
	};
}

/** In Meta's channel the context stands beside the content. */
const quotedIn = (message: JsonObject): string | null =>
	textAt(objectAt(message, 'contextInfo'), 'stanzaId');

/**
 * The file where the server stores it, in S3: WhatsApp's own address holds it encrypted. In Meta's channel it has
 * Meta's id, and its fields have Meta's names.
 */
function mediaOf(
	message: JsonObject,
	word: string,
	{ mimeType, fileName }: Pick<ReceivedMedia, 'mimeType' | 'fileName'>,
): ReceivedMedia {
	const ofMeta = objectAt(message, word);
	return {
		url: textAt(message, 'mediaUrl'),
		id: textAt(ofMeta, 'id'),
		mimeType: mimeType ?? textAt(ofMeta, 'mime_type'),
		fileName: fileName ?? textAt(ofMeta, 'filename'),
	};
}
