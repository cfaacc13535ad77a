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

it('gives out the earliest first, whatever their ids and last attempts', async () => {
	const tried = (seconds: number) => ({ next_attempt_at: iso(START - seconds * SECOND) });
	await add(at(3, to(3), tried(9)), at(1, to(1), tried(8)), at(2, to(2), tried(7)));
	const [first, second, third] = [await rows.next(), await rows.next(), await rows.next()];
	expect([first?.id, second?.id, third?.id]).toEqual([2, 3, 1]);
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

it('tells for which row a row stands in whose schedule id is a copy, and of no other', async () => {
	await add(
		at(1, to(1), { schedule_id: 'a' }),
		at(2, to(2), { schedule_id: 'a' }),
		at(3, to(3), { schedule_id: 'b' }),
	);
	const due = await take(3);
	expect(due.map((row) => rows.sharesIdWith(row))).toEqual([undefined, 1, undefined]);
});

describe('a probe that is looked for', () => {
	it('is told, and stays the next one, to be given out once', async () => {
		await add(
			at(1, to(1), { next_attempt_at: iso(START - SECOND) }),
			at(2, to(2), { next_attempt_at: iso(START - MINUTE) }),
		);
		expect(await rows.hasProbe()).toBe(true);
		expect(await rows.hasProbe()).toBe(true);
		expect(ids(await take(1, true))).toEqual([2]);
		expect(ids(await take(2, true))).toEqual([1]);
	});

	it('is none where nothing is due, or all waits behind an earlier message', async () => {
		expect(await rows.hasProbe()).toBe(false);
		await add(
			at(1, to(1), { attempts: 1, next_attempt_at: iso(START + MINUTE) }),
			at(2, to(1), { next_attempt_at: iso(START - MINUTE) }),
		);
		expect(await rows.hasProbe()).toBe(false);
	});

	it('is no later message to a recipient with one in flight', async () => {
		await add(
			at(1, to(1), { next_attempt_at: iso(START - SECOND) }),
			at(2, to(1), { next_attempt_at: iso(START - MINUTE) }),
		);
		const [first] = await take(1);
		expect(await rows.hasProbe()).toBe(false);
		rows.done(first);
		expect(await rows.hasProbe()).toBe(true);
	});

	it('is the earlier of two whose last attempts are as long ago', async () => {
		const next_attempt_at = iso(START - MINUTE);
		await add(at(2, to(2), { next_attempt_at }), at(1, to(1), { next_attempt_at }));
		expect(ids(await take(1, true))).toEqual([2]);
	});
});

describe('a message that waits for another attempt', () => {
	const TRIED: Values = { attempts: 1, next_attempt_at: iso(START + 10 * SECOND) };

	/** What is given out, each to its end, before the next is asked for. */
	const takeEach = async () => {
		const texts: unknown[] = [];
		for (let row = await rows.next(); row !== null; row = await rows.next()) {
			texts.push(row.text);
			rows.done(row);
		}
		return texts;
	};

	it.each([
		['in the order of their times', [1, 3]],
		['in the reverse order', [3, 1]],
	])('keeps what is due behind the earliest of several, added %s', async (_, seconds) => {
		await add(
			...seconds.map((second) => at(second, to(1), TRIED)),
			at(2, to(1)),
			at(0, to(1)),
			at(4, to(2)),
		);
		expect(await takeEach()).toEqual([`${to(1)} at 0`, `${to(2)} at 4`]);
	});

	it.each([
		['alone', []],
		['before one that waits otherwise', [3]],
	])('and is held by its cap keeps nothing, %s', async (_, others) => {
		await add(
			at(1, to(1), { ...TRIED, failure: 'Held by its frequency cap (1 in 24 h).' }),
			...others.map((second) => at(second, to(1), TRIED)),
			at(2, to(1)),
			at(4, to(1)),
		);
		const given = [`${to(1)} at 2`, ...(others.length === 0 ? [`${to(1)} at 4`] : [])];
		expect(await takeEach()).toEqual(given);
	});

	it('goes before one with the same time by its id', async () => {
		await add(at(1, to(1)), at(1, to(1), TRIED), at(1, to(1)));
		const [first] = await take(1);
		rows.done(first);
		expect([first.id, ...ids(await take(2))]).toEqual([1]);
	});

	it('is looked for once in a run, and not where nothing is due', async () => {
		let looks = 0;
		let now = START;
		const counting = {
			...queue,
			retrying: async (at: string) => {
				looks++;
				return await queue.retrying(at);
			},
		};
		rows = new DueRows(counting, () => now, { read: async () => undefined });
		expect(await rows.next()).toBeNull();
		expect(looks).toBe(0);
		rows = new DueRows(counting, () => now, { read: async () => undefined });
		await add(...Array.from({ length: 201 }, (_, i) => at(i / 10, to(i))));
		expect(await take(300)).toHaveLength(201);
		now += SECOND;
		expect(looks).toBe(1);
	});

	it('does not wait behind itself where a person gives it a later time meanwhile', async () => {
		let now = START;
		rows = new DueRows(queue, () => now, { read: async () => undefined });
		await add(at(1, to(1), TRIED), at(2, to(2)));
		expect(ids(await take(1))).toEqual([2]);
		now = START + 10 * SECOND;
		table.edit(1, { send_at: iso(START) });
		expect(ids(await take(1))).toEqual([1]);
	});
});

describe('the pages that are read', () => {
	let limits: number[];
	beforeEach(() => {
		limits = [];
		const due: DispatchQueue['due'] = async (now, limit, from) => {
			limits.push(limit);
			return await queue.due(now, limit, from);
		};
		rows = new DueRows({ ...queue, due }, () => START, { read: async () => undefined });
	});

	it('are no further ones while all that is here waits for a message in flight', async () => {
		await add(at(1, to(1)), at(2, to(1)));
		expect(await take(3)).toHaveLength(1);
		expect(limits).toEqual([200]);
	});

	it('have room for all that were left for a later run', async () => {
		await add(...Array.from({ length: 400 }, (_, i) => at(i / 10, to(i))));
		for (const row of await take(200)) rows.defer(row);
		expect(await take(200)).toHaveLength(200);
		expect(limits).toEqual([200, 400]);
	});

	it('are read on where more than a page has one time, and no result is written yet', async () => {
		await add(...Array.from({ length: 300 }, (_, i) => at(1, to(i))));
		expect(await take(400)).toHaveLength(300);
	});

	it('have what has come meanwhile, once all is given out', async () => {
		await add(at(1, to(1)));
		const [first] = await take(1);
		table.edit(first.id, { status: 'sent' });
		await add(at(2, to(2)));
		expect(ids(await take(2))).toEqual([2]);
	});

	it('have what comes due before those behind very many that wait', async () => {
		await add(
			...Array.from({ length: 900 }, (_, i) => at(1 + i / 100, to(1))),
			...Array.from({ length: 300 }, (_, i) => at(20 + i / 100, to(2 + i))),
		);
		const [first] = await take(1);
		rows.defer(first);
		for (const { id } of await take(100)) table.edit(id, { status: 'sent' });
		await add(at(0, to(999)));
		expect(await take(500)).toContainEqual(expect.objectContaining({ recipient: to(999) }));
	});
});

describe('what the store is asked for', () => {
	it('is the key of what has one, and what counts for all that may go out, once each', async () => {
		const asked: unknown[] = [];
		const telling = {
			...queue,
			duplicates: async (of: readonly Row[]) => {
				asked.push(['keys', ids(of)]);
				return await queue.duplicates(of);
			},
			sharedIds: async (of: readonly Row[]) => {
				asked.push(['ids', ids(of)]);
				return await queue.sharedIds(of);
			},
		};
		const read = async (of: readonly Row[], now: number) => void asked.push(['caps', ids(of), now]);
		rows = new DueRows(telling, () => START, { read });
		await add(
			at(1, to(1), { deduplication_key: 'a' }),
			at(2, to(2), { deduplication_key: '' }),
			at(3, to(3)),
			// Behind one that waits for another attempt.
			at(4, to(4), { attempts: 1, next_attempt_at: iso(START + MINUTE) }),
			at(5, to(4), { deduplication_key: 'b' }),
		);
		expect(ids(await take(9))).toEqual([1, 2, 3]);
		expect(asked).toEqual([
			['ids', [1, 2, 3]],
			['keys', [1]],
			['caps', [1, 2, 3], START],
		]);
	});

	it('is nothing where there is nothing to send, and no keys where no message has one', async () => {
		const duplicates = jest.fn(queue.duplicates);
		const sharedIds = jest.fn(queue.sharedIds);
		const read = jest.fn(async () => undefined);
		rows = new DueRows({ ...queue, duplicates, sharedIds }, () => START, { read });
		await add(
			at(1, to(1), { attempts: 1, next_attempt_at: iso(START + MINUTE) }),
			at(2, to(1), { deduplication_key: 'a' }),
		);
		expect(await rows.next()).toBeNull();
		expect([duplicates, sharedIds, read].map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0]);
		rows = new DueRows({ ...queue, duplicates, sharedIds }, () => START, { read });
		await add(at(3, to(2)));
		expect(ids(await take(3))).toEqual([3]);
		expect([duplicates, sharedIds, read].map(({ mock }) => mock.calls.length)).toEqual([0, 1, 1]);
	});
});

describe('with turns that read ahead', () => {
	let reads: number;
	const PAGE = 4;
	beforeEach(() => {
		reads = 0;
		const reading: DispatchQueue = {
			...queue,
			whole: { maxMessages: PAGE, turn: async () => await Promise.reject(new Error('no turn')) },
			due: async (...args) => {
				reads++;
				return await queue.due(...args);
			},
		};
		rows = new DueRows(reading, () => START, { read: async () => undefined });
	});
	const addAll = async (count: number) =>
		await add(...Array.from({ length: count }, (_, i) => at(i, to(i))));
	/** What a turn answers. */
	const answer = async ({ after, limit, now }: NonNullable<DueRows['wanted']>) =>
		(await queue.due(now, 1_000)).filter(({ id }) => id > after.id).slice(0, limit);

	it('asks for the next page once half of this one is left, behind its last row', async () => {
		await addAll(10);
		expect(rows.wanted).toBeNull();
		await take(1);
		expect(rows.wanted).toBeNull();
		await take(1);
		expect(rows.wanted).toMatchObject({ now: iso(START), after: { id: 4 }, limit: PAGE });
	});

	it('asks for nothing behind the last row', async () => {
		await addAll(3);
		await take(3);
		expect(rows.wanted).toBeNull();
	});

	it('gives out what was read ahead behind its page, without another access', async () => {
		await addAll(10);
		const all: Row[] = [];
		for (let i = 0; i < 5; i++) {
			all.push(...(await take(2)));
			const { wanted } = rows;
			if (wanted === null) continue;
			rows.readAhead(wanted, await answer(wanted));
			// Enough for now.
			expect(rows.wanted).toBeNull();
		}
		expect(reads).toBe(1);
		for (const { id } of all) table.edit(id, { status: 'sent' });
		expect(await rows.next()).toBeNull();
		expect(ids(all)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
		// The first page, and whether anything has come meanwhile.
		expect(reads).toBe(2);
	});

	it('asks on behind a full page, and no further behind one that is not', async () => {
		await addAll(10);
		await take(3);
		const first = rows.wanted!;
		rows.readAhead(first, await answer(first));
		await take(5);
		const second = rows.wanted!;
		expect(second.after.id).toBe(8);
		rows.readAhead(second, await answer(second));
		await take(2);
		expect(rows.wanted).toBeNull();
	});

	it('takes the first of two answers to one question, whichever took longer', async () => {
		await addAll(10);
		await take(2);
		const wanted = rows.wanted!;
		const next = await answer(wanted);
		rows.readAhead(wanted, next);
		// It was asked when there were fewer.
		rows.readAhead(wanted, next.slice(0, 1));
		expect(ids(await take(4))).toEqual([3, 4, 5, 6]);
		expect(rows.wanted?.after.id).toBe(8);
		expect(ids(await take(20))).toEqual([7, 8, 9, 10]);
		expect(rows.wanted).toBeNull();
		rows.readAhead(wanted, next);
		expect(rows.wanted).toBeNull();
		expect(await rows.next()).toBeNull();
	});

	it('gives out once what it also reads itself', async () => {
		await addAll(6);
		await take(2);
		const wanted = rows.wanted!;
		const next = await answer(wanted);
		expect(ids(await take(20))).toEqual([3, 4, 5, 6]);
		rows.readAhead(wanted, next);
		expect(await rows.next()).toBeNull();
	});
});
