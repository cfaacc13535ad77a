import { GatewayError } from '../../gateways/transport/gatewayError';
import type { UnresolvedAttempt } from '../store';
import type { KeyLedger, KeyRecord } from './keyTable';
import { shorten } from '../../messages/text';

/** What waiting for another execution needs. */
export interface Waiting {
	now(): number;
	sleep(ms: number): Promise<void>;
	/** After this many milliseconds without a write, the execution that creates a message counts as dead. */
	readonly staleMs: number;
}

/** Who creates the message of a key. */
export type Turn =
	/** This execution. */
	| { readonly is: 'mine'; readonly record: KeyRecord }
	/** It exists, created by another execution or by an earlier attempt of this one. */
	| { readonly is: 'done'; readonly record: KeyRecord };

/** What to do if another attempt began and never finished. */
export interface Interrupted {
	/** Its result, if it can be determined, or null. The other execution may still be running. */
	look?(record: KeyRecord, isDead: boolean): Promise<KeyRecord | null>;
	/** Whether it may be repeated once the other execution counts as dead. */
	readonly shouldRetry: boolean;
}

/** How long to wait for another execution that creates the same message, and how often to check. */
const WAIT_MS = 30_000;
const LOOK_EVERY_MS = 1_000;

/**
 * Decides which execution creates the message of a key: of several concurrent ones one creates it and the
 * others wait. The table has no unique index: each inserts its row and reads again, and the lowest row wins,
 * unless another one has begun; the winner reads once more ({@link begin}), so that two never continue
 * together, in whatever order a database shows them their rows.
 *
 * @throws GatewayError if another execution is still creating it, or was interrupted
 */
export async function acquire(
	ledger: KeyLedger,
	key: string,
	owner: string,
	waiting: Waiting,
	interrupted: Interrupted,
): Promise<Turn> {
	for (let waitedMs = 0; ; ) {
		let rows = await ledger.find(key);
		if (rows.length === 0) {
			await ledger.insert(key, owner);
			rows = await ledger.find(key);
			if (rows.length === 0) continue;
		}
		// A row that a crash left begun must not hide that another one was finished.
		const record =
			rows.find(({ isDone }) => isDone) ??
			rows.find(({ startedAt }) => startedAt !== null) ??
			rows[0];
		for (const row of rows) {
			if (row !== record && row.owner === owner) await ledger.remove(row);
		}
		if (record.isDone) return { is: 'done', record };
		if (record.owner === owner) return { is: 'mine', record };
		if (waitedMs < WAIT_MS) {
			await waiting.sleep(LOOK_EVERY_MS);
			waitedMs += LOOK_EVERY_MS;
			continue;
		}
		const { startedAt } = record;
		if (startedAt !== null) {
			const isDead = waiting.now() - startedAt > waiting.staleMs;
			const found = (await interrupted.look?.(record, isDead)) ?? null;
			if (found !== null) return { is: 'done', record: found };
			if (!isDead) throw stillBusy(key);
			if (!interrupted.shouldRetry) throw interruptedBefore(key);
		}
		// Nothing was begun, or a check follows.
		await ledger.takeOver(record, owner);
	}
}

const stillBusy = (key: string) =>
	new GatewayError(
		'unavailable',
		`Another execution is creating the message with the deduplication key "${shorten(key, 80)}", or was interrupted. This execution did nothing`,
		{ hint: 'Run the workflow again in a few minutes.' },
	);

const interruptedBefore = (key: string) =>
	new GatewayError(
		'unavailable',
		`The message with the deduplication key "${shorten(key, 80)}" was not sent: the outcome of an earlier attempt is unknown, so it may already have been sent`,
		{
			outcomeUnknown: true,
			hint: 'Check with the recipient or at the gateway. To send it anyway, enter another key, or remove the row with this key from the table of "Deduplication Table" in n8n.',
		},
	);

/**
 * Records that a request begins, and returns the record as it is then. Null if the turn is lost: another
 * execution has taken over the row, or has a lower row that only shows now; then nothing may be created.
 */
export async function begin(
	ledger: KeyLedger,
	record: KeyRecord,
	owner: string,
	attempt: UnresolvedAttempt,
): Promise<KeyRecord | null> {
	if (!(await ledger.start(record, owner, attempt))) return null;
	// Once it has begun, the others yield.
	if (record.startedAt !== null) return record;
	const rows = await ledger.find(record.key);
	const started = rows.find(({ rowId }) => rowId === record.rowId);
	const isLost = rows.some(({ rowId, isDone }) => isDone || rowId < record.rowId);
	if (started !== undefined && !isLost) return started;
	await ledger.remove({ ...record, owner });
	return null;
}
