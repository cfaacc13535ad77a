import { accountKey, accountRecords, isInUse } from './served';
import type { AccountsTable } from './accounts';
import type { SendingAccount } from './rows';

/** When *Send Due* last ran for an account. */
export interface LastRun {
	/** Whether the account is being served: a run is active, or the last one was minutes ago. */
	readonly isRecent: boolean;
	/** Milliseconds since 1970; null if it never ran. */
	readonly at: number | null;
}

/**
 * The last run of *Send Due* for an account, under any of its names.
 *
 * @param accounts null if the table does not exist, since a run would have created it
 * @param now milliseconds since 1970
 */
export async function findLastRun(
	accounts: AccountsTable | null,
	senders: readonly SendingAccount[],
	now: number,
): Promise<LastRun> {
	const records = accounts === null ? null : await accountRecords(accounts);
	const ofAccount = senders.flatMap((sender) => records?.get(accountKey(sender)) ?? []);
	const times = ofAccount.flatMap(({ lastRunAt }) => lastRunAt ?? []);
	return {
		isRecent: ofAccount.some((record) => isInUse(record, now)),
		at: times.length === 0 ? null : Math.max(...times),
	};
}
