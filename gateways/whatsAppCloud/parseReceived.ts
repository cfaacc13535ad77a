import { describeAddress, type Recipient } from '../../messages/recipient';
import {
	createReceivedMessage,
	type ReceivedMessage,
	type ReceivedMessageInput,
} from '../../messages/receivedMessage';
import { objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { readContent } from './received';
import { changesOf, objectsAt, type Change } from './values';

/**
 * Reads the messages that people wrote to a number (…/webhooks/reference/messages/text and the pages beside it), and their decisions about
 * marketing messages, which they make in WhatsApp's settings (…/webhooks/reference/user_preferences). What
 * the business writes on the phone is another field.
 */
export const parseReceived = (body: unknown, { receivedAt }: ParseContext): ReceivedMessage[] =>
	changesOf(body)
		.flatMap((change) => {
			const read = Object.hasOwn(READERS, change.field) ? READERS[change.field] : () => [];
			return read(change).map((reading) => ({ ...reading, account: change.account }));
		})
		.map((reading) =>
			createReceivedMessage({
				...reading,
				gateway: 'whatsAppCloud',
				channel: 'whatsapp',
				receivedAt,
			}),
		);

type Reading = Omit<ReceivedMessageInput, 'gateway' | 'channel' | 'account' | 'receivedAt'>;

const READERS: Readonly<Record<string, (change: Change) => Reading[]>> = {
	messages: ({ value }) =>
		objectsAt(value, 'messages')
			.map((message) => readMessage(message, value))
			.filter((reading) => reading !== null),
	user_preferences: ({ value }) =>
		objectsAt(value, 'user_preferences')
			.map((preference) => readPreference(preference, value))
			.filter((reading) => reading !== null),
};

function readMessage(message: JsonObject, value: JsonObject): Reading | null {
	const messageId = textAt(message, 'id');
	const content = readContent(message);
	if (content === null) return null;
	if (messageId === null && content.text === null && content.media === null) return null;
	const group = textAt(message, 'group_id');
	const person = personOf(message, value);
	return {
		...content,
		...person,
		messageId,
		// A group's id has no form (…/webhooks/reference/messages/group).
		chat: group === null ? person.from : { address: group, phone: null, kind: 'group' },
		inReplyTo: textAt(objectAt(message, 'context'), 'id'),
		occurredAt: unixInstantAt(message, 'timestamp'),
		raw: message,
	};
}

const DECISIONS: Readonly<Record<string, 'stop' | 'start'>> = { stop: 'stop', resume: 'start' };

/** Nobody wrote anything: that somebody wants no marketing, or wants it again, is all. */
function readPreference(preference: JsonObject, value: JsonObject): Reading | null {
	const word = textAt(preference, 'value') ?? '';
	if (textAt(preference, 'category') !== 'marketing_messages') return null;
	if (!Object.hasOwn(DECISIONS, word)) return null;
	return {
		event: 'preference',
		...personOf({ from: preference.wa_id }, value),
		type: 'other',
		optOut: DECISIONS[word],
		occurredAt: unixInstantAt(preference, 'timestamp'),
		raw: preference,
	};
}

/** Who hides the phone number has the id by which the business knows them (BSUID). */
function personOf(
	message: JsonObject,
	value: JsonObject,
): Pick<ReceivedMessage, 'from' | 'fromName' | 'fromLid'> {
	const phone = describeAddress(textAt(message, 'from'));
	const userId = textAt(message, 'from_user_id');
	const contact = contactOf(phone, userId, value);
	const fromLid = userId ?? textAt(contact, 'user_id');
	return { from: phone ?? describeAddress(fromLid), fromName: nameOf(contact), fromLid };
}

/**
 * The contact of a person: by the number or the id. In the vendor's own sample the two ids differ by a letter, so
 * the only contact of an only message counts, too.
 */
function contactOf(phone: Recipient | null, userId: string | null, value: JsonObject): JsonObject {
	const contacts = objectsAt(value, 'contacts');
	const found = contacts.find((contact) => {
		const number = describeAddress(textAt(contact, 'wa_id'))?.phone ?? null;
		const isOfNumber = number !== null && number === phone?.phone;
		return isOfNumber || (userId !== null && textAt(contact, 'user_id') === userId);
	});
	const isOnly = contacts.length === 1 && objectsAt(value, 'messages').length === 1;
	return found ?? (isOnly && textAt(contacts[0], 'wa_id') === null ? contacts[0] : {});
}

const nameOf = (contact: JsonObject): string | null => textAt(objectAt(contact, 'profile'), 'name');
