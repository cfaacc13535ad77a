import type { OutgoingMessage } from '../../messages/message';
import { phoneDigits, sameRecipient } from '../../messages/recipient';
import type { SentMessage } from '../../messages/sentMessage';
import { settle } from '../../messages/settle';
import { isObject, objectAt, textAt, type JsonObject } from '../json';
import type { Connection } from '../gateway';
import { CLOCK_SKEW_MS, mayComeOf } from '../sentBefore';
import { GatewayError, isNotFound } from '../transport/gatewayError';
import { account } from './credential';
import { lookup } from './lookup';
import { readKey } from './messageId';
import { configPath, lidPath, messagesPath } from './paths';
import { toChatId } from './recipient';
import { toSentMessage } from './records';
import { idFor } from './send';
import { listsFiles, serverIfKnown } from './server';

/** The vendor documents no maximum; 100 stands in its examples. */
const PER_PAGE = 100;
/** 2,000 messages to one chat in the time of one outage: the paging is taken for broken. */
const MAX_PAGES = 20;

type Found = Array<SentMessage & { messageId: string }>;

/**
 * What came of a send: by the id that the message was sent with, where the server takes one; where that finds
 * nothing, by its content among what the session sent to the chat since then. That nothing is found says something only where the session
 * stores its messages.
 */
export async function findSent(
	connection: Connection,
	message: OutgoingMessage,
	sinceMs: number,
): Promise<SentMessage[]> {
	const id = await idFor(connection, message);
	const byId = id === null ? [] : await findById(connection, id, message);
	// It was sent without the id where the server did not say then what it is.
	const found = byId.length > 0 ? byId : await findByContent(connection, message, sinceMs);
	if (found.length === 0) await assertListIsComplete(connection, message);
	return found;
}

async function findById(
	connection: Connection,
	id: string,
	{ recipient }: OutgoingMessage,
): Promise<SentMessage[]> {
	const looked = await settle(lookup(connection, id, recipient));
	// An id is of one message, so a different chat means that it is not this one's.
	if (looked.ok) return sameRecipient(looked.value.recipient, recipient) ? [looked.value] : [];
	if (saysNotFound(looked.error)) return [];
	throw looked.error;
}

/** By the vendor's own words (src/api/chats.controller.ts): a 404 may also be of a proxy. */
const saysNotFound = (error: unknown): boolean =>
	isNotFound(error) && error.message.includes('"Message not found"');

async function findByContent(
	connection: Connection,
	message: OutgoingMessage,
	sinceMs: number,
): Promise<Found> {
	const found = new Map<string, SentMessage & { messageId: string }>();
	for (const chat of await chatsOf(connection, message)) {
		for (const record of await readChat(connection, chat, sinceMs)) {
			const sent = readOwn(connection, record, message);
			if (sent !== null && mayComeOf(message, sent, sinceMs)) found.set(sent.messageId, sent);
		}
	}
	return [...found.values()];
}

/** The chat that was written to, and the same person's by the LID: an engine stores a message under either. */
async function chatsOf(
	{ credential, request }: Connection,
	{ recipient }: OutgoingMessage,
): Promise<string[]> {
	const chat = toChatId(recipient);
	const digits = phoneDigits(recipient);
	if (digits === null) return [chat];
	const path = lidPath(credential, digits);
	const { body } = await request({ method: 'GET', path, idempotent: true });
	const lid = isObject(body) ? textAt(body, 'lid') : null;
	return lid === null ? [chat] : [chat, lid];
}

/** `GET …/messages` (waha.devlike.pro/docs/how-to/chats, "Get messages"): times are in seconds. */
async function readChat(
	connection: Connection,
	chat: string,
	sinceMs: number,
): Promise<JsonObject[]> {
	const records: JsonObject[] = [];
	for (let page = 0; page < MAX_PAGES; page++) {
		const response = await connection.request({
			method: 'GET',
			path: messagesPath(connection.credential, chat),
			query: {
				limit: PER_PAGE,
				offset: page * PER_PAGE,
				downloadMedia: 'false',
				'filter.fromMe': 'true',
				'filter.timestamp.gte': Math.max(0, Math.floor((sinceMs - CLOCK_SKEW_MS) / 1000)),
			},
			idempotent: true,
		});
		if (!Array.isArray(response.body)) {
			throw connection.unexpected(response, 'the list of messages', false);
		}
		// A page may be shorter than its limit although others follow, says the vendor.
		if (response.body.length === 0) return records;
		records.push(...response.body.filter(isObject));
	}
	throw new GatewayError(
		'unexpectedResponse',
		`WAHA returned ${MAX_PAGES} pages of messages to one chat without a last one`,
		{ hint: 'Check on the phone whether the message is in the chat.' },
	);
}

/** A message that the account sent; by the phone or the API, since `source` is not reliable (issue 1689). */
function readOwn(
	{ credential }: Connection,
	record: JsonObject,
	{ recipient }: OutgoingMessage,
): (SentMessage & { messageId: string }) | null {
	const { messageId, isOwn } = readKey(textAt(record, 'id') ?? '');
	if (messageId === '' || record.fromMe !== true || isOwn === false) return null;
	return {
		...toSentMessage(record, { messageId, recipient, account: account(credential) }),
		messageId,
	};
}

/**
 * Throws where a message may be missing although it was sent: GOWS can be told to store none (…/engines/gows), and
 * did not list files before 2026.4.1. NOWEB refuses the list without its store.
 */
async function assertListIsComplete(connection: Connection, { type }: OutgoingMessage) {
	const server = await serverIfKnown(connection);
	const { body } = await connection.request({
		method: 'GET',
		path: configPath(connection.credential),
		idempotent: true,
	});
	const config = objectAt(isObject(body) ? body : {}, 'config');
	const storesNone = objectAt(objectAt(config, 'gows'), 'storage').messages === false;
	const listsNoFiles = type !== 'text' && server !== null && !listsFiles(server);
	if (!storesNone && !listsNoFiles) return;
	throw new GatewayError(
		'unexpectedResponse',
		storesNone
			? 'This WAHA session stores no messages ("gows.storage.messages" is false), so it cannot say whether the message was sent'
			: 'This version of WAHA does not list files that were sent, so it cannot say whether the message was sent',
		{ hint: 'Check on the phone whether the message is in the chat.' },
	);
}
