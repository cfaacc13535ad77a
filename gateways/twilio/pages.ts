import type { Connection } from '../gateway';
import { isObject, textAt } from '../json';
import { GatewayError } from '../transport/gatewayError';
import { messagesPath } from './credential';
import { readRecord, type MessageRecord } from './records';

/** The most that a page may hold; more is error 20007. */
const PER_PAGE = 1_000;
/** 50,000 messages: beyond that a filter is needed. */
const MAX_PAGES = 50;

type Query = Readonly<Record<string, string>>;

/**
 * All messages that the filters leave, each once. The list has filters for recipient, sender and the time at
 * which a message was sent, and none for the status. Where those stand that have not been sent, no page
 * says: so it is read to its end.
 */
export async function readMessages(
	connection: Connection,
	filters: Query,
): Promise<MessageRecord[]> {
	const found = new Map<string, MessageRecord>();
	let query: Query = { ...filters, PageSize: String(PER_PAGE) };
	for (let page = 0; page < MAX_PAGES; page++) {
		const response = await connection.request({
			method: 'GET',
			path: messagesPath(connection.credential),
			query,
			idempotent: true,
		});
		const body = isObject(response.body) ? response.body : {};
		if (!Array.isArray(body.messages)) {
			throw connection.unexpected(response, 'the list "messages"', false);
		}
		const before = found.size;
		for (const record of body.messages.map(readRecord)) {
			if (record !== null) found.set(record.sid, record);
		}
		const next = textAt(body, 'next_page_uri');
		// A page without anything new: the same one is given again and again.
		if (next === null || found.size === before) return [...found.values()];
		query = queryOf(next);
	}
	throw new GatewayError(
		'unexpectedResponse',
		`Twilio has more than ${PER_PAGE * MAX_PAGES} messages, and its list has no filter by status`,
		{ hint: 'Add a filter by "Recipient".' },
	);
}

/** Of the next page only the query is used: its address is no reason to send the key anywhere. */
const queryOf = (uri: string): Query =>
	Object.fromEntries(new URLSearchParams(uri.slice(uri.indexOf('?') + 1)));
