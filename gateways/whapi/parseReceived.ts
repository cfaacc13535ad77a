import { describeAddress, type Recipient } from '../../messages/recipient';
import {
	createReceivedMessage,
	isSomething,
	type ButtonReply,
	type ReceivedMedia,
	type ReceivedMessage,
	type ReceivedMessageInput,
	type ReceivedType,
} from '../../messages/receivedMessage';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { withoutFiles } from '../withoutFiles';
import { messagesOf } from './envelope';

/**
 * The types of messages that persons write (the OpenAPI file, `MessageType`). What is not here is none:
 * `system`, `call`, `pin`, `story`, and `unknown`, which comes beside real messages and has no content.
 */
const TYPES: Readonly<Record<string, ReceivedType>> = {
	text: 'text',
	link_preview: 'text',
	image: 'image',
	video: 'video',
	gif: 'video',
	short: 'video',
	audio: 'audio',
	voice: 'voice',
	document: 'document',
	documentWithCaption: 'document',
	sticker: 'sticker',
	location: 'location',
	live_location: 'location',
	contact: 'contact',
	contact_list: 'contact',
	reply: 'button',
	// Somebody has sent one: their content is the vendor's own and has no text of the person.
	poll: 'other',
	event: 'other',
	order: 'other',
	product: 'other',
	catalog: 'other',
	group_invite: 'other',
	newsletter_invite: 'other',
	admin_invite: 'other',
	interactive: 'other',
	hsm: 'other',
	buttons: 'other',
	list: 'other',
	carousel: 'other',
};

const MEDIA: readonly ReceivedType[] = ['image', 'video', 'audio', 'voice', 'document', 'sticker'];

/** Base64 in documents, stickers and links. */
const PREVIEW = ['preview'];

/**
 * Reads the messages of others in `messages.post` and `messages.put`
 * (…/incoming-webhooks-format/incoming-message; the vendor's OpenAPI file, `Message`).
 */
export function parseReceived(body: unknown, { receivedAt }: ParseContext): ReceivedMessage[] {
	const { account, messages } = messagesOf(body);
	return messages.flatMap((record) => {
		const content = record.from_me === false && isOfPerson(record) ? contentOf(record) : null;
		if (content === null) return [];
		const message = createReceivedMessage({
			gateway: 'whapi',
			channel: 'whatsapp',
			account,
			messageId: textAt(record, 'id'),
			...peopleOf(record),
			fromName: textAt(record, 'from_name'),
			inReplyTo: textAt(objectAt(record, 'context'), 'quoted_id'),
			occurredAt: unixInstantAt(record, 'timestamp'),
			receivedAt,
			raw: withoutFiles(record, PREVIEW),
			...content,
		});
		return isSomething(message) ? [message] : [];
	});
}

/** Neither of the system, nor in a channel, a broadcast list or among the stories (`status@broadcast`). */
const isOfPerson = (record: JsonObject): boolean =>
	record.source !== 'system' &&
	!/@(newsletter|broadcast)$/.test(textAt(record, 'chat_id') ?? textAt(record, 'from') ?? '');

/**
 * `from` is the person, in bare digits in the samples, in a group the participant. Digits that are those of
 * the chat's LID are no phone number; where the vendor puts a LID otherwise is documented nowhere.
 */
function peopleOf(record: JsonObject): Pick<ReceivedMessageInput, 'from' | 'fromLid' | 'chat'> {
	const chat = describeAddress(textAt(record, 'chat_id'));
	const sender = describeAddress(textAt(record, 'from'));
	if (chat === null || chat.kind === 'group') {
		return { from: sender, fromLid: lidOf(sender), chat: chat ?? sender };
	}
	// In a direct chat the chat is the person, and its number beats digits that may be a LID's.
	const isChat = sender === null || chat.kind === 'phone' || isSame(sender, chat);
	const from = isChat ? chat : sender;
	return { from, fromLid: lidOf(from) ?? lidOf(chat), chat: from };
}

const lidOf = (one: Recipient | null): string | null => (one?.kind === 'lid' ? one.address : null);

const isSame = (a: Recipient, b: Recipient): boolean => digitsOf(a) === digitsOf(b);
const digitsOf = ({ address }: Recipient): string => address.split('@')[0];

type Content = Pick<
	ReceivedMessageInput,
	'type' | 'text' | 'button' | 'media' | 'aboutMessageId' | 'inReplyTo'
>;

/** What somebody wrote; null if it is no message. */
function contentOf(record: JsonObject): Content | null {
	const word = textAt(record, 'type') ?? '';
	if (word === 'action') return actionOf(objectAt(record, 'action'));
	const type = Object.hasOwn(TYPES, word) ? TYPES[word] : null;
	if (type === null) return null;
	if (type === 'button') return replyOf(objectAt(record, 'reply'));
	// Of `documentWithCaption` the OpenAPI file shows no key of its own.
	const key = word === 'documentWithCaption' && !isObject(record[word]) ? 'document' : word;
	const content = objectAt(record, key);
	return {
		type,
		text: type === 'other' ? null : textOf(content),
		media: MEDIA.includes(type) ? mediaOf(content) : null,
	};
}

const textOf = (content: JsonObject): string | null =>
	textAt(content, 'body') ?? textAt(content, 'caption');

/** `link` is there only if the channel downloads media by itself. */
const mediaOf = (content: JsonObject): ReceivedMedia => ({
	url: textAt(content, 'link'),
	id: textAt(content, 'id'),
	mimeType: textAt(content, 'mime_type'),
	fileName: textAt(content, 'file_name') ?? textAt(content, 'filename'),
});

/** `reply: { type, buttons_reply | list_reply: { id, title, description? } }`. */
function replyOf(reply: JsonObject): Content {
	const kind = textAt(reply, 'type') === 'list_reply' ? 'list' : 'button';
	const chosen = objectAt(reply, kind === 'list' ? 'list_reply' : 'buttons_reply');
	const title = textAt(chosen, 'title');
	const button: ButtonReply = { id: sentId(textAt(chosen, 'id')), title, kind };
	return { type: 'button', text: title, button };
}

/** The id that was sent: the gateway gives it back behind `ButtonsV3:`, that of a list behind `ListV3:`. */
const sentId = (id: string | null): string | null => {
	const bare = id?.replace(/^(?:Buttons|List)V3:/, '');
	return bare === undefined || bare === '' ? null : bare;
};

/** What is about another message, `target` (`MessageAction`); null for what is no answer of a person. */
function actionOf(action: JsonObject): Content | null {
	const aboutMessageId = textAt(action, 'target');
	switch (textAt(action, 'type')) {
		case 'reaction':
			return { type: 'reaction', text: textAt(action, 'emoji'), aboutMessageId };
		case 'edit':
		case 'edited':
			return { type: 'edit', text: textOf(objectAt(action, 'edited_content')), aboutMessageId };
		case 'delete':
			return { type: 'deletion', aboutMessageId };
		case 'vote':
			// What the texts in `votes` are, names or ids of options, is documented nowhere.
			return {
				type: 'button',
				button: { id: null, title: null, kind: 'poll' },
				inReplyTo: aboutMessageId,
			};
		default:
			return null;
	}
}
