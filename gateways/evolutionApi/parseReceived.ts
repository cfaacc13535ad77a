import {
	createReceivedMessage,
	type ReceivedMessage,
	type ReceivedMessageInput,
} from '../../messages/receivedMessage';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { isChat, personOf } from '../whatsAppWeb/person';
import { eventOf, isOwn } from './parseWebhook';
import { readReceived, type Content } from './received';
import { withoutSecrets } from './withoutSecrets';

/** What an event tells of a message that a person wrote. */
type Reading = Content & Pick<ReceivedMessageInput, 'messageId' | 'fromName' | 'occurredAt'>;

const READERS: Readonly<Record<string, (data: JsonObject, key: JsonObject) => Reading | null>> = {
	MESSAGES_UPSERT: readNew,
	MESSAGES_UPDATE: readEdit,
	MESSAGES_DELETE: readDeletion,
};

/**
 * Reads messages that persons wrote: `{ event, instance, data: { key, pushName, message, … } }`. What the account
 * wrote on the phone has `fromMe`. `messages.edited` is not read: it hands on the author's own view, in which each
 * edit is the author's own, so whose it is cannot be told.
 */
export function parseReceived(body: unknown, { receivedAt }: ParseContext): ReceivedMessage[] {
	if (!isObject(body)) return [];
	const name = eventOf(body);
	if (name === null || !Object.hasOwn(READERS, name)) return [];
	const data = objectAt(body, 'data');
	// A new message and some deletions have a key; an update is one.
	const key = isObject(data.key) ? data.key : data;
	if (!isChat(textAt(key, 'remoteJid'))) return [];
	const reading = READERS[name](data, key);
	if (reading === null) return [];
	return [
		createReceivedMessage({
			gateway: 'evolutionApi',
			channel: 'whatsapp',
			account: textAt(body, 'instance'),
			...partiesOf(key),
			...reading,
			receivedAt,
			raw: withoutSecrets(data),
		}),
	];
}

function readNew(data: JsonObject, key: JsonObject): Reading | null {
	const messageId = textAt(key, 'id');
	const content = key.fromMe === false ? readReceived(data) : null;
	if (content === null) return null;
	// With neither it is nothing.
	if (messageId === null && content.text === null && content.media === null) return null;
	return {
		...content,
		messageId,
		fromName: nameIn(data, key),
		occurredAt: unixInstantAt(data, 'messageTimestamp'),
	};
}

/** An edit comes as an update with the message, and has no id and no time of its own. */
function readEdit(data: JsonObject): Reading | null {
	const aboutMessageId = textAt(data, 'keyId') ?? textAt(data, 'id');
	const edited = objectAt(objectAt(objectAt(data, 'message'), 'editedMessage'), 'message');
	const content = data.fromMe === false ? readReceived({ message: edited }) : null;
	if (content === null || aboutMessageId === null) return null;
	return { type: 'edit', text: content.text, media: content.media, aboutMessageId };
}

/** The key of a deleted message, which parseWebhook reads where the message is ours. */
function readDeletion(_data: JsonObject, key: JsonObject): Reading | null {
	const aboutMessageId = textAt(key, 'id');
	const isOfOthers = key.fromMe === false && !isOwn(key, aboutMessageId);
	return isOfOthers && aboutMessageId !== null ? { type: 'deletion', aboutMessageId } : null;
}

/** Whose message a key names, by any of the names that the versions have for the other address. */
function partiesOf(key: JsonObject) {
	const at = (name: string) => textAt(key, name);
	const chat = personOf(at('remoteJid'), at('remoteJidAlt'), at('senderPn'), at('senderLid'));
	if (chat.from?.kind !== 'group') return { ...chat, chat: chat.from };
	const person = personOf(
		at('participant'),
		at('participantAlt'),
		at('participantPn'),
		at('participantLid'),
	);
	return { ...person, chat: chat.from };
}

/** Where the server knows no name, it puts the address or its digits there. */
function nameIn(data: JsonObject, key: JsonObject): string | null {
	const name = textAt(data, 'pushName');
	const addresses = [textAt(key, 'participant'), textAt(data, 'participant')];
	const isAddress = addresses.some((each) => each !== null && name === each.split('@')[0]);
	return isAddress || addresses.includes(name) ? null : name;
}
