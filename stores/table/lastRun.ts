import { accountKey, accountRecords, isInUse } from './served';
import type { AccountsTable } from './accounts';
import type { SendingAccount } from './rows';

/** When *Send Due* last looked for an account. */
export interface LastRun {
	/** Whether runs go on right now: one is under way, or the last one was minutes ago. */
	readonly isRecent: boolean;
	/** Milliseconds since 1970; null where none ever did. */
	readonly at: number | null;
}

/**
 * The last run of *Send Due* for an account, under whichever of its keys.
 *
 * @param accounts null where the table is missing: a run would have made it
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
