import { requireOne, rowsOfIds, withIds } from '../../../stores/table/byScheduleId';
import { isUuid } from '../../../stores/scheduleId';
import { rowOf, START } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

let table: MemoryTable;
beforeEach(async () => {
	table = new MemoryTable();
	const ids = ['b', 'a', 'b', 'b', 'c'];
	await table.insert(ids.map((id, index) => rowOf(`m${index}`, START, { schedule_id: id })));
});

const idsOf = async (...ids: string[]) =>
	(await rowsOfIds(table, ids)).map((rows) => rows.map(({ id }) => id));

it('finds the rows of many ids in one read: for each all that have it, the lowest first', async () => {
	expect(await idsOf('a', 'b', 'x', 'b')).toEqual([[2], [1, 3, 4], [], [1, 3, 4]]);
	expect(table.accesses.filter((access) => access === 'select')).toHaveLength(1);
});

it('finds the lowest first, in whatever order a table gives them', async () => {
	const { selectAny } = table;
	table.selectAny = async (...given) => (await selectAny.apply(table, given)).reverse();
	expect(await idsOf('b')).toEqual([[1, 3, 4]]);
});

describe('the one row of an id', () => {
	it('is that', async () => {
		const [rows] = await rowsOfIds(table, ['c']);
		expect(requireOne(rows, 'c').id).toBe(5);
	});

	it('is not there: the error names the id, and where to find one', async () => {
		expect(() => requireOne([], 'x')).toThrow(
			'No Data Table of this project stores a message with the schedule id "x"',
		);
	});

	it('is one of several: the error names all of them, and nothing is changed', async () => {
		const [rows] = await rowsOfIds(table, ['b']);
		expect(() => requireOne(rows, 'b')).toThrow(
			'The rows 1, 3 and 4 of the Data Table have the same schedule id "b", so nothing was changed',
		);
	});
});

describe('rows without an id', () => {
	const lacking = async () => {
		const rows = ['', null, 'd'].map((id) => rowOf('x', START, { schedule_id: id }));
		return await table.insert(rows);
	};
	const given = (rows: readonly { schedule_id: unknown }[]) =>
		rows.map(({ schedule_id: id }) => String(id));

	it('get one each, in their places; others keep theirs', async () => {
		const rows = await withIds(table, await lacking());
		expect(rows.map(({ id }) => id)).toEqual([6, 7, 8]);
		const [first, second, third] = given(rows);
		expect([isUuid(first), isUuid(second), third]).toEqual([true, true, 'd']);
		expect(first).not.toBe(second);
		expect(given([6, 7, 8].map((id) => table.row(id)))).toEqual([first, second, third]);
	});

	it('are not written where each has one', async () => {
		const rows = await table.select([], 3);
		table.accesses.length = 0;
		expect(await withIds(table, rows)).toEqual(rows);
		expect(table.accesses).toEqual([]);
	});

	it('have the one that another execution has given them, or are gone', async () => {
		const rows = await lacking();
		table.before = (access) => {
			if (access !== 'update') return;
			table.edit(6, { schedule_id: 'theirs' });
			table.rows.delete(7);
		};
		expect(given(await withIds(table, rows))).toEqual(['theirs', 'd']);
		expect(table.row(6).schedule_id).toBe('theirs');
	});
});
