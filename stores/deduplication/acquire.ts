import { GatewayError } from '../../gateways/transport/gatewayError';
import type { UnresolvedAttempt } from '../store';
import type { KeyLedger, KeyRecord } from './keyTable';
import { shorten } from '../../messages/text';

/** What waiting for another execution needs. */
export interface Waiting {
	now(): number;
	sleep(ms: number): Promise<void>;
	/** After so many milliseconds without a sign of life, who makes a message counts as dead. */
	readonly staleMs: number;
}

/** Who makes the message of a key. */
export type Turn =
	/** It is ours to make. */
	| { readonly is: 'mine'; readonly record: KeyRecord }
	/** It is there, made by somebody else or by an earlier attempt of ours. */
	| { readonly is: 'done'; readonly record: KeyRecord };

/** What to do where another attempt began and was never finished. */
export interface Interrupted {
	/** What became of it, if that can be seen; null where not. Who began it may still be at it. */
	look?(record: KeyRecord, isDead: boolean): Promise<KeyRecord | null>;
	/** Whether it may be done again, once who began it counts as dead. */
	readonly shouldRetry: boolean;
}

/** How long to wait for another execution that makes the same message, and how often to look. */
const WAIT_MS = 30_000;
const LOOK_EVERY_MS = 1_000;

/**
 * Finds out whose turn it is to make the message of a key, so that of several executions at the same
 * moment one makes it and the others wait for it. The table has no unique index: each inserts its row
 * and looks, and the lowest row wins, unless a row that another has begun with is there; whoever begins
 * looks once more ({@link begin}), so that two never go on together, in whatever order a database shows
 * them their rows.
 *
 * @throws GatewayError where another execution is still at it, or was interrupted
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
		// Nothing was begun, or looking first is what follows.
		await ledger.takeOver(record, owner);
	}
}

const stillBusy = (key: string) =>
	new GatewayError(
		'unavailable',
		`Another execution makes the message with the deduplication key "${shorten(key, 80)}", or was interrupted at it; nothing was done here`,
		{ hint: 'Run the workflow again in some minutes.' },
	);

const interruptedBefore = (key: string) =>
	new GatewayError(
		'unavailable',
		`The message with the deduplication key "${shorten(key, 80)}" was not sent: the outcome of an earlier attempt is unknown, so it may have gone out already`,
		{
			outcomeUnknown: true,
			hint: 'Check with the recipient or at the gateway. To send it in any case, enter another key, or remove the row with this key from the table of "Deduplication Table" in n8n.',
		},
	);

/**
 * Notes that a request begins, and gives the record as it is then. Null where the turn is lost: another
 * has taken the row over, or has a lower row that only shows now; then nothing may be made.
 */
export async function begin(
	ledger: KeyLedger,
	record: KeyRecord,
	owner: string,
	attempt: UnresolvedAttempt,
): Promise<KeyRecord | null> {
	if (!(await ledger.start(record, owner, attempt))) return null;
	// Once it has begun, the others yield to it.
	if (record.startedAt !== null) return record;
	const rows = await ledger.find(record.key);
	const started = rows.find(({ rowId }) => rowId === record.rowId);
	const isLost = rows.some(({ rowId, isDone }) => isDone || rowId < record.rowId);
	if (started !== undefined && !isLost) return started;
	await ledger.remove({ ...record, owner });
	return null;
}
