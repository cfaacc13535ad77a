/** Frequency caps on a real PostgreSQL: by the same contract as a Data Table, and by the index. */
import { dispatchDue } from '../../stores/dispatcher';
import { openSqlBackend } from '../../stores/postgres/backend';
import { createSqlQueue } from '../../stores/postgres/queue';
import { recentSql } from '../../stores/postgres/recent';
import { storeTables } from '../../stores/postgres/schema';
import { createLeaseStore } from '../../stores/table/accounts';
import {
	connection,
	FakeGateway,
	iso,
	MINUTE,
	RULES,
	rowOf,
	SENDER,
} from '../stores/table/fakes.mts';
import { describeRecent } from '../stores/table/recentContract.mts';
import { databaseOn, newStore, startServer, type Server } from './store.mts';

let server: Server;
beforeAll(async () => void (server = await startServer()), 120_000);
afterAll(async () => await server?.close());

const fake = new FakeGateway();

describeRecent('PostgreSQL', async (senders) => {
	const { names, database, messages, accounts } = await newStore(server);
	const adoption = { gateway: fake.gateway, accounts: async () => accounts };
	const tables = { ...storeTables(names), senders };
	return { table: messages, queue: createSqlQueue(database, messages, tables, adoption) };
});

it('finds them by the index of recipients, among many messages of the account', async () => {
	const { names, messages } = await newStore(server);
	await server.client.query(
		`insert into ${storeTables(names).messages.name} (status, send_at, recipient, content, gateway, account, sent_at)
		select 'sent', now() - n * interval '1 minute', '+91998800' || (n % 5000), '{"type":"text","text":"x"}', 'fake', 'account-1', now() - n * interval '1 minute' from generate_series(1, 100000) n`,
	);
	await server.client.query(`analyze ${storeTables(names).messages.name}`);
	const recipients = Array.from({ length: 200 }, (_, n) => `+91998800${n}`);
	const statement = recentSql(
		storeTables(names).messages,
		[SENDER],
		recipients,
		iso(Date.now() - 600 * MINUTE),
	);
	const literal = statement.text.replace(
		/\$(\d+)/g,
		(_, number) => `'${String(statement.values[Number(number) - 1]).replaceAll("'", "''")}'`,
	);
	const plan = (await server.client.query(`explain (analyze, format text) ${literal}`))
		.map((row) => String(Object.values(row)[0]))
		.join('\n');
	expect(plan).toContain(`${names.table}_by_recipient`);
	expect(plan).not.toContain(`Seq Scan on ${names.table}`);
	expect((await messages.select([], 1)).length).toBe(1);
});

it('holds what is over the cap, in a run of the dispatcher', async () => {
	const { names, messages } = await newStore(server);
	const now = Date.now();
	const cap = { frequency_cap: '2 in 3 h, hold', recipient: '+919988066776' };
	await messages.insert(
		Array.from({ length: 5 }, (_, n) =>
			rowOf(`m${n}`, now - 60_000 + n, { ...cap, next_attempt_at: iso(now - 1_000) }),
		),
	);
	const backend = await openSqlBackend(databaseOn(server.client.runSql), names, { create: false });
	const accounts = await backend.accounts();
	const gateway = new FakeGateway();
	const report = await dispatchDue({
		gateway: gateway.gateway,
		connection,
		queue: backend.queue([SENDER], { gateway: gateway.gateway, accounts: async () => accounts }),
		lease: createLeaseStore(accounts, [SENDER]),
		rules: { ...RULES, maxParallel: 10 },
		resolveMessageIds: async () => 0,
		now: () => backend.now(),
		random: () => 0.5,
		isCancelled: () => false,
		sleep: async (ms) => await new Promise<void>((resolve) => setTimeout(resolve, ms)),
	});
	expect(report.error).toBeUndefined();
	expect(gateway.asked).toEqual(['m0', 'm1']);
	const rows = await messages.select([], 10);
	expect(rows.map(({ status }) => status)).toEqual([
		'sent',
		'sent',
		...Array<string>(3).fill('scheduled'),
	]);
	for (const { failure, attempts, next_attempt_at: next } of rows.slice(2)) {
		expect([failure, attempts]).toEqual(['Held by its frequency cap (2 in 3 h).', 0]);
		expect(Date.parse(String(next))).toBeGreaterThan(now + 2 * 60 * MINUTE);
	}
});
