import { describeAddress } from '../../messages/recipient';
import type { OutgoingMessage } from '../../messages/message';
import type { SentMessage } from '../../messages/sentMessage';
import { isObject, textAt, type JsonObject } from '../json';
import type { Connection } from '../gateway';
import { CLOCK_SKEW_MS, mayComeOf } from '../sentBefore';
import { GatewayError } from '../transport/gatewayError';
import { account } from './credential';
import { toChatId } from './recipient';
import { toSentMessage, typeOf } from './records';
import { originOf } from './statuses';

/** The most that a page may hold (the vendor's OpenAPI file, `count`). */
const PER_PAGE = 500;
/** 5,000 messages to one chat in the time of one outage: the paging is taken for broken. */
const MAX_PAGES = 10;

/**
 * Asks for what the channel sent to the chat since then: `GET /messages/list/{ChatID}` (the vendor's
 * OpenAPI file, `getMessagesByChatID`).
 */
export async function findSent(
	connection: Connection,
	message: OutgoingMessage,
	sinceMs: number,
): Promise<SentMessage[]> {
	const found = new Map<string, SentMessage>();
	for (let page = 0; page < MAX_PAGES; page++) {
		const records = await readPage(connection, message, sinceMs, page);
		for (const sent of records.map((record) => readOwn(connection, record))) {
			if (sent !== null && mayComeOf(message, sent, sinceMs)) found.set(sent.messageId, sent);
		}
		if (records.length < PER_PAGE) return [...found.values()];
	}
	throw new GatewayError(
		'unexpectedResponse',
		`Whapi.Cloud returned ${MAX_PAGES} pages of messages to one chat without a last one`,
		{ hint: 'Check on the phone whether the message is in the chat.' },
	);
}

async function readPage(
	connection: Connection,
	{ recipient }: OutgoingMessage,
	sinceMs: number,
	page: number,
): Promise<JsonObject[]> {
	const response = await connection
		.request({
			method: 'GET',
			path: `/messages/list/${encodeURIComponent(toChatId(recipient))}`,
			query: {
				from_me: 'true',
				time_from: Math.max(0, Math.floor((sinceMs - CLOCK_SKEW_MS) / 1000)),
				count: PER_PAGE,
				offset: page * PER_PAGE,
			},
			idempotent: true,
		})
		.catch((error: unknown) => {
			// "Specified chat not found", in the vendor's form: nothing was ever sent to it.
			const isUnknownChat =
				error instanceof GatewayError &&
				error.kind === 'notFound' &&
				error.details.code !== undefined;
			if (isUnknownChat) return null;
			throw error;
		});
	if (response === null) return [];
	const records = isObject(response.body) ? response.body.messages : undefined;
	if (!Array.isArray(records)) throw connection.unexpected(response, 'the list "messages"', false);
	return records.filter(isObject);
}

/** What the API sent; null for what came in, or was written on the phone. */
function readOwn(
	{ credential }: Connection,
	record: JsonObject,
): (SentMessage & { messageId: string }) | null {
	const messageId = textAt(record, 'id');
	const recipient = describeAddress(textAt(record, 'chat_id'));
	if (messageId === null || recipient === null || typeOf(record) === null) return null;
	// A `source` that is missing says nothing against it.
	const source = textAt(record, 'source') ?? 'api';
	if (record.from_me !== true || originOf(source) !== 'api') return null;
	return {
		...toSentMessage(record, { messageId, recipient, account: account(credential) }),
		messageId,
	};
}
