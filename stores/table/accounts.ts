import { HEALTHY } from '../dispatcher/accountHealth';
import { INITIAL_PACE } from '../dispatcher/pace';
import type { AccountRecord, AccountState, LeaseStore } from '../dispatcher/queue';
import { settle } from '../../messages/settle';
import type { SendingAccount } from './rows';
import { whereIn, type Condition, type RowOf, type Table, type ValuesOf } from './table';

/** The columns of the table of accounts, those for people first. */
export const ACCOUNT_COLUMNS = [
	{ name: 'gateway', type: 'string' },
	{ name: 'account', type: 'string' },
	{ name: 'credential', type: 'string' },
	{ name: 'paused_until', type: 'date' },
	{ name: 'pause_reason', type: 'string' },
	{ name: 'paused_at', type: 'date' },
	/** Set by the operation *Pause*, separate from the dispatcher's pauses. */
	{ name: 'manual_pause_until', type: 'date' },
	{ name: 'manual_pause_note', type: 'string' },
	{ name: 'manual_paused_at', type: 'date' },
	{ name: 'last_run_at', type: 'date' },
	/** The lease: which run may send for the account, and until when. */
	{ name: 'lease_until', type: 'date' },
	{ name: 'lease_holder', type: 'string' },
	/** The dispatcher's health and pace as JSON. */
	{ name: 'state', type: 'string' },
] as const;

export type AccountColumn = (typeof ACCOUNT_COLUMNS)[number]['name'];
export type AccountsTable = Table<AccountColumn>;
type AccountRow = RowOf<AccountColumn>;

/** The table of accounts that belongs to a table of messages. */
export const accountsTableName = (messages: string): string => `${messages}_accounts`;

/** The end of a free lease: a date, since n8n does not compare empty cells. */
const NEVER = new Date(0).toISOString();
/** A pause without an end. */
const ALWAYS = '9999-12-31T00:00:00.000Z';
/** The end of a pause for people: null for one without an end. ISO 8601, UTC. */
export const pauseEnd = (until: number): string | null =>
	until >= Date.parse(ALWAYS) ? null : new Date(until).toISOString();
/** Maximum duration of a lease: a longer one was taken with a wrong clock. */
const MAX_LEASE_MS = 24 * 3_600_000;
/** Clock skew between processes: an expired lease is left alone for this long. */
const CLOCK_SKEW_MS = 5_000;

const iso = (ms: number | null): string | null =>
	ms === null || !Number.isFinite(ms) ? null : new Date(ms).toISOString();

/** The row of an account, created if it does not exist. If two are created concurrently, the lowest id counts. */
export async function accountRow(
	table: AccountsTable,
	{ gateway, account, credential }: SendingAccount,
): Promise<AccountRow> {
	const ofAccount = whereIn<AccountColumn>({ gateway, account });
	const [known] = await table.select(ofAccount, 1);
	if (known !== undefined) return known;
	const values = { gateway, account, credential, lease_until: NEVER, lease_holder: '' };
	const [inserted] = await table.insert([values]);
	const [first] = await table.select(ofAccount, 1);
	if (first.id !== inserted.id) await table.remove(whereIn<AccountColumn>({ id: inserted.id }));
	return first;
}

/** All accounts for which a run or the operation *Pause* has created a row. */
export async function accountRows(table: AccountsTable): Promise<AccountRow[]> {
	return await table.select([], 1_000);
}

/** A row as the record of an account. */
export function toAccountRecord(row: AccountRow): AccountRecord {
	const until = msOf(row.manual_pause_until);
	const note = row.manual_pause_note;
	return {
		...stateOf(row),
		manualPause:
			until === null ? null : { until, note: note === null || note === '' ? null : String(note) },
		leaseUntil: msOf(row.lease_until) ?? 0,
		lastRunAt: msOf(row.last_run_at),
	};
}

/**
 * The lease of an account, by conditional updates of its row. If a credential serves an account under
 * several names, it takes the lease of each, in a fixed order, so that two cannot deadlock.
 */
export function createLeaseStore(
	table: AccountsTable,
	senders: readonly SendingAccount[],
): LeaseStore {
	let ids: number[] = [];

	const change = async (
		id: number,
		conditions: readonly Condition<AccountColumn>[],
		values: ValuesOf<AccountColumn>,
	): Promise<AccountRow | undefined> => {
		const [matched] = await table.update([
			{ where: [...whereIn<AccountColumn>({ id }), ...conditions], values },
		]);
		return matched[0];
	};
	const heldBy = (holder: string) => whereIn<AccountColumn>({ lease_holder: holder });
	const free = { lease_until: NEVER, lease_holder: '' };

	const store: LeaseStore = {
		async acquire(holder, now, until) {
			const rows = await Promise.all(
				senders.map(async (sender) => await accountRow(table, sender)),
			);
			const primary = rows[0].id;
			const taken = new Map<number, AccountRow>();
			const all = [...new Map(rows.map((row) => [row.id, row])).values()];
			const give = async () => {
				for (const { id } of all) await change(id, heldBy(holder), free);
			};
			for (const row of all.sort((a, b) => a.id - b.id)) {
				const outcome = await settle(
					change(row.id, [freeBy(row, now)], {
						lease_holder: holder,
						lease_until: iso(until),
						last_run_at: iso(now),
						credential: senders[0].credential,
					}),
				);
				if (!outcome.ok) {
					// It may still have been taken, and nothing else would release it.
					await settle(give());
					throw outcome.error;
				}
				if (outcome.value === undefined) {
					await give();
					return null;
				}
				taken.set(row.id, outcome.value);
			}
			ids = [primary, ...[...taken.keys()].filter((id) => id !== primary)];
			return withPauses(taken.get(primary)!, [...taken.values()]);
		},

		async renew(holder, until, state) {
			const values = { lease_until: iso(until), ...stateValues(state) };
			const renewed: AccountRow[] = [];
			for (const [index, id] of ids.entries()) {
				const row = await change(
					id,
					heldBy(holder),
					index === 0 ? values : { lease_until: iso(until) },
				);
				if (row === undefined) return null;
				renewed.push(row);
			}
			return renewed.length === 0 ? null : withPauses(renewed[0], renewed);
		},

		async release(holder, state) {
			for (const [index, id] of ids.entries()) {
				await change(id, heldBy(holder), index === 0 ? { ...free, ...stateValues(state) } : free);
			}
		},
	};
	return store;
}

/** The record of an account; a person's pause counts under any of its names. */
export function withPauses(primary: AccountRow, all: readonly AccountRow[]): AccountRecord {
	const pauses = all.flatMap((row) => toAccountRecord(row).manualPause ?? []);
	const longest = pauses.sort((a, b) => b.until - a.until)[0] ?? null;
	return { ...toAccountRecord(primary), manualPause: longest };
}

/** The condition for a free or expired lease. */
function freeBy(row: AccountRow, now: number): Condition<AccountColumn> {
	const until = msOf(row.lease_until);
	// A person has emptied the cell, and n8n does not compare empty ones.
	if (until === null) return { column: 'lease_until', is: 'isEmpty', value: null };
	const farthest = now + MAX_LEASE_MS;
	return until > farthest
		? { column: 'lease_until', is: 'gt', value: iso(farthest) }
		: { column: 'lease_until', is: 'lte', value: iso(now - CLOCK_SKEW_MS) };
}

/** Pauses an account from now until an instant, or until *Resume*. Milliseconds since 1970. */
export async function pauseAccount(
	table: AccountsTable,
	sender: SendingAccount,
	{
		until,
		note,
		now,
	}: { readonly until: number | null; readonly note: string | null; readonly now: number },
): Promise<AccountRecord> {
	const { id } = await accountRow(table, sender);
	const values = {
		manual_pause_until: iso(until) ?? ALWAYS,
		manual_pause_note: note,
		manual_paused_at: iso(now),
	};
	const [[row]] = await table.update([{ where: whereIn<AccountColumn>({ id }), values }]);
	return toAccountRecord(row);
}

/**
 * Ends every pause of an account, whether set by a person or by the dispatcher.
 *
 * @param senders the names of the account
 * @returns its record under the first of them
 */
export async function resumeAccount(
	table: AccountsTable,
	senders: readonly SendingAccount[],
): Promise<AccountRecord> {
	const records: AccountRecord[] = [];
	for (const sender of senders) records.push(await resumeKey(table, sender));
	return records[0];
}

async function resumeKey(table: AccountsTable, sender: SendingAccount): Promise<AccountRecord> {
	const row = await accountRow(table, sender);
	const { health, pace } = stateOf(row);
	// A pause whose begin was returned also needs its end returned, once a message is sent.
	const { isPauseReported, pauseReason, pausedAt } = health;
	const reported = isPauseReported ? { isPauseReported, pauseReason, pausedAt } : {};
	const values = {
		manual_pause_until: null,
		manual_pause_note: null,
		manual_paused_at: null,
		...stateValues({ health: { ...HEALTHY, ...reported }, pace }),
		paused_at: null,
		pause_reason: null,
	};
	const [[changed]] = await table.update([
		{ where: whereIn<AccountColumn>({ id: row.id }), values },
	]);
	return toAccountRecord(changed);
}

/** The columns of an account's health and pace. */
export const stateValues = (state: AccountState): ValuesOf<AccountColumn> => ({
	paused_until: iso(state.health.pausedUntil),
	pause_reason: state.health.pauseReason,
	paused_at: iso(state.health.pausedAt),
	state: JSON.stringify(state),
});

/** Anything but JSON of this package counts as unknown: the next run determines the account's health. */
function stateOf(row: AccountRow): AccountState {
	const state = parsed(row.state);
	// A person may have emptied or changed the date of a pause.
	const pausedUntil = msOf(row.paused_until);
	const health = { ...readLike(HEALTHY, state?.health), pausedUntil };
	return { health, pace: readLike(INITIAL_PACE, state?.pace) };
}

/** Null if it is not JSON, since a person has edited it. */
function parsed(cell: AccountRow['state']): Readonly<Record<string, unknown>> | null {
	try {
		return JSON.parse(String(cell ?? '{}')) as Readonly<Record<string, unknown>> | null;
	} catch {
		return null;
	}
}

/** The values of JSON that have the expected type; defaults for the rest. */
function readLike<T extends object>(initial: T, given: unknown): T {
	const values = (given ?? {}) as Readonly<Record<string, unknown>>;
	return Object.fromEntries(
		Object.entries(initial).map(([key, otherwise]) => {
			const value = values[key];
			const type = otherwise === null ? (TEXTS.has(key) ? 'string' : 'number') : typeof otherwise;
			return [key, typeof value === type ? value : otherwise];
		}),
	) as T;
}

const TEXTS = new Set(['pauseReason']);

function msOf(cell: AccountRow[AccountColumn]): number | null {
	// An empty cell is no time either.
	const ms = new Date(String(cell)).getTime();
	return Number.isNaN(ms) ? null : ms;
}
