import { describeTable } from '../stores/table/contract.mts';
import { describeReassign } from '../stores/table/reassignContract.mts';
import { openSqlBackend } from '../../stores/postgres/backend';
import { iso, rowOf, START } from '../stores/table/fakes.mts';
import { newStore, startServer, type Server } from './store.mts';

let server: Server;
beforeAll(async () => void (server = await startServer()), 120_000);
afterAll(async () => await server?.close());

describeTable('PostgreSQL', async () => (await newStore(server)).messages);
// With the explanations of errors, as operations use it.
describeReassign('PostgreSQL', async () => {
	const { names, database } = await newStore(server);
	return (await openSqlBackend(database, names, { create: false })).messages;
});

it('inserts a message with the same schedule id, or deduplication key, once', async () => {
	const { messages } = await newStore(server);
	const first = rowOf('first', START, { deduplication_key: 'k' });
	const [row] = await messages.insert([first]);
	// The answer was lost, and it is tried again.
	expect(await messages.insert([first])).toEqual([row]);
	const second = rowOf('second', START, { deduplication_key: 'k' });
	expect(await messages.insert([second])).toEqual([row]);
	const [other] = await messages.insert([{ ...second, account: 'account-2' }]);
	expect(other.text).toBe('second');
	expect(await messages.select([], 9)).toHaveLength(2);
});

it('keeps the age of a row that is told one, as of a message that is moved here', async () => {
	const { messages } = await newStore(server);
	const createdAt = iso(START - 86_400_000);
	const rows = [{ ...rowOf('old', START), createdAt }];
	expect(await messages.insert(rows)).toMatchObject([{ createdAt }]);
});

it('inserts one of many with one key at the same moment', async () => {
	const { messages } = await newStore(server);
	const stores = await Promise.all(
		Array.from({ length: 12 }, async (_, index) => {
			const rows = [`a${index}`, `b${index}`].map((text) =>
				rowOf(text, START, { deduplication_key: 'once' }),
			);
			return await messages.insert(rows);
		}),
	);
	expect(new Set(stores.flat().map(({ id }) => id)).size).toBe(1);
	expect(await messages.select([], 99)).toHaveLength(1);
});

it('takes a text that PostgreSQL could not store without what is not storable', async () => {
	const { messages } = await newStore(server);
	const [row] = await messages.insert([rowOf('a\0b\uD800c', START, { reference: 'x\0' })]);
	expect(row).toMatchObject({ text: 'a\uFFFDb\uFFFDc', reference: 'x\uFFFD' });
	expect(await messages.select([{ column: 'reference', is: 'eq', value: 'x\0' }], 1)).toHaveLength(
		1,
	);
});

it('gives what a person inserts by SQL all that a message needs', async () => {
	const { messages, names } = await newStore(server);
	await server.client.query(
		`insert into ${names.table} (gateway, account, recipient, send_at, content) values ('fake', 'account-1', '+14155238886', '${iso(START)}', '{"type":"text","text":"by hand"}')`,
	);
	const [row] = await messages.select([], 1);
	expect(row).toMatchObject({ status: 'scheduled', text: 'by hand', claim_token: '', attempts: 0 });
	expect(row.schedule_id).toMatch(/^[0-9a-f-]{36}$/);
	await expect(
		server.client.query(`update ${names.table} set status = 'Scheduled '`),
	).rejects.toThrow(/status_check/);
});

it('keeps the columns of a row, whatever a person has put into its content', async () => {
	const { messages, names } = await newStore(server);
	const content = {
		type: 'text',
		text: 'by hand',
		id: 17,
		status: 'sent',
		recipient: '+1',
		claim_token: 'x',
	};
	await server.client.query(
		`insert into ${names.table} (gateway, account, recipient, send_at, content) values ('fake', 'account-1', '+14155238886', '${iso(START)}', '${JSON.stringify(content)}')`,
	);
	const [row] = await messages.select([], 1);
	expect(row).toMatchObject({ status: 'scheduled', recipient: '+14155238886', claim_token: '' });
	expect(row.id).not.toBe(17);
});

it('stores whole milliseconds, so that a list goes on behind the last row of a page', async () => {
	const { messages, names } = await newStore(server);
	await server.client.query(
		`insert into ${names.table} (gateway, account, recipient, send_at, content) values ('fake', 'account-1', '+14155238886', '2026-11-22T10:00:00.123456Z', '{"type":"text","text":"by hand"}')`,
	);
	const [row] = await messages.select([], 1);
	const rows = await server.client.query(
		`select 1 as one from ${names.table} where send_at = '${String(row.send_at)}'::timestamptz`,
	);
	expect(row.send_at).toBe('2026-11-22T10:00:00.123Z');
	expect(rows).toHaveLength(1);
});
