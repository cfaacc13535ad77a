import { isObject, objectAt, textAt, type JsonObject } from '../json';
import type { Connection } from '../gateway';
import { GatewayError } from '../transport/gatewayError';

/** The most that a page may hold (docs.hypersender.com/v2/api-reference/sms/messages/index-messages). */
const PER_PAGE = 50;
/** 25,000 messages: beyond that the gateway's paging is taken for broken. */
const MAX_PAGES = 500;

/**
 * All messages that the filters leave, whatever the number of pages, each once.
 *
 * The last created come first: what is created meanwhile moves messages to later pages, where they
 * are seen twice, but none is missed.
 */
export async function readPages(
	connection: Connection,
	filters: Readonly<Record<string, string>>,
): Promise<JsonObject[]> {
	const found = new Map<string, JsonObject>();
	for (let page = 1; page <= MAX_PAGES; page++) {
		const response = await connection.request({
			method: 'GET',
			path: '/messages',
			query: { ...filters, sort: '-created_at', per_page: PER_PAGE, page },
			idempotent: true,
		});
		const body = isObject(response.body) ? response.body : {};
		if (!Array.isArray(body.data)) throw connection.unexpected(response, 'the list "data"', false);
		const before = found.size;
		for (const record of body.data) {
			const id = isObject(record) ? textAt(record, 'id') : null;
			if (id !== null) found.set(id, record);
		}
		// A page without anything new: the same one is given again and again.
		if (found.size === before || isLast(body, page)) return [...found.values()];
	}
	throw new GatewayError(
		'unexpectedResponse',
		`Hypersender SMS returned ${MAX_PAGES} pages of messages without a last one`,
		{ hint: 'Add a filter by "Status" or "Recipient", or a time range.' },
	);
}

/** Laravel's paginator: `meta.last_page`, and `links.next` that is null at the end. */
function isLast(body: JsonObject, page: number): boolean {
	const lastPage = Number(textAt(objectAt(body, 'meta'), 'last_page') ?? Number.NaN);
	return Number.isNaN(lastPage)
		? textAt(objectAt(body, 'links'), 'next') === null
		: page >= lastPage;
}
