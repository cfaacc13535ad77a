import { STATUS_NAMES } from '../../../messages/status';
import { SENDING } from '../../../stores/table/rows';
import { purge, purgeThese } from '../../../stores/table/purge';
import { FakeClock, iso, rowOf, START } from './fakes.mts';
import { MemoryTable } from './memoryTable.mts';

const DAY = 86_400_000;

it('removes what is done with and has not changed since, and keeps what is still to be sent', async () => {
	const clock = new FakeClock();
	const table = new MemoryTable();
	table.now = clock.now;
	const statuses = [...STATUS_NAMES, SENDING, 'a word of a person'];
	await table.insert(statuses.map((status) => rowOf(status, START, { status })));
	clock.ms += 10 * DAY;
	await table.insert(statuses.map((status) => rowOf(`new ${status}`, START, { status })));
	await table.update([
		{ where: [{ column: 'text', is: 'eq', value: 'read' }], values: { failure: null } },
	]);

	const kept = ['scheduled', SENDING, 'a word of a person', 'read'];
	expect(await purge(table, iso(START + 5 * DAY))).toBe(statuses.length - kept.length);
	const left = [...table.rows.values()].map(({ text }) => text);
	expect(left.sort()).toEqual([...kept, ...statuses.map((status) => `new ${status}`)].sort());
});

it('removes what a gateway took and never told of again, as it is where nobody records statuses', async () => {
	const table = new MemoryTable();
	table.now = () => START;
	await table.insert([
		rowOf('taken', START, { status: 'queued', message_id: 'm1' }),
		rowOf('held back', START, { status: 'suspended', message_id: 'm2' }),
	]);
	expect(await purge(table, iso(START))).toBe(0);
	expect(await purge(table, iso(START + 1))).toBe(2);
});

it('of some messages removes those only that are done with and have not changed since', async () => {
	const table = new MemoryTable();
	table.now = () => START;
	const rows = await table.insert(
		['sent', 'failed', 'scheduled', SENDING, 'sent', 'sent'].map((status, n) =>
			rowOf(`m${n} ${status}`, START, { status }),
		),
	);
	table.now = () => START + DAY;
	await table.update([
		{ where: [{ column: 'id', is: 'eq', value: rows[4].id }], values: { failure: 'later' } },
	]);
	const ids = rows.slice(0, 5).map((row) => String(row.schedule_id));
	const removed = await purgeThese(table, [...ids, 'nobody'], iso(START + 1));
	expect(removed).toEqual(new Set([ids[0], ids[1]]));
	expect([...table.rows.values()].map(({ text }) => text)).toEqual([
		'm2 scheduled',
		'm3 sending',
		'm4 sent',
		'm5 sent',
	]);
	expect(await purgeThese(table, ids, iso(START + 1))).toEqual(new Set());
});

it('goes page by page', async () => {
	const table = new MemoryTable();
	table.now = () => START;
	await table.insert(
		Array.from({ length: 2_500 }, (_, index) =>
			rowOf(`m${index}`, START, { status: index % 2 === 0 ? 'sent' : 'scheduled' }),
		),
	);
	expect(await purge(table, iso(START + DAY))).toBe(1_250);
	expect(table.rows.size).toBe(1_250);
	expect(new Set(table.statuses)).toEqual(new Set(['scheduled']));
});

it('removes what another store has by now, and not what is on its way there', async () => {
	const table = new MemoryTable();
	table.now = () => START;
	const statuses = ['moved', 'moving sent', 'moved', 'moving sent'];
	const rows = await table.insert(statuses.map((status) => rowOf(status, START, { status })));
	const ids = rows.slice(2).map(({ schedule_id: id }) => String(id));
	expect((await purgeThese(table, ids, iso(START + 1))).size).toBe(1);
	expect(await purge(table, iso(START + 1))).toBe(1);
	expect(table.statuses).toEqual(['moving sent', 'moving sent']);
});

it.each(['scheduled', SENDING])(
	'keeps what a person puts back between marking and removing: %s',
	async (status) => {
		const table = new MemoryTable();
		table.now = () => START;
		const rows = await table.insert([1, 2].map(() => rowOf('a', START, { status: 'sent' })));
		table.before = (access) => {
			if (access === 'remove') table.edit(1, { status });
		};
		const ids = rows.map(({ schedule_id: id }) => String(id));
		await purgeThese(table, ids, iso(START + 1));
		expect(table.statuses).toEqual([status]);
	},
);

it('of many messages asks for 500 at a time, and removes nothing where none is done with', async () => {
	const table = new MemoryTable();
	table.now = () => START;
	const rows = await table.insert(
		Array.from({ length: 501 }, (_, n) =>
			rowOf(`m${n}`, START, { status: n < 500 ? 'scheduled' : 'sent' }),
		),
	);
	table.accesses.length = 0;
	const ids = rows.map(({ schedule_id: id }) => String(id));
	expect(await purgeThese(table, ids, iso(START + 1))).toEqual(new Set([ids[500]]));
	expect(table.accesses).toEqual(['select', 'select', 'update', 'remove']);
});

it('reads no page in vain behind one that is not full', async () => {
	const table = new MemoryTable();
	table.now = () => START;
	await table.insert([1, 2].map(() => rowOf('a', START, { status: 'sent' })));
	table.accesses.length = 0;
	await purge(table, iso(START + 1));
	expect(table.accesses.filter((access) => access === 'remove')).toHaveLength(1);
	expect(table.accesses.filter((access) => access === 'select')).toHaveLength(STATUS_NAMES.length);
});

it('removes of each page what is in it, and nothing that has come since', async () => {
	const table = new MemoryTable();
	table.now = () => START;
	const sent = rowOf('a', START, { status: 'sent' });
	await table.insert(Array.from({ length: 1_000 }, () => sent));
	const removed: number[] = [];
	const { remove } = table;
	table.remove = async (where) => {
		if (removed.length === 0) await table.insert([sent]);
		removed.push(await remove.call(table, where));
		return removed[removed.length - 1];
	};
	expect(await purge(table, iso(START + 1))).toBe(1_001);
	expect(removed).toEqual([1_000, 1]);
});
