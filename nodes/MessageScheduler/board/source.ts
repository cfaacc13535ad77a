import type { BoardQuery, MessageView, Overview, SearchResults } from '../../../board';
import type { Country } from '../../../messages/country';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { parseRecipient, type Recipient } from '../../../messages/recipient';
import { settleSync } from '../../../messages/settle';

/** What the reader looks for. */
export type SearchQuery = Extract<BoardQuery, { view: 'search' }>;

/** What a page is about. Times in milliseconds since 1970. */
export interface BoardScope {
	readonly now: number;
	/** How many days back failures and delays count. */
	readonly days: number;
	readonly timezone: string;
	/** Whose national numbers a search may name. */
	readonly country: Country | null;
}

/** Where the board's figures and messages come from. */
export interface BoardSource {
	overview(): Promise<Overview>;
	search(query: SearchQuery): Promise<SearchResults>;
	message(id: string): Promise<MessageView>;
}

/** Messages on one page of a list. */
export const PAGE_LENGTH = 50;

/** A recipient as messages are stored with; or why it cannot be looked for. */
export function recipientOf(
	{ recipient, note }: SearchQuery,
	{ country }: BoardScope,
): { readonly recipient: Recipient | null; readonly note: string | null } {
	if (note !== undefined) return { recipient: null, note };
	if (recipient === undefined) return { recipient: null, note: null };
	const parsed = settleSync(() => parseRecipient(recipient, country));
	if (parsed.ok) return { recipient: parsed.value, note: null };
	if (parsed.error instanceof InvalidParameterError) {
		return { recipient: null, note: parsed.error.message };
	}
	throw parsed.error;
}
