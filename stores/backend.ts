import type { DoNotContactTable } from './doNotContact/columns';
import type { DispatchQueue } from './dispatcher/queue';
import type { ListFilter } from '../gateways/gateway';
import type { ScheduledMessage } from '../messages/scheduledMessage';
import type { BoardFigures, BoardPeriod } from './boardFigures';
import type { AccountsTable } from './table/accounts';
import type { AdoptContext } from './table/adopt';
import type { SendingAccount } from './table/rows';
import type { Period, Statistics } from './table/statistics';
import type { MessageTable } from './table/table';

/** Where this package itself stores messages: an n8n Data Table, or PostgreSQL. */
export interface Backend {
	readonly messages: MessageTable;
	/** What the user calls it, for hints. */
	readonly name: string;
	/** The table of accounts beside it; created where it is missing. */
	accounts(): Promise<AccountsTable>;
	/** The same; null where it is missing. */
	findAccounts(): Promise<AccountsTable | null>;
	/** The list Do Not Contact beside it; created where it is missing. */
	doNotContact(): Promise<DoNotContactTable>;
	/** The same; null where it is missing. Costs next to nothing then. */
	findDoNotContact(): Promise<DoNotContactTable | null>;
	/** The clock that all share who use it: milliseconds since 1970. */
	now(): number;
	/** The messages of one account as the dispatcher's queue. */
	queue(senders: readonly SendingAccount[], adoption: Omit<AdoptContext, 'senders'>): DispatchQueue;
	/** The account's messages that match, the earliest first; null where the table is read in the general way. */
	readonly list:
		| ((
				senders: readonly SendingAccount[],
				filter: ListFilter,
				limit: number,
		  ) => Promise<ScheduledMessage[]>)
		| null;
	/** Removes what is done with and has not changed since (ISO 8601, UTC); tells how many. */
	purge(before: string): Promise<number>;
	/**
	 * The same for some messages only.
	 *
	 * @returns the schedule ids of those that it removed
	 */
	purgeThese(scheduleIds: readonly string[], before: string): Promise<ReadonlySet<string>>;
	statistics(period: Period): Promise<Statistics>;
	/** What the board shows, of all accounts. Creates nothing. */
	board(period: BoardPeriod): Promise<BoardFigures>;
}
