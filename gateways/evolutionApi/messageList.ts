import type { Recipient } from '../../messages/recipient';
import type { SentMessage } from '../../messages/sentMessage';
import { mapStatus } from '../../messages/status';
import type { Connection } from '../gateway';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import { account, instancePath } from './credential';
import { recipientIn } from './recipient';
import { contentOf } from './records';
import { failureOf, furthest, STATUS_WORDS } from './statuses';
import { withoutSecrets } from './withoutSecrets';

/**
 * Asks for stored messages: `POST /chat/findMessages` (doc.evolution-api.com, chat-controller/find-messages;
 * src/api/services/channel.service.ts, `fetchMessages`), the newest first. Version 2 answers with a page,
 * version 1 with a list. A server that stores none answers with none.
 */
export async function findMessages(
	connection: Connection,
	body: JsonObject,
): Promise<readonly JsonObject[]> {
	const response = await connection.request({
		method: 'POST',
		path: instancePath(connection.credential, 'chat/findMessages'),
		body,
		idempotent: true,
	});
	const answer = response.body;
	const records = Array.isArray(answer)
		? answer
		: objectAt(isObject(answer) ? answer : {}, 'messages').records;
	if (!Array.isArray(records)) {
		throw connection.unexpected(response, 'the list "messages.records"', false);
	}
	return records.filter(isObject);
}

/** Whether the instance wrote a message: those of the channel of Meta count all as its own. */
export const isOwnRecord = (record: JsonObject): boolean => {
	const key = objectAt(record, 'key');
	return key.fromMe === true || textAt(key, 'id')?.startsWith('wamid.') === true;
};

/** A stored message, with how far it has come. */
export function toSentMessage(
	{ credential }: Connection,
	record: JsonObject,
	known: {
		readonly messageId: string;
		readonly asked: Recipient | null;
		/** Statuses that came from elsewhere: in version 1 the record has none. */
		readonly words?: readonly string[];
	},
): SentMessage {
	const { type, ...content } = contentOf(record);
	const key = objectAt(record, 'key');
	const word = furthest(known.words ?? wordsOf(record.MessageUpdate));
	return {
		// What is none of our types is in `raw`.
		type: type ?? 'text',
		...content,
		template: null,
		reference: null,
		gateway: 'evolutionApi',
		account: account(credential),
		recipient: recipientIn(key, known.asked) ?? UNKNOWN,
		messageId: known.messageId,
		queueId: null,
		// Stored when it was handed over; an update comes with whatever happens then.
		status: word === null ? 'queued' : mapStatus(STATUS_WORDS, word),
		gatewayStatus: word,
		acceptedAt: unixInstantAt(record, 'messageTimestamp'),
		failure: failureOf(word),
		raw: withoutSecrets(record),
	};
}

/** The statuses of a list of updates. */
export const wordsOf = (updates: unknown): readonly string[] =>
	(Array.isArray(updates) ? updates.filter(isObject) : [])
		.map((update) => textAt(update, 'status'))
		.filter((word) => word !== null);

const UNKNOWN: Recipient = { address: '', phone: null, kind: 'unknown' };
