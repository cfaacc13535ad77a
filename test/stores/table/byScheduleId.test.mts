import { requireOne, rowsOfIds } from '../../../stores/table/byScheduleId';
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
