import type { AccountRecord } from '../dispatcher/queue';
import { accountRow, toAccountRecord, type AccountsTable } from './accounts';
import type { SendingAccount } from './rows';

/** How often to check whether a run has ended. */
const LOOK_EVERY_MS = 1_000;
/** A run notices a pause within ten seconds; its pending writes may take a minute more. */
const MAX_WAIT_MS = 120_000;

/** What waiting needs beside the table. */
export interface WaitContext {
	/** How long a request may take, in milliseconds. */
	readonly timeoutMs: number;
	now(): number;
	sleep(ms: number): Promise<void>;
	isCancelled(): boolean;
}

/** Whether a run of *Send Due* has the account's lease. `now`: milliseconds since 1970. */
export const isSending = ({ leaseUntil }: AccountRecord, now: number): boolean => leaseUntil > now;

/**
 * Waits until no run sends for the account any more, so that none of its messages is in flight.
 *
 * @returns the account as it is then; still sending if a run did not end in time
 */
export async function waitUntilIdle(
	table: AccountsTable,
	sender: SendingAccount,
	{ timeoutMs, now, sleep, isCancelled }: WaitContext,
): Promise<AccountRecord> {
	const deadline = now() + MAX_WAIT_MS + timeoutMs;
	for (;;) {
		const record = toAccountRecord(await accountRow(table, sender));
		if (!isSending(record, now()) || now() >= deadline || isCancelled()) return record;
		await sleep(LOOK_EVERY_MS);
	}
}
