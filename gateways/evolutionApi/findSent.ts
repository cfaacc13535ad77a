import type { OutgoingMessage } from '../../messages/message';
import type { SentMessage } from '../../messages/sentMessage';
import type { Connection } from '../gateway';
import { objectAt, textAt, type JsonObject } from '../json';
import { CLOCK_SKEW_MS, mayComeOf } from '../sentBefore';
import { GatewayError } from '../transport/gatewayError';
import { findMessages, isOwnRecord, toSentMessage } from './messageList';
import { isAtLeast, versionOf } from './version';

const PER_PAGE = 200;
/** 4,000 messages since the send began: the paging is taken for broken. */
const MAX_PAGES = 20;
/** Version 1 has no pages. */
const MAX_IN_LIST = 1_000;

/**
 * Looks into what the instance has sent since then, to anybody: filters by the chat are unreliable, and the
 * server may know the chat by another number or a LID. Without any stored message nothing is known, since
 * servers can be told to store none.
 */
export async function findSent(
	connection: Connection,
	message: OutgoingMessage,
	sinceMs: number,
): Promise<SentMessage[]> {
	const isV2 = isAtLeast(await versionOf(connection), 2, 0);
	const records = isV2 ? await readPages(connection, sinceMs) : await readList(connection, sinceMs);
	const found = records.flatMap((record) => readOwn(connection, record, message));
	if (found.length === 0 && records.length === 0) await assertStores(connection, isV2);
	const matching = found.filter((sent) => mayComeOf(message, sent, sinceMs));
	return [...new Map(matching.map((sent) => [sent.messageId, sent])).values()];
}

const ALL_SENT = { key: { fromMe: true } };

async function readPages(connection: Connection, sinceMs: number): Promise<JsonObject[]> {
	const untilMs = connection.now() + Math.max(0, connection.clockSkewMs()) + CLOCK_SKEW_MS;
	const messageTimestamp = {
		gte: new Date(Math.max(0, sinceMs - CLOCK_SKEW_MS)).toISOString(),
		lte: new Date(untilMs).toISOString(),
	};
	const all: JsonObject[] = [];
	for (let page = 1; page <= MAX_PAGES; page++) {
		const where = { ...ALL_SENT, messageTimestamp };
		const records = await findMessages(connection, { where, page, offset: PER_PAGE });
		all.push(...records);
		if (records.length < PER_PAGE) return all;
	}
	throw tooMany(MAX_PAGES * PER_PAGE);
}

async function readList(connection: Connection, sinceMs: number): Promise<readonly JsonObject[]> {
	const records = await findMessages(connection, { where: ALL_SENT, limit: MAX_IN_LIST });
	const reachesBack = records.some(
		(record) => Number(textAt(record, 'messageTimestamp')) * 1000 < sinceMs - CLOCK_SKEW_MS,
	);
	if (records.length >= MAX_IN_LIST && !reachesBack) throw tooMany(MAX_IN_LIST);
	return records;
}

/** What the instance sent; nothing for what was written on the phone, or is none of our types. */
function readOwn(
	connection: Connection,
	record: JsonObject,
	{ recipient, type }: OutgoingMessage,
): SentMessage[] {
	const messageId = textAt(objectAt(record, 'key'), 'id');
	if (messageId === null || !isOwnRecord(record)) return [];
	if (['android', 'ios'].includes(textAt(record, 'source') ?? '')) return [];
	const sent = toSentMessage(connection, record, { messageId, asked: recipient });
	// Not every record of a voice note says that it is one.
	return [sent.type === 'audio' && type === 'voice' ? { ...sent, type } : sent];
}

async function assertStores(connection: Connection, isV2: boolean): Promise<void> {
	const any = await findMessages(
		connection,
		isV2 ? { where: {}, page: 1, offset: 1 } : { limit: 1 },
	);
	if (any.length > 0) return;
	throw new GatewayError(
		'unexpectedResponse',
		'The Evolution API instance has stored no messages, so it does not show what was sent',
		{ hint: `Set DATABASE_SAVE_DATA_NEW_MESSAGE to true on the server. ${LOOK_YOURSELF}` },
	);
}

const tooMany = (count: number) =>
	new GatewayError(
		'unexpectedResponse',
		`The Evolution API instance has sent more than ${count} messages since then`,
		{ hint: LOOK_YOURSELF },
	);

const LOOK_YOURSELF = 'Check on the phone whether the message is in the chat.';
