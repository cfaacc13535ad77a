import { DueRows } from '../../../stores/dispatcher/dueRows';
import type { DispatchQueue } from '../../../stores/dispatcher/queue';
import type { Row, Values } from '../../../stores/table/columns';
import { iso, MINUTE, rowOf, SECOND, SENDER, START, queueOn } from '../table/fakes.mts';
import { MemoryTable } from '../table/memoryTable.mts';

let table: MemoryTable;
let queue: DispatchQueue;
let rows: DueRows;
const to = (last: number) => `+9199880${String(10_000 + last)}`;
const add = async (...values: Values[]) => await table.insert(values);
const at = (seconds: number, recipient: string, more: Values = {}) =>
	rowOf(`${recipient} at ${seconds}`, START - MINUTE + seconds * SECOND, { recipient, ...more });
const take = async (count: number, isProbe = false) => {
	const taken: Row[] = [];
	for (let i = 0; i < count; i++) {
		const row = await rows.next(isProbe);
		if (row === null) break;
		taken.push(row);
	}
	return taken;
};
const ids = (list: readonly Row[]) => list.map(({ id }) => id);

beforeEach(() => {
	table = new MemoryTable();
	queue = queueOn(table, [SENDER]);
	rows = new DueRows(queue, () => START, { read: async () => undefined });
});

it('gives out the earliest first, whatever their ids', async () => {
	await add(at(3, to(3)), at(1, to(1)), at(2, to(2)));
	expect(ids(await take(5))).toEqual([2, 3, 1]);
});

it('gives out one at a time to one recipient, in the order of their times', async () => {
	await add(at(3, to(1)), at(1, to(1)), at(2, to(2)));
	const [first, other, none] = await take(3);
	expect(ids([first, other])).toEqual([2, 3]);
	expect(none).toBeUndefined();
	rows.done(first);
	expect(ids(await take(3))).toEqual([1]);
});

it('keeps all for a recipient whose message waits for a later run', async () => {
	await add(at(1, to(1)), at(2, to(1)), at(3, to(2)));
	const [first] = await take(1);
	rows.defer(first);
	expect(ids(await take(3))).toEqual([3]);
	expect(await rows.next()).toBeNull();
});

it('gives out again what was put back, before all others', async () => {
	await add(at(1, to(1)), at(2, to(1)), at(3, to(2)));
	const [first] = await take(1);
	rows.putBack(first);
	expect(ids(await take(2))).toEqual([1, 3]);
});

it('reads page by page, behind any number that wait', async () => {
	await add(
		...Array.from({ length: 450 }, (_, i) => at(i / 100, to(1))),
		...Array.from({ length: 300 }, (_, i) => at(10 + i / 100, to(2 + i))),
	);
	const [first] = await take(1);
	rows.defer(first);
	const all = await take(1_000);
	expect(all).toHaveLength(300);
	expect(new Set(ids(all)).size).toBe(300);
});

it.each([1_000, 2_500])('reads on behind %d that wait, which fill whole pages', async (waiting) => {
	await add(
		...Array.from({ length: waiting }, (_, i) => at(i / 100, to(1))),
		...Array.from({ length: 300 }, (_, i) => at(30 + i / 100, to(2 + i))),
	);
	const [first] = await take(1);
	rows.defer(first);
	const all = await take(1_000);
	expect(new Set(ids(all)).size).toBe(300);
	expect(all).toHaveLength(300);
});

it('ends where more than a page has one time and waits', async () => {
	await add(...Array.from({ length: 1_200 }, () => at(1, to(1))));
	const [first] = await take(1);
	rows.defer(first);
	expect(await rows.next()).toBeNull();
});

it('probes with the message whose last attempt is longest ago, so that none is every probe', async () => {
	await add(
		at(1, to(1), { next_attempt_at: iso(START - 10 * SECOND) }),
		at(2, to(2), { next_attempt_at: iso(START - MINUTE) }),
		// Older still, and behind another for its recipient.
		at(3, to(1), { next_attempt_at: iso(START - 10 * MINUTE) }),
		at(4, to(3), { next_attempt_at: iso(START - 20 * SECOND) }),
	);
	expect(ids(await take(1, true))).toEqual([2]);
});

it.each([1, 60, 199, 200, 201, 900])(
	'asks for no more than it needs where %d rows wait for a later run',
	async (waiting) => {
		await add(
			...Array.from({ length: waiting }, (_, i) => at(i / 100, to(1))),
			...Array.from({ length: 40 }, (_, i) => at(20 + i / 100, to(2 + i))),
		);
		const limits: number[] = [];
		const counting = {
			...queue,
			due: async (now: string, limit: number) => {
				limits.push(limit);
				return await queue.due(now, limit);
			},
		};
		rows = new DueRows(counting, () => START, { read: async () => undefined });
		const [first] = await take(1);
		rows.defer(first);
		expect(await take(1_000)).toHaveLength(40);
		// A page, and as many as may be contained again: never the same page for ever, nor all at the first.
		expect(limits[0]).toBe(200);
		expect(Math.max(...limits)).toBeLessThanOrEqual(Math.min(1_000, waiting + 40 + 200));
		expect(limits.length).toBeLessThanOrEqual(3 + Math.ceil(waiting / 200));
	},
);

it('tells which rows an earlier one with the same key stands for', async () => {
	await add(
		at(1, to(1), { deduplication_key: 'a' }),
		at(2, to(2), { deduplication_key: 'a' }),
		at(3, to(3), { deduplication_key: 'a', account: 'account-2' }),
		at(4, to(4), { deduplication_key: '' }),
		at(5, to(5)),
		at(6, to(6), { deduplication_key: 'b', status: 'sent' }),
		at(7, to(7), { deduplication_key: 'b' }),
		// What was cancelled stands for nothing: it may be scheduled again.
		at(8, to(8), { deduplication_key: 'c', status: 'cancelled' }),
		at(9, to(9), { deduplication_key: 'c' }),
	);
	const due = await take(9);
	expect(ids(due.filter((row) => rows.isDuplicate(row)))).toEqual([2, 7]);
});

it.each([
	['sent', true],
	['sending', true],
	['unconfirmed', true],
	['scheduled', false],
	['failed', false],
	['cancelled', false],
])(
	'tells that a row which was moved to the account, or put back, has a later one that is %s: %s',
	async (status, isDuplicate) => {
		await add(
			at(1, to(1), { deduplication_key: 'a' }),
			at(2, to(2), { deduplication_key: 'a', status }),
		);
		const [row] = await take(1);
		expect(rows.isDuplicate(row)).toBe(isDuplicate);
	},
);
