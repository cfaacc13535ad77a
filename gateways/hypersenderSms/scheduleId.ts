/**
 * Ids of messages, as we give them out: `<request_id>~<id>`.
 *
 * The vendor documents no way to get a message by its `id`, only the list's `filter[request_id]`; but
 * a `request_id` is the sender's own text and need not be unique, and deleting takes the `id`. With
 * both in one, a message is found with one request and no other is taken for it, and the webhooks
 * bring both along. The `request_id` alone is understood too, as long as one message has it.
 */
const SEPARATOR = '~';

/** What is asked for: all that have the `request_id`, or the one that has the `id` too. */
export interface MessageIds {
	readonly requestId: string;
	readonly id: string | null;
}

export const scheduleIdOf = (id: string, requestId: string | null): string =>
	requestId === null ? id : `${requestId}${SEPARATOR}${id}`;

/** The vendor's ids are UUIDs, so the last separator is ours, whatever the `request_id` holds. */
export function parseScheduleId(text: string): MessageIds {
	const at = text.lastIndexOf(SEPARATOR);
	return at === -1
		? { requestId: text, id: null }
		: { requestId: text.slice(0, at), id: text.slice(at + 1) };
}
