import {
	createReceivedMessage,
	type ReceivedMessage,
	type ReceivedMessageInput,
} from '../../messages/receivedMessage';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { optionsOf } from '../whatsAppWeb/answers';
import { isChat, personOf } from '../whatsAppWeb/person';
import { withoutFiles } from '../withoutFiles';
import { readKey } from './messageId';
import { millisecondsAt } from './parseWebhook';
import { readContent, replyOf } from './received';
import { isOfOthers } from './revocation';

type Reading = Omit<ReceivedMessageInput, 'gateway' | 'channel' | 'account' | 'receivedAt' | 'raw'>;

/** waha.devlike.pro/docs/how-to/events. Null: of a message of our own, or of nobody. */
const READERS: Readonly<Record<string, (payload: JsonObject) => Reading | null>> = {
	message: readNew,
	'message.any': readNew,
	'message.reaction': readReaction,
	'message.edited': readEdit,
	'message.revoked': readRevocation,
	'poll.vote': readVote,
};

/** Previews, as Go and whatsapp-web.js call them. */
const PREVIEWS = ['JPEGThumbnail', 'thumbnail'];

/** WhatsApp's key of a file, with which anybody can open it. */
const FILE_KEYS = ['mediaKey', 'MediaKey'];

/**
 * Reads the messages that people wrote: `{ event, session, payload, … }`. `message` and `message.any` tell one
 * message twice where both are asked for, with the same id.
 */
export function parseReceived(body: unknown, { receivedAt }: ParseContext): ReceivedMessage[] {
	if (!isObject(body)) return [];
	const event = textAt(body, 'event') ?? '';
	const payload = objectAt(body, 'payload');
	const reading = Object.hasOwn(READERS, event) ? READERS[event](payload) : null;
	if (reading === null || !isChat(reading.chat?.address ?? null)) return [];
	return [
		createReceivedMessage({
			gateway: 'waha',
			channel: 'whatsapp',
			account: textAt(body, 'session'),
			...reading,
			receivedAt,
			raw: withoutPreviews(withoutFiles(payload, PREVIEWS)),
		}),
	];
}

function readNew(payload: JsonObject): Reading | null {
	const content = isOfOther(payload) ? readContent(payload) : null;
	const messageId = idIn(payload);
	if (content === null || (messageId === null && content.type === 'other')) return null;
	return { ...content, ...peopleIn(payload), messageId, inReplyTo: replyOf(payload) };
}

/** Without an emoji it was taken back. */
function readReaction(payload: JsonObject): Reading | null {
	const reaction = objectAt(payload, 'reaction');
	const meant = textAt(reaction, 'messageId');
	if (!isOfOther(payload) || meant === null) return null;
	const aboutMessageId = readKey(meant).messageId;
	const text = textAt(reaction, 'text');
	return {
		type: 'reaction',
		text,
		aboutMessageId,
		messageId: idIn(payload),
		...peopleIn(payload),
	};
}

/** The id is that of the edit, in some engines that of the message. */
function readEdit(payload: JsonObject): Reading | null {
	const meant = textAt(payload, 'editedMessageId');
	if (!isOfOther(payload) || meant === null) return null;
	return {
		type: 'edit',
		text: textAt(payload, 'body'),
		aboutMessageId: readKey(meant).messageId,
		messageId: idIn(payload),
		...peopleIn(payload),
	};
}

/** What parseWebhook does not take for a deletion of ours. */
function readRevocation(payload: JsonObject): Reading | null {
	const after = objectAt(payload, 'after');
	const before = objectAt(payload, 'before');
	const meant = textAt(payload, 'revokedMessageId') ?? textAt(before, 'id');
	if (meant === null || !isOfOthers(payload)) return null;
	const told = textAt(after, 'id') === null ? before : after;
	return {
		type: 'deletion',
		aboutMessageId: readKey(meant).messageId,
		messageId: idIn(after),
		...peopleIn(told),
	};
}

/** A vote in a poll of ours: WhatsApp tells all. Without an option it was taken back. */
function readVote(payload: JsonObject): Reading | null {
	const vote = objectAt(payload, 'vote');
	const poll = readKey(textAt(objectAt(payload, 'poll'), 'id') ?? '');
	if (!isOfOther(vote) || poll.isOwn !== true) return null;
	const title = optionsOf(vote.selectedOptions);
	return {
		type: 'button',
		text: title,
		button: { id: null, title, kind: 'poll' },
		inReplyTo: poll.messageId,
		messageId: idIn(vote),
		...peopleIn(vote),
		// In seconds by the pages, in milliseconds by the source.
		occurredAt: unixInstantAt(vote, 'timestamp') ?? millisecondsAt(vote, 'timestamp'),
	};
}

/** Whether somebody else wrote it: by its id, since some engines turn `fromMe` round. */
function isOfOther(record: JsonObject): boolean {
	const { isOwn } = readKey(textAt(record, 'id') ?? '');
	return isOwn === null ? record.fromMe === false : !isOwn;
}

const idIn = (record: JsonObject): string | null => {
	const id = textAt(record, 'id');
	return id === null ? null : readKey(id).messageId;
};

/** The chat and who wrote in it, by the phone number where the engine tells it beside the LID. */
function peopleIn(
	record: JsonObject,
): Pick<Reading, 'from' | 'fromName' | 'fromLid' | 'chat' | 'occurredAt'> {
	const data = objectAt(record, '_data');
	const key = objectAt(data, 'key');
	const info = objectAt(data, 'Info');
	const id = textAt(record, 'id') ?? '';
	const address = readKey(id).chat ?? textAt(record, 'from');
	const direct = personOf(address, textAt(key, 'remoteJidAlt'), textAt(info, 'SenderAlt'));
	const isGroup = direct.from?.kind === 'group';
	const person = isGroup
		? personOf(
				// In a group the id has the participant as its fourth part.
				textAt(record, 'participant') ?? id.split('_', 4)[3] ?? null,
				textAt(key, 'participantAlt'),
				textAt(info, 'SenderAlt'),
			)
		: direct;
	return {
		...person,
		chat: isGroup ? direct.from : person.from,
		fromName: textAt(data, 'notifyName') ?? textAt(data, 'pushName') ?? textAt(info, 'PushName'),
		occurredAt: unixInstantAt(record, 'timestamp'),
	};
}

/** Of a picture, in base64. */
const JPEG = '/9j/';

/**
 * Without what opens a file, and without the preview of a file or a place, which whatsapp-web.js has as its
 * `body`.
 */
function withoutPreviews(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutPreviews);
	if (!isObject(value)) return value;
	const isFile = FILE_KEYS.some((name) => Object.hasOwn(value, name));
	const kept = Object.entries(value).filter(
		([name, each]) =>
			!FILE_KEYS.includes(name) &&
			!(name === 'body' && (isFile || (typeof each === 'string' && each.startsWith(JPEG)))),
	);
	return Object.fromEntries(kept.map(([name, each]) => [name, withoutPreviews(each)]));
}
