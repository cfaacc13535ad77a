import type { ButtonReply, ReceivedType } from '../../messages/receivedMessage';
import { isObject, objectAt, textAt, type JsonObject } from '../json';
import { answerIn, idAt } from './answers';

/** What a message says, as far as WhatsApp's own protocol tells it. */
export interface WebContent {
	readonly type: ReceivedType;
	/** Text, caption, the title of a choice, or the emoji of a reaction. */
	readonly text: string | null;
	readonly button: ButtonReply | null;
	/** What is known of the file; null if there is none. */
	readonly file: { readonly mimeType: string | null; readonly fileName: string | null } | null;
	/** The id of the message that it answers. */
	readonly inReplyTo: string | null;
	/** Of a reaction: the message that is meant. */
	readonly aboutMessageId: string | null;
}

const TYPES: Readonly<Record<string, ReceivedType>> = {
	conversation: 'text',
	extendedTextMessage: 'text',
	imageMessage: 'image',
	videoMessage: 'video',
	/** A round video. */
	ptvMessage: 'video',
	audioMessage: 'audio',
	documentMessage: 'document',
	stickerMessage: 'sticker',
	locationMessage: 'location',
	liveLocationMessage: 'location',
	contactMessage: 'contact',
	contactsArrayMessage: 'contact',
	templateButtonReplyMessage: 'button',
	buttonsResponseMessage: 'button',
	listResponseMessage: 'button',
	interactiveResponseMessage: 'button',
	pollUpdateMessage: 'button',
	reactionMessage: 'reaction',
};

const FILES: readonly ReceivedType[] = ['image', 'video', 'audio', 'voice', 'document', 'sticker'];

/** What wraps a message of one of the other names in `message`. */
const WRAPPERS: readonly string[] = [
	...['ephemeralMessage', 'viewOnceMessage', 'viewOnceMessageV2', 'viewOnceMessageV2Extension'],
	...['documentWithCaptionMessage', 'lottieStickerMessage'],
];

/** A wrapper in a wrapper occurs; more do not. */
const MAX_WRAPPERS = 4;

/** Keys, calls, pins, and what changes another message, of which gateways tell apart: nobody wrote these. */
const NOISE: readonly string[] = [
	...['protocolMessage', 'editedMessage', 'deviceSentMessage', 'keepInChatMessage'],
	...['pinInChatMessage', 'encReactionMessage', 'encEventResponseMessage', 'encCommentMessage'],
	...['secretEncryptedMessage', 'stickerSyncRmrMessage', 'requestPhoneNumberMessage'],
	...['placeholderMessage', 'messageHistoryNotice'],
];

/** Names of contents; others in a message go along with one, such as the keys of a group. */
const CONTENT = /^(conversation|\w+Message(V\d(Extension)?)?)$/;
const KEYS = /^(fastRatchetKeyS|s)enderKeyDistributionMessage$/;
const CALL = /^b?call/;

/**
 * Reads a message of WhatsApp's own protocol: `Message` in WAWebProtobufsE2E.proto, as Baileys and whatsmeow
 * hand it on (github.com/WhiskeySockets/Baileys, github.com/tulir/whatsmeow). Null where nobody wrote
 * anything: keys, protocol, calls. What is known by no name is `other`.
 */
export function readContent(message: JsonObject): WebContent | null {
	const inner = unwrapped(message, 0);
	const name = nameIn(inner);
	if (name === undefined || NOISE.includes(name) || CALL.test(name)) return null;
	const told = objectAt(inner, name);
	const known = Object.hasOwn(TYPES, name) ? TYPES[name] : 'other';
	const type = known === 'audio' && (told.ptt === true || told.PTT === true) ? 'voice' : known;
	const button = answerIn(name, told);
	return {
		type,
		text: button === null ? textIn(type, inner, told) : button.title,
		button,
		file: FILES.includes(type)
			? { mimeType: textAt(told, 'mimetype'), fileName: fileNameIn(type, told) }
			: null,
		inReplyTo:
			name === 'pollUpdateMessage'
				? idAt(objectAt(told, 'pollCreationMessageKey'), 'id')
				: idAt(objectAt(told, 'contextInfo'), 'stanzaId'),
		aboutMessageId: type === 'reaction' ? idAt(objectAt(told, 'key'), 'id') : null,
	};
}

function unwrapped(message: JsonObject, depth: number): JsonObject {
	const wrapper = WRAPPERS.find((name) => isObject(objectAt(message, name).message));
	return wrapper === undefined || depth === MAX_WRAPPERS
		? message
		: unwrapped(objectAt(objectAt(message, wrapper), 'message'), depth + 1);
}

const nameIn = (message: JsonObject): string | undefined =>
	Object.keys(message).find(
		(name) =>
			CONTENT.test(name) &&
			!KEYS.test(name) &&
			(isObject(message[name]) || typeof message[name] === 'string'),
	);

function textIn(type: ReceivedType, message: JsonObject, told: JsonObject): string | null {
	if (type === 'text') return textAt(message, 'conversation') ?? textAt(told, 'text');
	return textAt(told, type === 'reaction' ? 'text' : 'caption');
}

const fileNameIn = (type: ReceivedType, told: JsonObject): string | null =>
	type === 'document' ? (textAt(told, 'fileName') ?? textAt(told, 'title')) : null;
