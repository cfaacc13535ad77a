import type { Values } from '../../../stores/table/columns';
import { longestCapMs } from '../../../stores/table/longestCap';
import { MINUTE, rowOf, START } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

const HOUR = 60 * MINUTE;
let table: MemoryTable;
beforeEach(() => void (table = new MemoryTable()));

const longest = async (...rows: Values[]) => {
	await table.insert(rows.map((cells) => rowOf('m', START, cells)));
	table.accesses.length = 0;
	const found = await longestCapMs(table);
	expect(table.accesses).toEqual(['select']);
	return found;
};

it('is the longest period of the caps that waiting messages obey', async () => {
	expect(
		await longest(
			{ frequency_cap: '3 in 24 h, hold' },
			{ frequency_cap: '1 in 7 d, skip' },
			{ frequency_cap: '2 in 3 h, hold' },
			{ frequency_cap: '1 in 30 d, hold', status: 'sent' },
		),
	).toBe(7 * 24 * HOUR);
});

it('is none where nothing waits that obeys one', async () => {
	expect(
		await longest(
			{},
			{ frequency_cap: '' },
			{ frequency_cap: 'not counted' },
			{ frequency_cap: 'now and then' },
		),
	).toBe(0);
	expect(await longest({ frequency_cap: '2 in 3 h, hold' })).toBe(3 * HOUR);
});

it('is found behind a thousand that obey none', async () => {
	const none = Array.from({ length: 1_000 }, () => ({}));
	expect(await longest(...none, { frequency_cap: '2 in 3 h, hold' })).toBe(3 * HOUR);
});
