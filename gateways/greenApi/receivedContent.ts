import { describeAddress, type Recipient } from '../../messages/recipient';
import type {
	ButtonReply,
	ReceivedMedia,
	ReceivedMessageInput,
	ReceivedType,
} from '../../messages/receivedMessage';
import { isObject, objectAt, textAt, type JsonObject } from '../json';

/** The fields of a received message that `messageData` gives. */
export type ReceivedContent = Pick<
	ReceivedMessageInput,
	'type' | 'text' | 'button' | 'media' | 'inReplyTo' | 'aboutMessageId'
>;

/** `typeMessage` of what a person sends (…/notifications-format/incoming-message). */
const TYPES: Readonly<Record<string, ReceivedType>> = {
	textMessage: 'text',
	extendedTextMessage: 'text',
	// Called deprecated, but still sent: a reply.
	quotedMessage: 'text',
	imageMessage: 'image',
	videoMessage: 'video',
	// Voice notes too: no page names a difference.
	audioMessage: 'audio',
	documentMessage: 'document',
	stickerMessage: 'sticker',
	locationMessage: 'location',
	contactMessage: 'contact',
	contactsArrayMessage: 'contact',
};

/**
 * Stands in place of a text that the gateway could not read: empty, too large, not decrypted (the vendor's collection at
 * Apidog, "SWE001").
 */
const UNREADABLE = /^\{\{SWE\d{3}\}\}$/;

/**
 * What `messageData` says. A button is recognised by its object and not by `typeMessage`, of which the
 * vendor's pages have two spellings.
 *
 * @param names the addresses of who wrote it: of a poll only the votes of this person count
 */
export function contentOf(data: JsonObject, names: readonly Recipient[]): ReceivedContent {
	const word = textAt(data, 'typeMessage') ?? '';
	const about = Object.hasOwn(ABOUT_ANOTHER, word) ? ABOUT_ANOTHER[word](data) : null;
	if (about !== null) return about;
	const inReplyTo = quotedId(data);
	if (word === 'pollUpdateMessage') return voteOf(objectAt(data, 'pollMessageData'), names);
	const button = buttonOf(data);
	if (button !== null) {
		return { type: 'button', text: button.reply.title, button: button.reply, inReplyTo: button.of };
	}
	const type = Object.hasOwn(TYPES, word) ? TYPES[word] : 'other';
	const text = textOf(data);
	if (text !== null && UNREADABLE.test(text)) return { type: 'other', inReplyTo };
	return { type, text, media: mediaOf(data), inReplyTo };
}

/** Messages about another one, which `aboutMessageId` names. */
const ABOUT_ANOTHER: Readonly<Record<string, (data: JsonObject) => ReceivedContent>> = {
	reactionMessage: (data) => ({
		type: 'reaction',
		text: textOf(data),
		aboutMessageId: textAt(objectAt(data, 'quotedMessage'), 'stanzaId'),
	}),
	editedMessage: (data) => {
		const edited = objectAt(data, 'editedMessageData');
		return {
			type: 'edit',
			text: textAt(edited, 'textMessage') ?? textAt(edited, 'caption'),
			aboutMessageId: textAt(edited, 'stanzaId'),
		};
	},
	deletedMessage: (data) => ({
		type: 'deletion',
		aboutMessageId: textAt(objectAt(data, 'deletedMessageData'), 'stanzaId'),
	}),
};

/** `quotedMessage` stands beside every type; an older form has its id in the text's own object. */
const quotedId = (data: JsonObject): string | null =>
	textAt(objectAt(data, 'quotedMessage'), 'stanzaId') ??
	textAt(objectAt(data, 'extendedTextMessageData'), 'stanzaId');

const textOf = (data: JsonObject): string | null =>
	textAt(objectAt(data, 'textMessageData'), 'textMessage') ??
	textAt(objectAt(data, 'extendedTextMessageData'), 'text') ??
	textAt(objectAt(data, 'fileMessageData'), 'caption');

function mediaOf(data: JsonObject): ReceivedMedia | null {
	if (!isObject(data.fileMessageData)) return null;
	const file = objectAt(data, 'fileMessageData');
	return {
		url: textAt(file, 'downloadUrl'),
		id: null,
		mimeType: textAt(file, 'mimeType'),
		fileName: textAt(file, 'fileName'),
	};
}

/** Where each kind of button answer keeps its id and title; of a list the vendor names the type alone. */
const BUTTONS = [
	['templateButtonReplyMessage', 'template', 'selectedId', 'selectedDisplayText'],
	['buttonsResponseMessage', 'button', 'selectedButtonId', 'selectedButtonText'],
	['interactiveButtonsResponse', 'button', 'selectedId', 'selectedDisplayText'],
] as const;

/** The button that was pressed, and of which message it is; on WABA its id may be empty. */
function buttonOf(data: JsonObject): { reply: ButtonReply; of: string | null } | null {
	const found = BUTTONS.find(([key]) => isObject(data[key]));
	if (found === undefined) return null;
	const [key, kind, id, title] = found;
	const pressed = objectAt(data, key);
	return {
		reply: { id: textAt(pressed, id), title: textAt(pressed, title), kind },
		of: textAt(pressed, 'stanzaId'),
	};
}

/**
 * The webhook has the whole tally, by voters; the answer is what this person's votes are now. A voter may be named
 * by number or by LID, with or without a device, whatever names the sender.
 */
function voteOf(poll: JsonObject, people: readonly Recipient[]): ReceivedContent {
	const options = Array.isArray(poll.votes) ? poll.votes.filter(isObject) : [];
	const person = new Set(people.map(keyOf));
	const chosen = options.filter(
		({ optionVoters: voters }) =>
			Array.isArray(voters) &&
			voters.some((voter) => {
				const described = describeAddress(voter);
				return described !== null && person.has(keyOf(described));
			}),
	);
	const names = chosen
		.map((option) => textAt(option, 'optionName'))
		.filter((name) => name !== null);
	const title = names.length === 0 ? null : names.join(', ');
	return {
		type: 'button',
		text: title,
		button: { id: null, title, kind: 'poll' },
		inReplyTo: textAt(poll, 'stanzaId'),
	};
}

/** By what an address is compared: the number, or the LID without the device. */
const keyOf = ({ phone, address }: Recipient): string => phone ?? address.replace(/:\d+@/, '@');
