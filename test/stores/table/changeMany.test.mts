import fc from 'fast-check';

import { rangesOf } from '../../../stores/table/changeMany';
import { seededRandom } from '../../../sandbox/random.mts';
import { createTableStore } from '../../../stores/table/tableStore';
import { FakeGateway, rowOf, SENDER, START } from './fakes.mts';
import { describeMany } from './manyContract.mts';
import { MemoryTable } from './memoryTable.mts';

/** Each access takes a while, so that those of others come in between. */
function slowTable(): MemoryTable {
	const table = new MemoryTable();
	const random = seededRandom(16);
	table.before = async () => {
		for (let turns = random() * 8; turns > 0; turns--) await Promise.resolve();
	};
	return table;
}

describeMany('memory', async () => ({ messages: slowTable(), list: null }), { numRuns: 150 });

const storeOn = (table: MemoryTable) =>
	createTableStore(table, {
		gateway: new FakeGateway().gateway,
		senders: [SENDER],
		timezone: 'UTC',
		now: () => START,
	});

it('gives ranges of consecutive numbers that have exactly these', () => {
	fc.assert(
		fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 })), (ids) => {
			const ranges = rangesOf(ids);
			const covered = ranges.flatMap(([first, last]) =>
				Array.from({ length: last - first + 1 }, (_, n) => first + n),
			);
			expect(covered).toEqual([...ids].sort((a, b) => a - b));
			ranges.slice(1).forEach(([first], n) => expect(first).toBeGreaterThan(ranges[n][1] + 1));
		}),
	);
});

it('cancels a campaign of a thousand by two reads and one update', async () => {
	const table = new MemoryTable();
	const rows = await table.insert(
		Array.from({ length: 1_000 }, (_, n) => rowOf(`m${n}`, START + 1_000 * n)),
	);
	table.accesses.length = 0;
	const results = await storeOn(table).changeMany!(
		rows.map(({ schedule_id: id }) => ({ scheduleId: String(id), from: null, to: null })),
		false,
	);
	expect(results.every(({ ok }) => ok)).toBe(true);
	expect(table.accesses).toEqual(['select', 'select', 'update']);
});

it('leaves two rows with one schedule id alone, since it is unknown which is meant', async () => {
	const table = new MemoryTable();
	const row = rowOf('a', START + 1_000);
	await table.insert([row, { ...row, text: 'copy' }]);
	const change = { scheduleId: String(row.schedule_id), from: null, to: null };
	const [result] = await storeOn(table).changeMany!([change], false);
	expect(result).toMatchObject({ ok: false, error: { kind: 'rejected' } });
	expect(table.statuses).toEqual(['scheduled', 'scheduled']);
});
