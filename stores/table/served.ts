import type { AccountRecord } from '../dispatcher/queue';
import { accountRows, toAccountRecord, type AccountsTable } from './accounts';
import type { Row } from './columns';
import type { SendingAccount } from './rows';
import { PAGE_SIZE, where, type MessageTable } from './table';

/** A message overdue by this much was found by no run in time. */
export const OVERDUE_AFTER_MS = 2 * 60_000;
/** An account without a run of *Send Due* for this long is unserved. */
export const UNSERVED_AFTER_MS = 24 * 3_600_000;
/** Within this time after a run, another one may follow. */
const IN_USE_FOR_MS = 5 * 60_000;

/** An account as the rows of a table name it. */
export type KnownAccount = Pick<SendingAccount, 'gateway' | 'account' | 'credential'>;

/** One account among those of a table. */
export const accountKey = ({ gateway, account }: { gateway: unknown; account: unknown }): string =>
	JSON.stringify([String(gateway ?? ''), String(account ?? '')]);

/** The record of each account, by {@link accountKey}. The lowest row counts, as for dispatchers. */
export async function accountRecords(
	table: AccountsTable,
): Promise<
	Map<string, AccountRecord & SendingAccount & { readonly manualPausedAt: string | null }>
> {
	const records: Awaited<ReturnType<typeof accountRecords>> = new Map();
	for (const row of await accountRows(table)) {
		const key = accountKey(row);
		if (records.has(key)) continue;
		records.set(key, {
			...toAccountRecord(row),
			gateway: String(row.gateway ?? ''),
			account: String(row.account ?? ''),
			credential: String(row.credential ?? ''),
			manualPausedAt: isoOf(row.manual_paused_at),
		});
	}
	return records;
}

/**
 * Whether a credential serves an account: a run of *Send Due* has taken its lease within the last 24
 * hours. A paused account is served, too: its runs check whether the pause is over.
 */
export const isServed = (record: AccountRecord | undefined, now: number): boolean =>
	record !== undefined &&
	(record.leaseUntil > now || now - (record.lastRunAt ?? 0) <= UNSERVED_AFTER_MS);

/** Whether runs of *Send Due* currently serve the account. */
export const isInUse = (record: AccountRecord | undefined, now: number): boolean =>
	record !== undefined &&
	(record.leaseUntil > now || now - (record.lastRunAt ?? 0) <= IN_USE_FOR_MS);

/** An unserved account, and how many of its messages are overdue. */
export interface UnservedAccount {
	readonly gateway: string;
	readonly account: string;
	readonly overdue: number;
}

/**
 * Unserved accounts, other than these, with overdue messages. Reads at most the first thousand overdue
 * messages.
 *
 * @param accounts opens the table of accounts; called only if it is needed
 * @param now milliseconds since 1970
 */
export async function findUnserved(
	table: MessageTable,
	accounts: () => Promise<AccountsTable>,
	senders: readonly SendingAccount[],
	now: number,
): Promise<UnservedAccount[]> {
	const rows = await table.select(
		[
			...where({ status: 'scheduled' }),
			// A row that a person has added already shows what it needs.
			{ column: 'status_rank', is: 'gte', value: 0 },
			{ column: 'send_at', is: 'lt', value: new Date(now - OVERDUE_AFTER_MS).toISOString() },
			...senders.map(({ account }) => ({ column: 'account', is: 'neq', value: account }) as const),
		],
		PAGE_SIZE,
	);
	if (rows.length === 0) return [];
	const records = await accountRecords(await accounts());
	const byAccount = new Map<string, Row[]>();
	for (const row of rows) {
		const key = accountKey(row);
		if (!isServed(records.get(key), now)) byAccount.set(key, [...(byAccount.get(key) ?? []), row]);
	}
	return [...byAccount.values()].map((ofAccount) => ({
		gateway: String(ofAccount[0].gateway ?? ''),
		account: String(ofAccount[0].account ?? ''),
		overdue: ofAccount.length,
	}));
}

function isoOf(cell: unknown): string | null {
	const ms = cell === null || cell === undefined ? Number.NaN : new Date(String(cell)).getTime();
	return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
