import { openSqlBackend } from '../../stores/postgres/backend';
import { createTableStore } from '../../stores/table/tableStore';
import { FakeGateway, iso, SENDER, START } from '../stores/table/fakes.mts';
import { describeMany, type ManyBackend } from '../stores/table/manyContract.mts';
import { newStore, startServer, type Server } from './store.mts';

let server: Server;
beforeAll(async () => void (server = await startServer()), 120_000);
afterAll(async () => await server?.close());

async function open(): Promise<ManyBackend> {
	const { names, database } = await newStore(server);
	const backend = await openSqlBackend(database, names, { create: false });
	return {
		messages: backend.messages,
		list: async (filter, limit = Infinity) => await backend.list!([SENDER], filter, limit),
	};
}

describeMany('PostgreSQL', open, { numRuns: 40 });

it('moves, and cancels, a thousand of 100,000 by one statement each', async () => {
	const { names } = await newStore(server);
	const statements: string[] = [];
	const database = server.database(async (statement) => {
		statements.push(statement.text);
		return await server.client.runSql(statement);
	});
	const backend = await openSqlBackend(database, names, { create: false });
	const columns = `gateway, account, recipient, send_at, content, group_name`;
	await server.client.query(
		`insert into ${names.table} (${columns}) select 'fake', 'account-1', '+1415' || (5550000 + n), '${iso(START)}'::timestamptz + n * interval '1 second', '{"type":"text","text":"x"}', 'group ' || n % 100 from generate_series(1, 100000) n`,
	);
	const list = await backend.list!([SENDER], { group: 'group 7', status: 'scheduled' }, 2_000);
	expect(list).toHaveLength(1_000);
	const store = createTableStore(backend.messages, {
		gateway: new FakeGateway().gateway,
		senders: [SENDER],
		timezone: 'UTC',
		now: backend.now,
	});
	const plan = list.map(({ scheduleId, scheduledAt }) => ({
		scheduleId,
		from: scheduledAt,
		to: iso(Date.parse(scheduledAt!) + 86_400_000),
	}));
	statements.length = 0;
	const moved = await store.changeMany!(plan, false);
	expect(moved.every(({ ok }) => ok)).toBe(true);
	const updates = () => statements.flatMap((text) => text.match(/\bupdate "/g) ?? []);
	expect(updates()).toHaveLength(1);
	await store.changeMany!(
		plan.map(({ scheduleId, to }) => ({ scheduleId, from: to, to: null })),
		false,
	);
	expect(updates()).toHaveLength(2);
	const counted = await server.client.query(
		`select status, group_name as name, count(*)::int as n from ${names.table} where status <> 'scheduled' group by 1, 2`,
	);
	expect(counted).toEqual([{ status: 'cancelled', name: 'group 7', n: 1_000 }]);
}, 120_000);
