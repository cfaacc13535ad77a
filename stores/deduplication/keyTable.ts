import type { ScheduledMessage } from '../../messages/scheduledMessage';
import type { SentMessage } from '../../messages/sentMessage';
import type { UnresolvedAttempt } from '../store';
import { Batcher } from '../table/batcher';
import type { SendingAccount } from '../table/rows';
import {
	whereIn,
	PAGE_SIZE,
	type ConditionalUpdate,
	type Table,
	type RowOf,
	type ValuesOf,
} from '../table/table';

/** The columns of the table of keys, in the order in which n8n shows them. */
export const KEY_COLUMNS = [
	{ name: 'deduplication_key', type: 'string' },
	/** `creating`: its message is being created, or a crash left it so; `done`: it exists. */
	{ name: 'state', type: 'string' },
	{ name: 'send_at', type: 'date' },
	{ name: 'requested_at', type: 'date' },
	{ name: 'schedule_id', type: 'string' },
	{ name: 'message_id', type: 'string' },
	{ name: 'gateway', type: 'string' },
	{ name: 'account', type: 'string' },
	{ name: 'credential', type: 'string' },
	/** The item that creates it: its idempotency key. Every write requires it (fencing). */
	{ name: 'owner', type: 'string' },
	/** Set right before the request: from then on a crash leaves the outcome unknown. */
	{ name: 'started_at', type: 'date' },
	/** What was begun, to check for after a crash: an `UnresolvedAttempt` as JSON. */
	{ name: 'attempt', type: 'string' },
	/** The message as the gateway accepted it, as JSON. */
	{ name: 'result', type: 'string' },
] as const;

export type KeyColumn = (typeof KEY_COLUMNS)[number]['name'];
export type KeyTable = Table<KeyColumn>;

/** What is stored of the message of a key. */
export type KeyResult = Omit<ScheduledMessage, 'raw'> | Omit<SentMessage, 'raw'>;

/** One row of the table of keys. */
export interface KeyRecord {
	readonly rowId: number;
	readonly key: string;
	readonly owner: string;
	readonly isDone: boolean;
	/** Milliseconds since 1970; null while no request has begun. */
	readonly startedAt: number | null;
	readonly scheduleId: string | null;
	readonly attempt: UnresolvedAttempt | null;
	readonly result: KeyResult | null;
}

/** Which messages of one account were created under which keys. Concurrent writes are batched. */
export interface KeyLedger {
	/** The rows of a key, the lowest id first. */
	find(key: string): Promise<KeyRecord[]>;
	insert(key: string, owner: string): Promise<void>;
	/** Claims a row, to create its message (again); false if another execution was faster. */
	takeOver(record: KeyRecord, owner: string, attempt?: UnresolvedAttempt): Promise<boolean>;
	/** Records what begins, right before it; false if the row is no longer claimed by the caller. */
	start(record: KeyRecord, owner: string, attempt: UnresolvedAttempt): Promise<boolean>;
	/** The message exists. Another owner than before marks it as another application's. */
	finish(record: KeyRecord, result: KeyResult, owner?: string): Promise<void>;
	/** Releases the key: certainly nothing was created. */
	remove(record: KeyRecord): Promise<void>;
}

/** Keys per read: each is a condition, and SQLite accepts at most a thousand. */
const MAX_KEYS = 500;

/**
 * The ledger of one account in a Data Table. `now` in milliseconds since 1970.
 *
 * @param senders the names under which the credential serves the account; new rows get the first
 */
export function createKeyLedger(
	table: KeyTable,
	senders: readonly SendingAccount[],
	now: () => number,
): KeyLedger {
	const [{ gateway, account, credential }] = senders;
	const isOwn = (row: RowOf<KeyColumn>) =>
		senders.some((one) => row.gateway === one.gateway && row.account === one.account);
	const inserts = new Batcher(
		async (rows: Array<ValuesOf<KeyColumn>>) => await table.insert(rows),
		PAGE_SIZE,
	);
	const updates = new Batcher(
		async (all: Array<ConditionalUpdate<KeyColumn>>) => await table.update(all),
		PAGE_SIZE,
	);
	const finds = new Batcher(findAll, MAX_KEYS);

	async function findAll(keys: readonly string[]): Promise<KeyRecord[][]> {
		const rows = await table.selectAny('deduplication_key', [...new Set(keys)]);
		const ofKey = new Map<string, KeyRecord[]>();
		for (const row of rows.sort((a, b) => a.id - b.id)) {
			if (!isOwn(row)) continue;
			const record = toRecord(row);
			ofKey.set(record.key, [...(ofKey.get(record.key) ?? []), record]);
		}
		return keys.map((key) => ofKey.get(key) ?? []);
	}

	const isoNow = () => new Date(now()).toISOString();
	const asItIs = ({ rowId, owner, isDone }: KeyRecord) =>
		whereIn<KeyColumn>({ id: rowId, owner, state: isDone ? 'done' : 'creating' });

	return {
		find: async (key) => await finds.add(key),
		insert: async (key, owner) =>
			void (await inserts.add({
				deduplication_key: key,
				state: 'creating',
				gateway,
				account,
				credential,
				owner,
			})),
		takeOver: async (record, owner, attempt) => {
			const matched = await updates.add({
				where: asItIs(record),
				values: {
					owner,
					state: 'creating',
					...(attempt === undefined
						? {}
						: { attempt: JSON.stringify(attempt), started_at: isoNow() }),
				},
			});
			return matched.length > 0;
		},
		start: async ({ rowId }, owner, attempt) => {
			const { scheduledAt, requestedAt } = attempt.message;
			const matched = await updates.add({
				where: whereIn<KeyColumn>({ id: rowId, owner, state: 'creating' }),
				values: {
					started_at: isoNow(),
					attempt: JSON.stringify(attempt),
					send_at: scheduledAt || null,
					requested_at: (requestedAt ?? scheduledAt) || null,
				},
			});
			return matched.length > 0;
		},
		finish: async (record, result, owner = record.owner) =>
			void (await updates.add({
				where: whereIn<KeyColumn>({ id: record.rowId, owner: record.owner }),
				values: {
					owner,
					state: 'done',
					schedule_id: 'scheduleId' in result ? result.scheduleId : null,
					message_id: result.messageId,
					result: JSON.stringify({ ...result, raw: undefined }),
				},
			})),
		remove: async ({ rowId, owner }) =>
			void (await table.remove(whereIn<KeyColumn>({ id: rowId, owner, state: 'creating' }))),
	};
}

const toRecord = (row: RowOf<KeyColumn>): KeyRecord => ({
	rowId: row.id,
	key: String(row.deduplication_key),
	owner: String(row.owner ?? ''),
	isDone: row.state === 'done',
	startedAt: row.started_at === null ? null : new Date(row.started_at as string).getTime(),
	scheduleId: row.schedule_id === null || row.schedule_id === '' ? null : String(row.schedule_id),
	attempt: parsed<UnresolvedAttempt>(row.attempt),
	result: parsed<KeyResult>(row.result),
});

/** Null if a person has made it unreadable. */
function parsed<T>(cell: unknown): T | null {
	try {
		return typeof cell === 'string' ? (JSON.parse(cell) as T) : null;
	} catch {
		return null;
	}
}
