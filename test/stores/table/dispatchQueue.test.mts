import fc from 'fast-check';

import type { Step } from '../../../stores/dispatcher/queue';
import type { Row, Values } from '../../../stores/table/columns';
import { iso, MINUTE, rowOf, SENDER, START, queueOn } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';
import { describeRecent } from './recentContract.mts';

const start = (id: number, at = START): Step => ({
	id,
	ifStatus: 'scheduled',
	ifToken: '',
	values: { status: 'sending', claim_token: 'mine', send_started_at: iso(at) },
});
const result = (id: number): Step => ({
	id,
	ifStatus: 'sending',
	ifToken: 'mine',
	values: { status: 'sent', message_id: `id ${id}` },
});

const tableOf = async (rows: number) => {
	const table = new MemoryTable();
	await table.insert(Array.from({ length: rows }, (_, index) => rowOf(`m${index}`, START)));
	return table;
};

describeRecent('a Data Table', async (senders) => {
	const table = new MemoryTable();
	return { table, queue: queueOn(table, senders) };
});

it('starts rows that follow one another by one change, and leaves those between alone', async () => {
	const table = await tableOf(6);
	table.edit(3, { status: 'cancelled' });
	const counts = changesOf(table);
	const rows = await queueOn(table, [SENDER]).turn([1, 2, 3, 5].map((id) => start(id)));
	expect(rows.map((row) => row?.id ?? null)).toEqual([1, 2, null, 5]);
	expect(table.statuses).toEqual([
		'sending',
		'sending',
		'cancelled',
		'scheduled',
		'sending',
		'scheduled',
	]);
	expect(counts).toEqual([2]);
});

it('gives all changes one form, so that they go into one access', async () => {
	const table = await tableOf(4);
	const queue = queueOn(table, [SENDER]);
	await queue.turn([start(1), start(2)]);
	const forms = new Set<string>();
	const { update } = table;
	table.update = async (changes) => {
		for (const { where } of changes) forms.add(where.map(({ column, is }) => column + is).join());
		return await update.call(table, changes);
	};
	await queue.turn([result(1), result(2), start(3), start(4)]);
	expect(forms.size).toBe(1);
	expect(table.statuses).toEqual(['sent', 'sent', 'sending', 'sending']);
});

it('does what the steps would do one by one', async () => {
	const step = fc.oneof(
		fc.integer({ min: 1, max: 8 }).map((id) => start(id)),
		fc.integer({ min: 1, max: 8 }).map((id) => start(id, START + 1_000)),
		fc.integer({ min: 1, max: 8 }).map((id) => result(id)),
	);
	await fc.assert(
		fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
			const [together, alone] = [await tableOf(8), await tableOf(8)];
			const rows = await queueOn(together, [SENDER]).turn(steps);
			const each: Array<number | null> = [];
			for (const one of steps) {
				const [row] = await queueOn(alone, [SENDER]).turn([one]);
				each.push(row?.id ?? null);
			}
			expect(rows.map((row) => row?.id ?? null)).toEqual(each);
			expect(together.statuses).toEqual(alone.statuses);
		}),
		{ seed: 7, numRuns: 300 },
	);
});

/** How many changes each update makes. */
function changesOf(table: MemoryTable): number[] {
	const counts: number[] = [];
	const { update } = table;
	table.update = async (changes) => {
		counts.push(changes.length);
		return await update.call(table, changes);
	};
	return counts;
}

it('asks for the rows of equal values only where there are values', async () => {
	const table = await tableOf(2);
	const asked: unknown[] = [];
	const { selectAny } = table;
	table.selectAny = async (column, values) => {
		asked.push(...values);
		return await selectAny.call(table, column, values);
	};
	const queue = queueOn(table, [SENDER]);
	const rows = [1, 2].map((id) => ({ ...table.row(id), deduplication_key: id === 1 ? null : '' }));
	expect(await queue.duplicates(rows)).toEqual(new Set());
	expect(asked).toEqual([]);
	table.edit(1, { deduplication_key: 'k' });
	table.edit(2, { deduplication_key: 'k' });
	expect(await queue.duplicates([table.row(1), table.row(2)])).toEqual(new Set([2]));
	expect(asked).toEqual(['k']);
});

describe('the rows of an account', () => {
	const OLD_NAME = { ...SENDER, account: 'an older name' };
	const tableWith = async (...rows: Values[]) => {
		const table = new MemoryTable();
		await table.insert(rows);
		return { table, queue: queueOn(table, [SENDER, OLD_NAME]) };
	};
	const row = (text: string, more: Values = {}) => rowOf(text, START - MINUTE, more);
	const texts = (rows: readonly Row[]) => rows.map(({ text }) => text);
	const foreign = [row('x', { account: 'another' }), row('x', { gateway: 'another' })];
	const at = (ms: number) => iso(START + ms);
	const now = iso(START);

	it('that are due come the earliest first, under each name, up to the limit', async () => {
		const { queue } = await tableWith(
			row('third', { send_at: now }),
			row('first', { send_at: at(-9_000), account: OLD_NAME.account }),
			row('second', { send_at: at(-5_000) }),
			row('equal', { send_at: at(-5_000), account: OLD_NAME.account }),
			row('later', { send_at: at(1) }),
			row('waits', { next_attempt_at: at(1) }),
			row('sent', { status: 'sent' }),
			...foreign,
		);
		expect(texts(await queue.due(now, 9))).toEqual(['first', 'second', 'equal', 'third']);
		expect(texts(await queue.due(now, 2))).toEqual(['first', 'second']);
		expect(texts(await queue.due(now, 9, at(-5_000)))).toEqual(['second', 'equal', 'third']);
	});

	it('that are due have a token that a step can ask for, also where a person has emptied it', async () => {
		const { table, queue } = await tableWith(
			row('a', { claim_token: null }),
			row('b'),
			row('c', { claim_token: undefined }),
			row('d', { claim_token: 'moved' }),
			row('e', { claim_token: null }),
		);
		table.before = (access) => {
			if (access === 'update') table.edit(5, { status: 'cancelled' });
		};
		const due = await queue.due(now, 9);
		expect(due.map(({ claim_token: token }) => token)).toEqual(['', '', '', 'moved', null]);
		expect(table.row(5)).toMatchObject({ status: 'cancelled', claim_token: null });
		table.accesses.length = 0;
		await queue.due(now, 2);
		expect(table.accesses).toEqual(['select', 'select']);
	});

	it('whose next attempt a person has emptied may be sent now', async () => {
		const { table, queue } = await tableWith(
			row('a', { next_attempt_at: null, account: OLD_NAME.account }),
			row('b', { next_attempt_at: at(1) }),
			row('c', { next_attempt_at: null, status: 'sent' }),
			row('d', { next_attempt_at: null, account: 'another' }),
		);
		await queue.adopt(now);
		const times = [...table.rows.values()].map(({ next_attempt_at: time }) => time);
		expect(times).toEqual([now, at(1), null, null]);
	});

	it('that wait for another attempt are those that were tried and whose time has come', async () => {
		const waits = { next_attempt_at: at(1), attempts: 1 };
		const { queue } = await tableWith(
			row('a', waits),
			row('b', { ...waits, account: OLD_NAME.account, send_at: now }),
			row('never tried', { ...waits, attempts: 0 }),
			row('may be sent', { ...waits, next_attempt_at: now }),
			row('later', { ...waits, send_at: at(1) }),
			row('over', { ...waits, status: 'failed' }),
			...foreign.map((one) => ({ ...one, ...waits })),
		);
		expect(texts(await queue.retrying(now))).toEqual(['a', 'b']);
	});

	it('that are in flight, or to be looked for, are its own', async () => {
		const sending = { status: 'sending' };
		const unconfirmed = { status: 'unconfirmed', next_attempt_at: now };
		const { queue } = await tableWith(
			row('a', sending),
			row('b', { ...sending, account: OLD_NAME.account }),
			row('c', unconfirmed),
			row('d', { ...unconfirmed, account: OLD_NAME.account }),
			row('later', { ...unconfirmed, next_attempt_at: at(1) }),
			row('waits'),
			...foreign.map((one) => ({ ...one, ...sending })),
			...foreign.map((one) => ({ ...one, ...unconfirmed })),
		);
		expect(texts(await queue.inFlight())).toEqual(['a', 'b']);
		expect(texts(await queue.toLookFor(now, 9))).toEqual(['c', 'd']);
	});

	it('own the message ids of its gateway', async () => {
		const { queue } = await tableWith(
			row('a', { message_id: 'm1' }),
			row('b', { message_id: 'm2', account: 'another' }),
			row('c', { message_id: 'm3', gateway: 'another' }),
			row('d', { message_id: 'm4' }),
		);
		expect(await queue.ownedMessageIds(['m1', 'm2', 'm3', 'm9'])).toEqual(new Set(['m1', 'm2']));
	});

	it.each<[string, Values, number | null]>([
		['waits', {}, 1],
		['failed', { status: 'failed' }, 1],
		['expired', { status: 'expired' }, 1],
		['is in flight', { status: 'sending' }, 1],
		['is in another store', { status: 'moved' }, 1],
		['was cancelled', { status: 'cancelled' }, null],
		['was cancelled, though it may have been sent', { status: ' Cancelled ', sent_at: now }, null],
		['is kept back by a person', { status: 'draft' }, null],
		['has a word of a person, but may have been sent', { status: 'done', sent_at: now }, 1],
	])('give way to an earlier one of the same id that %s, or not', async (_, cells, standIn) => {
		const id = { schedule_id: 'one' };
		const { table, queue } = await tableWith(row('a', { ...id, ...cells }), row('b', id));
		const found = standIn === null ? [] : [[2, standIn]];
		expect([...(await queue.sharedIds([table.row(2)]))]).toEqual(found);
	});

	it.each<[string, Values, boolean]>([
		['waits', {}, false],
		['failed', { status: 'failed' }, false],
		['expired', { status: 'expired' }, false],
		['was sent', { status: 'sent' }, true],
		['is in flight', { status: 'sending' }, true],
		['may have been sent', { status: 'unconfirmed' }, true],
	])('give way to a later one of the same id that %s, or not', async (_, cells, givesWay) => {
		const id = { schedule_id: 'one' };
		const { table, queue } = await tableWith(row('a', id), row('b', { ...id, ...cells }));
		const found = await queue.sharedIds([table.row(1)]);
		expect([...found]).toEqual(givesWay ? [[1, 2]] : []);
	});

	it('give way for a key to their own account’s only, in whatever order they are found', async () => {
		const key = { deduplication_key: 'k' };
		const { table, queue } = await tableWith(
			...foreign.map((one) => ({ ...one, ...key })),
			row('a', { ...key, account: OLD_NAME.account }),
			row('b', key),
			row('c', { deduplication_key: 'another' }),
		);
		const { selectAny } = table;
		table.selectAny = async (...given) => (await selectAny.apply(table, given)).reverse();
		const rows = [3, 4, 5].map((id) => table.row(id));
		expect(await queue.duplicates(rows)).toEqual(new Set([4]));
	});

	it('are asked for by any number of ids, some at a time', async () => {
		const rows = Array.from({ length: 450 }, (_, n) => row(`m${n}`));
		const { table, queue } = await tableWith(...rows, { ...rows[449], text: 'copy' });
		const selectAny = jest.spyOn(table, 'selectAny');
		const found = await queue.sharedIds([...table.rows.values()]);
		expect([...found]).toEqual([[451, 450]]);
		expect(selectAny.mock.calls.map(([, values]) => values.length)).toEqual([200, 200, 50]);
	});
});
