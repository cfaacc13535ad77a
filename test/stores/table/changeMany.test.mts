import fc from 'fast-check';

import { rangesOf } from '../../../stores/table/changeMany';
import { seededRandom } from '../../../sandbox/random.mts';
import { createTableStore } from '../../../stores/table/tableStore';
import { FakeGateway, iso, rowOf, SENDER, START } from './fakes.mts';
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

describe('between reading and changing', () => {
	const moved = START + 9_000;
	const made = async (to: number | null, cells: object) => {
		const table = new MemoryTable();
		const [row] = await table.insert([rowOf('a', START + 1_000)]);
		table.before = (access) => {
			if (access === 'update') table.edit(1, cells);
		};
		const change = {
			scheduleId: String(row.schedule_id),
			from: String(row.send_at),
			to: to === null ? null : iso(to),
		};
		const [result] = await storeOn(table).changeMany!([change], false);
		return { result, row: table.row(1) };
	};

	it.each<[string, number | null, object, string]>([
		['has moved it', moved, { send_at: iso(START + 5_000) }, 'was changed meanwhile'],
		['has cancelled it', moved, { status: 'cancelled' }, 'can no longer be rescheduled'],
		['sends it', null, { status: 'sending' }, 'can no longer be cancelled'],
		['has cancelled it, too', null, { status: 'cancelled' }, 'can no longer be cancelled'],
		['has written its status otherwise', null, { status: 'Scheduled' }, 'was changed meanwhile'],
		['has moved it to another store', null, { status: 'moved' }, 'was moved to PostgreSQL'],
	])('somebody %s: it is left, and the reason told', async (_, to, cells, reason) => {
		const { result, row } = await made(to, cells);
		expect(result).toMatchObject({ ok: false, error: { kind: 'notPending' } });
		expect(String((result as { error: unknown }).error)).toContain(reason);
		expect(row).toMatchObject(cells);
	});

	it('somebody has made the same move: that is as good', async () => {
		const { result } = await made(moved, { send_at: iso(moved) });
		expect(result).toMatchObject({ ok: true, value: { scheduledAt: iso(moved) } });
	});
});

it('gives a time to a message whose time was emptied, as long as it is', async () => {
	const table = new MemoryTable();
	const cells = [null, '', 'soon'].map((send_at) => rowOf('a', START, { send_at }));
	const rows = await table.insert(cells);
	const changes = rows.map(({ schedule_id: id }) => ({
		scheduleId: String(id),
		from: null,
		to: iso(START + 5_000),
	}));
	const results = await storeOn(table).changeMany!(changes.slice(0, 2), false);
	expect(results.map(({ ok }) => ok)).toEqual([true, true]);
	expect([1, 2].map((id) => table.row(id).send_at)).toEqual([changes[0].to, changes[0].to]);
	table.edit(1, { send_at: null });
	table.before = (access) => {
		if (access === 'update') table.edit(1, { send_at: iso(START + 1_000) });
	};
	const again = await storeOn(table).changeMany!(changes.slice(0, 1), false);
	expect(again.map(({ ok }) => ok)).toEqual([false]);
	expect(table.row(1).send_at).toBe(iso(START + 1_000));
});

it('cancels by ranges only where they spare most of the changes, and rows of another spelling alone', async () => {
	const changesFor = async (chosen: readonly number[], others: Record<number, string> = {}) => {
		const table = new MemoryTable();
		const rows = await table.insert(
			Array.from({ length: 20 }, (_, n) => rowOf(`m${n}`, START + 1_000)),
		);
		for (const [id, status] of Object.entries(others)) table.edit(Number(id), { status });
		const update = jest.spyOn(table, 'update');
		const results = await storeOn(table).changeMany!(
			chosen.map((id) => ({ scheduleId: String(rows[id - 1].schedule_id), from: null, to: null })),
			false,
		);
		expect(results.every(({ ok }) => ok)).toBe(true);
		const cancelled = [...table.rows.values()].filter(({ status }) => status === 'cancelled');
		expect(cancelled.map(({ id }) => id)).toEqual(chosen);
		return update.mock.calls.map(([changes]) => changes.length);
	};
	expect(await changesFor([2, 3, 4, 5])).toEqual([1]);
	expect(await changesFor([2, 3, 4])).toEqual([3]);
	expect(await changesFor([1, 2, 3, 4, 9, 10, 11, 12])).toEqual([2]);
	expect(await changesFor([1, 3, 5])).toEqual([3]);
	expect(await changesFor([2, 3, 4, 5, 6], { 4: 'Scheduled' })).toEqual([5]);
	expect(await changesFor([1, 2, 3, 4, 9], { 9: 'Scheduled' })).toEqual([2]);
});

it('names the message that was moved since it was chosen to be cancelled', async () => {
	const table = new MemoryTable();
	const [row] = await table.insert([rowOf('a', START + 9_000)]);
	const scheduleId = String(row.schedule_id);
	const chosen = { scheduleId, from: iso(START + 1_000), to: null };
	const [result] = await storeOn(table).changeMany!([chosen], false);
	expect(result).toMatchObject({
		ok: false,
		error: { message: expect.stringContaining(`"${scheduleId}" was changed meanwhile`) },
	});
});
