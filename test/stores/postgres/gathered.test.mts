import { SqlError } from '../../../stores/postgres/errors';
import { gathered } from '../../../stores/postgres/gathered';
import { where, type ConditionalUpdate } from '../../../stores/table/table';
import { MemoryTable } from '../table/memoryTable.mts';
import { rowOf, START } from '../table/fakes.mts';

let table: MemoryTable;
/** The messages ids and the changes of each access. */
let lookups: string[][];
let writes: number[];
let fault: (changes: readonly ConditionalUpdate[]) => Error | null;

const open = () =>
	gathered({
		...table,
		id: 'messages',
		insert: async (rows) => await table.insert(rows),
		select: async (conditions, limit, by) => await table.select(conditions, limit, by),
		selectAny: async (column, values) => {
			lookups.push([...values]);
			return await table.selectAny(column, values);
		},
		selectEither: async (conditions) => await table.selectEither(conditions),
		remove: async (conditions) => await table.remove(conditions),
		update: async (changes) => {
			writes.push(changes.length);
			const error = fault(changes);
			if (error !== null) throw error;
			return await table.update(changes);
		},
	});

beforeEach(async () => {
	table = new MemoryTable();
	lookups = [];
	writes = [];
	fault = () => null;
	await table.insert(
		['a', 'b', 'a'].map((id, n) => ({
			...rowOf(`message ${n}`, START),
			message_id: id,
			gateway: n === 2 ? 'another' : 'fake',
		})),
	);
});

const ofMessage = (id: string, gateway = 'fake') => where({ gateway, message_id: id });
const cancel = (id: number): ConditionalUpdate[] => [
	{ where: where({ id, status: 'scheduled' }), values: { status: 'cancelled' } },
];

it('looks up the messages of many events at once, each of its own gateway', async () => {
	const messages = open();
	const found = await Promise.all([
		messages.select(ofMessage('a'), 20),
		messages.select(ofMessage('b'), 20),
		messages.select(ofMessage('a', 'another'), 20),
		messages.select(ofMessage('c'), 20),
	]);
	expect(found.map((rows) => rows.map(({ id }) => id))).toEqual([[1], [2], [3], []]);
	expect(lookups).toEqual([['a', 'b', 'c']]);
	expect(await messages.select([...ofMessage('a'), ...where({ status: 'sent' })], 20)).toEqual([]);
	expect(lookups).toHaveLength(1);
});

it('gives no more than are asked for, and leaves any other look-up to the table', async () => {
	await table.insert([{ ...rowOf('message 3', START), message_id: 'a', gateway: 'fake' }]);
	const messages = open();
	const found = async (...args: Parameters<typeof messages.select>) =>
		(await messages.select(...args)).map(({ id }) => id);
	expect(await found(ofMessage('a'), 20)).toEqual([1, 4]);
	expect(await found(ofMessage('a'), 1)).toEqual([1]);
	expect(lookups).toEqual([['a'], ['a']]);
	expect(await found(ofMessage('a'), 20, 'send_at')).toEqual([1, 4]);
	expect(await found(where({ message_id: 'a' }), 20)).toEqual([1, 3, 4]);
	expect(await found(where({ gateway: 'fake', status: 'scheduled' }), 20)).toEqual([1, 2, 4]);
	expect(lookups).toHaveLength(2);
});

it('leaves several changes of one caller together', async () => {
	const messages = open();
	const made = await messages.update([...cancel(1), ...cancel(2)]);
	expect(made.map((rows) => rows.map(({ id }) => id))).toEqual([[1], [2]]);
	expect(writes).toEqual([2]);
});

it('makes a change that was undone once, if it was alone', async () => {
	fault = () => new SqlError('23505', 'no');
	await expect(open().update(cancel(1))).rejects.toThrow('no');
	expect(writes).toEqual([1]);
});

it('makes the changes of many items at once, each with its own outcome', async () => {
	table.edit(2, { status: 'sent' });
	const messages = open();
	const made = await Promise.all([1, 2, 3].map(async (id) => await messages.update(cancel(id))));
	expect(made.map(([rows]) => rows.length)).toEqual([1, 0, 1]);
	expect(writes).toEqual([3]);
});

it('keeps the fault of one change from the others', async () => {
	fault = (changes) =>
		changes.some(({ where: [{ value }] }) => value === 2) ? new SqlError('23505', 'no') : null;
	const messages = open();
	const made = await Promise.allSettled(
		[1, 2, 3].map(async (id) => await messages.update(cancel(id))),
	);
	expect(made.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
	const rows = made.flatMap((one) => (one.status === 'fulfilled' ? one.value.flat() : []));
	expect(rows.map(({ id, status }) => [id, status])).toEqual([
		[1, 'cancelled'],
		[3, 'cancelled'],
	]);
	expect(table.statuses).toEqual(['cancelled', 'scheduled', 'cancelled']);
});

it('changes nothing again of which nobody knows whether it was done', async () => {
	fault = () => new SqlError(null, 'Connection terminated unexpectedly');
	const messages = open();
	const made = await Promise.allSettled(
		[1, 2].map(async (id) => await messages.update(cancel(id))),
	);
	expect(made.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
	expect(writes).toEqual([2]);
});
