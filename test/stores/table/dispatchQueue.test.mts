import fc from 'fast-check';

import type { Step } from '../../../stores/dispatcher/queue';
import { iso, rowOf, SENDER, START, queueOn } from './fakes.mts';
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
