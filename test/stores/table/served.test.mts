import {
	accountKey,
	accountRecords,
	findUnserved,
	isInUse,
	isServed,
} from '../../../stores/table/served';
import { findLastRun } from '../../../stores/table/lastRun';
import type { AccountColumn } from '../../../stores/table/accounts';
import type { Values } from '../../../stores/table/columns';
import { accountsTable, iso, MINUTE, rowOf, SECOND, SENDER, START } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

const HOUR = 60 * MINUTE;
const ALIAS = { ...SENDER, account: 'account-1, by its older name' };
const OTHER = { ...SENDER, account: 'account-2' };

let accounts: MemoryTable<AccountColumn>;
beforeEach(() => {
	accounts = accountsTable(() => START);
});

/** The record of a run that began so long ago and whose lease ends then. */
const ran = async (sender: typeof SENDER, agoMs: number | null, leaseMs = -HOUR) =>
	await accounts.insert([
		{
			...sender,
			lease_until: iso(START + leaseMs),
			lease_holder: '',
			last_run_at: agoMs === null ? null : iso(START - agoMs),
		},
	]);

describe('the last run of an account', () => {
	const last = async (...senders: Array<typeof SENDER>) =>
		await findLastRun(accounts, senders.length === 0 ? [SENDER] : senders, START);

	it('is none without a table, and none of another account', async () => {
		const none = { isRecent: false, at: null };
		expect(await findLastRun(null, [SENDER], START)).toEqual(none);
		await ran(OTHER, MINUTE);
		expect(await last()).toEqual(none);
	});

	it('has its time, also where it is long ago', async () => {
		await ran(SENDER, 3 * HOUR);
		expect(await last()).toEqual({ isRecent: false, at: START - 3 * HOUR });
	});

	it('is recent for five minutes', async () => {
		await ran(SENDER, 5 * MINUTE);
		await ran(OTHER, 5 * MINUTE + 1);
		expect(await last()).toEqual({ isRecent: true, at: START - 5 * MINUTE });
		expect(await last(OTHER)).toEqual({ isRecent: false, at: START - 5 * MINUTE - 1 });
	});

	it('is recent while it goes on, however long', async () => {
		await ran(SENDER, HOUR, SECOND);
		expect(await last()).toMatchObject({ isRecent: true });
	});

	it('is the latest under any of its names', async () => {
		await ran(ALIAS, 2 * HOUR);
		await ran(SENDER, null);
		expect(await last(SENDER, ALIAS)).toEqual({ isRecent: false, at: START - 2 * HOUR });
		await ran({ ...ALIAS, account: 'a third' }, HOUR);
		const third = { ...ALIAS, account: 'a third' };
		expect(await last(SENDER, ALIAS, third)).toMatchObject({ at: START - HOUR });
	});
});

it.each([
	['never ran, and has no lease', null, 0, false, false],
	['ran four minutes ago', 4 * MINUTE, 0, true, true],
	['ran an hour ago', HOUR, 0, true, false],
	['ran a day ago', 24 * HOUR, 0, true, false],
	['ran more than a day ago', 24 * HOUR + 1, 0, false, false],
	['has a lease that ends later', null, 1, true, true],
])('an account that %s', (_, agoMs, leaseMs, served, inUse) => {
	const record = {
		lastRunAt: agoMs === null ? null : START - agoMs,
		leaseUntil: START + leaseMs,
	} as Parameters<typeof isServed>[0];
	expect([isServed(record, START), isInUse(record, START)]).toEqual([served, inUse]);
	expect([isServed(undefined, START), isInUse(undefined, START)]).toEqual([false, false]);
});

describe('accounts that nobody serves', () => {
	const overdue = (account: string, agoMs: number, more: Values = {}) =>
		rowOf(account, START - agoMs, { account, ...more });
	const unserved = async (...rows: Values[]) => {
		const table = new MemoryTable();
		await table.insert(rows);
		return await findUnserved(table, async () => accounts, [SENDER], START);
	};

	it('are told with their overdue messages: pending ones, of others, more than two minutes late', async () => {
		expect(
			await unserved(
				overdue('account-2', 2 * MINUTE + 1),
				overdue('account-2', HOUR),
				overdue('account-2', 2 * MINUTE),
				overdue('account-2', HOUR, { status: 'sent' }),
				overdue('account-3', HOUR),
				overdue(SENDER.account, HOUR),
			),
		).toEqual([
			{ gateway: SENDER.gateway, account: 'account-2', overdue: 2 },
			{ gateway: SENDER.gateway, account: 'account-3', overdue: 1 },
		]);
	});

	it('are not those that were served within a day', async () => {
		await ran(OTHER, 23 * HOUR);
		expect(await unserved(overdue('account-2', HOUR), overdue('account-3', HOUR))).toEqual([
			{ gateway: SENDER.gateway, account: 'account-3', overdue: 1 },
		]);
	});

	it('are told under the names that their rows have, empty ones too', async () => {
		const nameless = { gateway: null, account: null };
		expect(await unserved(overdue('x', HOUR, nameless), overdue('x', HOUR, nameless))).toEqual([
			{ gateway: '', account: '', overdue: 2 },
		]);
	});

	it('are not told of a row that a person has added', async () => {
		expect(await unserved(overdue('account-2', HOUR, { status_rank: null }))).toEqual([]);
	});

	it('are not those whose run goes on', async () => {
		await ran(OTHER, 48 * HOUR, SECOND);
		expect(await unserved(overdue('account-2', HOUR))).toEqual([]);
	});

	it('do not open the table of accounts where nothing is overdue', async () => {
		const opened = jest.fn();
		const table = new MemoryTable();
		expect(await findUnserved(table, opened, [SENDER], START)).toEqual([]);
		expect(opened).not.toHaveBeenCalled();
	});
});

it('two accounts never have the same key, whatever is in their names', () => {
	const keys = [
		accountKey({ gateway: 'a', account: 'b' }),
		accountKey({ gateway: 'a"', account: 'b' }),
		accountKey({ gateway: 'a","b', account: '' }),
		accountKey({ gateway: 'a', account: null }),
	];
	expect(new Set(keys).size).toBe(4);
});

describe('the records of the accounts', () => {
	it('have each account once: the lowest row counts, as for dispatchers', async () => {
		await ran(SENDER, HOUR);
		await ran({ ...SENDER, credential: 'Copied' }, MINUTE);
		await ran(OTHER, null);
		accounts.edit(3, { manual_paused_at: '2026-02-01T12:00:00Z' });
		const records = await accountRecords(accounts);
		expect([...records.keys()]).toEqual([accountKey(SENDER), accountKey(OTHER)]);
		expect(records.get(accountKey(SENDER))).toMatchObject({
			...SENDER,
			lastRunAt: START - HOUR,
			manualPausedAt: null,
		});
		expect(records.get(accountKey(OTHER))).toMatchObject({
			...OTHER,
			lastRunAt: null,
			manualPausedAt: iso(START),
		});
	});

	it('have empty names for emptied cells, and no time for what is none', async () => {
		await ran({ gateway: null, account: null, credential: null } as never, null);
		accounts.edit(1, { manual_paused_at: 'soon' });
		const [[key, record]] = [...(await accountRecords(accounts))];
		expect(key).toBe(accountKey({ gateway: '', account: '' }));
		expect(record).toMatchObject({
			gateway: '',
			account: '',
			credential: '',
			manualPausedAt: null,
		});
	});
});
