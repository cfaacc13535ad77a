import fc from 'fast-check';
import { DAY_MS, HOUR_MS } from '../../../messages/duration';
import { STATUS_NAMES } from '../../../messages/status';
import type { BoardPeriod } from '../../../stores/boardFigures';
import { pauseAccount, type AccountColumn } from '../../../stores/table/accounts';
import { MAX_READ, tableBoard } from '../../../stores/table/board';
import type { Values } from '../../../stores/table/columns';
import { SENDING } from '../../../stores/table/rows';
import { statistics } from '../../../stores/table/statistics';
import { accountsTable, FakeClock, iso, MINUTE, rowOf, SENDER, START } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

const PERIOD: BoardPeriod = {
	now: START,
	since: START - DAY_MS,
	timezone: 'UTC',
	today: { from: START - 12 * HOUR_MS, to: START + 12 * HOUR_MS },
	until: START + 14 * DAY_MS,
};

let table: MemoryTable;
let accounts: MemoryTable<AccountColumn>;
let clock: FakeClock;
beforeEach(() => {
	clock = new FakeClock();
	table = new MemoryTable();
	table.now = clock.now;
	accounts = accountsTable(clock.now);
});

const insert = async (...rows: Values[]) => await table.insert(rows);
const insertAt = async (ms: number, ...rows: Values[]) => {
	clock.ms = ms;
	await insert(...rows);
	clock.ms = START;
};
const figures = async () => await tableBoard(table, accounts, PERIOD);
const textsOf = (rows: ReadonlyArray<{ text: unknown }>) => rows.map(({ text }) => text);
const failed = (text: string, more: Values = {}) =>
	rowOf(text, START - HOUR_MS, { status: 'failed', failure: `why ${text}`, ...more });

it('has the figures of the statistics, and reads for them what matters once', async () => {
	const { now, since, today, until } = PERIOD;
	const moment = fc.constantFrom(
		...[since, now, today.to, until].flatMap((at) => [at - 1, at, at + 1]),
	);
	const rows = fc.array(
		fc.record({
			status: fc.constantFrom(...STATUS_NAMES, SENDING, 'on hold'),
			sendAt: fc.option(moment),
			changedAt: fc.constantFrom(since - 1, since, now - 1),
		}),
		{ maxLength: 15 },
	);
	await fc.assert(
		fc.asyncProperty(rows, async (wanted) => {
			table.rows.clear();
			for (const { status, sendAt, changedAt } of wanted) {
				await insertAt(
					changedAt,
					rowOf(status, START, { status, send_at: sendAt === null ? null : iso(sendAt) }),
				);
			}
			const select = jest.spyOn(table, 'select');
			const { statistics: counted } = await figures();
			const pages = await Promise.all(select.mock.results.map(async ({ value }) => await value));
			select.mockRestore();
			expect(counted).toEqual(await statistics(table, accounts, PERIOD));
			expect(pages.flat()).toHaveLength(counted.total);
		}),
	);
});

it('tells of a table to which no account ever sent', async () => {
	await insert(rowOf('a', START - HOUR_MS));
	const { statistics: counted, overdue, isComplete } = await tableBoard(table, null, PERIOD);
	expect(counted).toMatchObject({ total: 1, overdue: 1, paused: [] });
	expect(textsOf(overdue)).toEqual(['a']);
	expect(isComplete).toBe(true);
});

it('counts a message once that is sent while it is counted', async () => {
	await insert(rowOf('a', START - MINUTE));
	let reads = 0;
	table.before = (access) => {
		if (access === 'select' && ++reads === 3) table.edit(1, { status: 'failed' });
	};
	const { statistics: counted, today, failures } = await figures();
	expect(counted.total).toBe(1);
	expect([today.scheduled, today.failed, failures.total]).toEqual([1, 0, 0]);
});

it.each(['moved', 'moving failed', ' Moved '])(
	'leaves to the other store what is there by now: %j',
	async (status) => {
		await insert(failed('a', { status }), rowOf('b', START - HOUR_MS));
		const { today, statistics: counted } = await figures();
		expect(Object.values(today).reduce((sum, count) => sum + count, 0)).toBe(1);
		expect(counted.total).toBe(2);
	},
);

describe('what did not go out', () => {
	it('comes by its last change, the latest first, of the period only', async () => {
		await insertAt(START - DAY_MS - 1, failed('before'));
		await insertAt(START - 3 * MINUTE, failed('third'));
		await insertAt(START - DAY_MS, failed('last'));
		await insertAt(START - MINUTE, failed('second', { status: 'expired' }));
		await insertAt(START - MINUTE, failed('first', { status: 'unconfirmed', failure: '' }));
		await insertAt(START - MINUTE, failed('not', { status: 'cancelled' }));
		const { failures } = await figures();
		expect(failures.total).toBe(4);
		expect(textsOf(failures.newest)).toEqual(['first', 'second', 'third', 'last']);
		expect(failures.reasons.map(({ reason }) => reason).sort()).toEqual(
			['why last', 'why second', 'why third', null].sort(),
		);
	});

	it('is unconfirmed since long ago, too, but not among the newest', async () => {
		const longAgo = START - 9 * DAY_MS;
		await insertAt(longAgo, rowOf('a', longAgo, { status: 'unconfirmed' }));
		const { statistics: counted, failures } = await figures();
		expect(counted.unconfirmed).toBe(1);
		expect(failures.newest).toEqual([]);
	});
});

describe('what is overdue', () => {
	it('comes by when it could be sent, those for the longest first', async () => {
		await insert(
			rowOf('second', START - 5 * MINUTE),
			rowOf('equal', START - 5 * MINUTE),
			rowOf('since its window', START - HOUR_MS, { next_attempt_at: iso(START - 4 * MINUTE) }),
			rowOf('first', START - HOUR_MS, { next_attempt_at: null }),
			rowOf('in time', START - 2 * MINUTE),
			rowOf('just late', START - 2 * MINUTE - 1),
			rowOf('waits for its window', START - HOUR_MS, { next_attempt_at: iso(START + 1) }),
			rowOf('in flight', START - HOUR_MS, { status: SENDING }),
			rowOf('without a time', START, { send_at: null }),
		);
		expect(textsOf((await figures()).overdue)).toEqual([
			'first',
			'second',
			'equal',
			'since its window',
			'just late',
		]);
	});

	it('is nothing of a paused account', async () => {
		await insert(rowOf('own', START - HOUR_MS));
		await insert(rowOf('other', START - HOUR_MS, { account: 'other' }));
		await pauseAccount(accounts, SENDER, { until: null, note: null, now: START });
		expect(textsOf((await figures()).overdue)).toEqual(['other']);
	});
});

describe('more than is read for a page', () => {
	const many = (count: number, cells: Values) => {
		const row = rowOf('many', START, cells);
		return Array.from({ length: count }, () => row);
	};

	it.each([
		[MAX_READ, true],
		[MAX_READ + 1, false],
	])('is known: of %i it is complete: %s', async (count, isComplete) => {
		await insert(...many(count, { send_at: iso(START + HOUR_MS) }));
		const found = await figures();
		expect(found.isComplete).toBe(isComplete);
		expect(found.statistics.total).toBe(MAX_READ);
	});

	it('leaves out what is far ahead and stored first, and no failure', async () => {
		await insert(failed('stored first'));
		await insert(rowOf('near', START + HOUR_MS));
		await insert(...many(MAX_READ, { send_at: iso(START + 20 * DAY_MS) }));
		await insert(rowOf('far', START + 20 * DAY_MS, { account: 'far' }));
		await insert(rowOf('sent first', START, { status: 'sent', account: 'first' }));
		await insert(...many(MAX_READ, { status: 'sent' }));
		const { statistics: counted, isComplete, failures, today } = await figures();
		expect(isComplete).toBe(false);
		expect(textsOf(failures.newest)).toEqual(['stored first']);
		expect(today.scheduled).toBe(1);
		expect(counted.total).toBe(2 * MAX_READ + 2);
		expect(counted.byAccount.map(({ account }) => account)).toEqual([SENDER.account]);
	});
});
