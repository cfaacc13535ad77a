import type { Json } from '../../harness/client.mts';
import { readExample } from '../../harness/examples.mts';
import type { N8n } from '../../harness/n8n.mts';
import { DATABASE_USER, startPostgresServer } from '../../harness/postgres.mts';
import { connectSql, type SqlClient } from '../../harness/sqlClient.mts';
import { ensureTable } from '../../harness/tables.mts';
import { startSandbox } from '../../sandbox/index.mts';
import { median } from '../../bench/measure.mts';
import type { Options } from '../cli.mts';
import { printTable } from '../figures.mts';
import {
	addCredential,
	fill,
	FROM_ITEM,
	IN_TABLE,
	item,
	operation,
	raise,
	row,
	runTimed,
} from '../table/harness.mts';

/** Where the messages are, and how a proof fills it. */
interface Place {
	readonly name: string;
	readonly parameters: Json;
	/** Messages that are done with: a tenth of them failed. */
	fillOld(count: number): Promise<void>;
	fillDue(count: number): Promise<void>;
}

const EVENTS = 1_000;

/**
 * What the operations cost in PostgreSQL with a thousand rows and with many, and in a Data Table with
 * a thousand, in one run side by side.
 */
export async function checkPostgresCost(options: Options): Promise<boolean> {
	const [rows, due] = [Number(options.rows ?? 1_000_000), Number(options.due ?? 5_000)];
	const sandbox = await startSandbox({ rateLimits: false });
	const server = await startPostgresServer([
		'-c',
		'shared_buffers=256MB',
		'-c',
		'max_wal_size=4GB',
	]);
	const sql = await connectSql(server.port);
	const n8n = await raise({ env: { NODE_OPTIONS: '--max-old-space-size=4096' } });
	try {
		await addCredential(n8n, sandbox);
		const account = sandbox.accounts.whapi.channelId;
		await ensureTable(n8n);
		const table = tablePlace(n8n, account);
		const postgres = await postgresPlace(n8n, sql, server.port, account);
		const results: unknown[][] = [];
		await table.fillOld(1_000);
		results.push(...(await measure(n8n, table, { size: 1_000, due: Math.min(due, 500) })));
		await postgres.fillOld(1_000);
		results.push(...(await measure(n8n, postgres, { size: 1_000, due })));
		const began = Date.now();
		await postgres.fillOld(rows - 1_000);
		console.log(`${rows} rows after ${Date.now() - began} ms more; ${await sizeOf(sql, rows)}`);
		results.push(...(await measure(n8n, postgres, { size: rows, due })));
		printTable(['where', 'rows', 'what', 'count', 'time', 'each'], results);
		await purgeWhileSending(n8n, sql, postgres, due);
		return true;
	} finally {
		await n8n.stop();
		await sql.close();
		await server.close();
		await sandbox.close();
	}
}

const tablePlace = (n8n: N8n, account: string): Place => ({
	name: 'n8n Data Table',
	parameters: IN_TABLE,
	fillOld: async (count) =>
		await fill(
			n8n,
			Array.from({ length: count }, (_, index) =>
				row(account, `An older message, number ${index}`, Date.now() - 1e9 - index, {
					status: index % 10 === 0 ? 'failed' : 'delivered',
					message_id: `old-${index}`,
				}),
			),
		),
	fillDue: async (count) =>
		await fill(
			n8n,
			Array.from({ length: count }, (_, index) => row(account, `due ${index}`, Date.now() - 1_000)),
		),
});

async function postgresPlace(
	n8n: N8n,
	sql: SqlClient,
	port: number,
	account: string,
): Promise<Place> {
	await n8n.createCredential('Postgres account', 'postgres', {
		host: '127.0.0.1',
		port,
		database: 'postgres',
		user: DATABASE_USER,
		password: 'unused',
		ssl: 'disable',
	});
	const id = await n8n.createWorkflow(readExample('postgresql-store.json'));
	await n8n.activate(id);
	const parameters = {
		storeIn: 'postgres',
		storeWorkflow: { __rl: true, mode: 'id', value: id },
		postgresTables: {},
	};
	// The first one creates the tables.
	await runTimed(
		n8n,
		await n8n.createWorkflow(
			operation('schedule', { ...FROM_ITEM, ...parameters }, [item('first', Date.now() + 1e9)]),
		),
	);
	const insert = async (count: number, columns: string, values: string) =>
		void (await sql.query(
			`insert into scheduled_messages (gateway, account, credential, recipient, timezone, valid_for_minutes, requested_at, content, send_at, ${columns})
			select 'whapi', '${account}', 'x', '+9199880' || (10000 + (i::bigint * 7919) % 89999), 'UTC', 1440, now(), jsonb_build_object('type', 'text', 'text', 'A message as long as they are, number ' || i), ${values}
			from generate_series(1, ${count}) i`,
		));
	return {
		name: 'PostgreSQL',
		parameters,
		fillOld: async (count) => {
			await insert(
				count,
				'status, status_rank, message_id, sent_at, send_started_at, updated_at',
				`now() - i * interval '2 s' - interval '2 days', case when i % 10 = 0 then 'failed' else 'delivered' end, 40, 'old-' || gen_random_uuid(), now() - interval '2 days', now() - interval '2 days', now() - interval '2 days'`,
			);
			await sql.query('vacuum analyze scheduled_messages');
		},
		fillDue: async (count) => await insert(count, 'status', `now() - interval '1 s', 'scheduled'`),
	};
}

async function sizeOf(sql: SqlClient, rows: number): Promise<string> {
	const [{ table, indexes }] = await sql.query(
		`select pg_table_size('scheduled_messages')::float8 as table, pg_indexes_size('scheduled_messages')::float8 as indexes`,
	);
	return `the table has ${(Number(table) / 1e6).toFixed(0)} MB, ${Math.round(Number(table) / rows)} bytes a row, its indexes ${Math.round(Number(indexes) / rows)} bytes a row`;
}

async function measure(
	n8n: N8n,
	{ name: place, parameters: at, fillDue }: Place,
	{ size, due }: { readonly size: number; readonly due: number },
): Promise<unknown[][]> {
	const results: unknown[][] = [];
	const time = async (what: string, count: number, work: () => Promise<number>, times = 1) => {
		const all: number[] = [];
		for (let run = 0; run < times; run++) all.push(await work());
		const ms = median(all);
		results.push([
			place,
			size,
			what,
			count,
			`${Math.round(ms)} ms`,
			`${(ms / count).toFixed(2)} ms`,
		]);
		console.log(results[results.length - 1].join(' | '));
	};
	const run = async (name: string, parameters: Json, items?: Json[], expected?: number) => {
		const id = await n8n.createWorkflow(operation(name, { ...at, ...parameters }, items));
		const { items: given, ms } = await runTimed(n8n, id);
		if (expected !== undefined && given.length !== expected) {
			throw new Error(`${name} gave ${given.length} items instead of ${expected}`);
		}
		return ms;
	};
	const far = Date.now() + 1e9;
	const schedule = async (count: number, more: Json = {}) => {
		const items = Array.from({ length: count }, (_, index) =>
			item(`${size}/${count}/${index}`, far + index * 1_000),
		);
		return await run('schedule', { ...FROM_ITEM, ...at, ...more }, items, count);
	};
	await time('Schedule', 1, async () => await schedule(1), 5);
	await time('Schedule', 10_000, async () => await schedule(10_000));
	const list = async (filters: Json) => async () => await run('getAll', { filters });
	const filters: Array<[string, Json]> = [
		['the next 50', {}],
		['scheduled', { status: 'scheduled' }],
		['failed', { status: 'failed' }],
		['of one recipient', { recipient: '+919988020000' }],
		['after a time', { scheduledAfter: new Date(far).toISOString() }],
		['with a frequent word', { text: 'message' }],
	];
	for (const [what, filter] of filters) {
		await time(`Get Many, ${what}`, 50, await list(filter), 5);
	}
	await time('Statistics', 1, async () => await run('statistics', {}, undefined, 1), 3);
	await time('Send Due, nothing due', 1, async () => await run('sendDue', {}), 5);
	let sent: Json[] = [];
	await time(`Send Due, Max Parallel 50`, due, async () => {
		await fillDue(due);
		const options = { maxParallel: 50, runForAtMost: 600 };
		const id = await n8n.createWorkflow(operation('sendDue', { ...at, options }));
		const { items, ms } = await runTimed(n8n, id);
		if (items.length !== due) throw new Error(`${items.length} were sent instead of ${due}`);
		sent = items;
		return ms;
	});
	const events = sent.slice(0, EVENTS).map((message, index) => ({
		eventId: `event-${size}-${index}`,
		gateway: 'whapi',
		account: message.account,
		messageId: message.messageId,
		status: 'delivered',
		recipient: message.recipient,
		occurredAt: new Date().toISOString(),
		receivedAt: new Date().toISOString(),
	}));
	await time('Record Status', events.length, async () => await run('recordStatus', {}, events));
	return results;
}

/** How much slower *Send Due* is while most rows are being removed. */
async function purgeWhileSending(
	n8n: N8n,
	sql: SqlClient,
	{ parameters, fillDue }: Place,
	due: number,
): Promise<void> {
	const send = async () => {
		await fillDue(due);
		const options = { maxParallel: 50, runForAtMost: 600 };
		const id = await n8n.createWorkflow(operation('sendDue', { ...parameters, options }));
		return (await runTimed(n8n, id)).ms;
	};
	const alone = await send();
	await sql.query(
		`alter table scheduled_messages disable trigger all; update scheduled_messages set updated_at = now() - interval '100 days' where message_id like 'old-%' and id % 10 <> 0`,
	);
	await sql.query('vacuum analyze scheduled_messages');
	const purge = await n8n.createWorkflow(operation('purge', { ...parameters, olderThanDays: 90 }));
	const purging = runTimed(n8n, purge);
	const together = await send();
	const { items, ms } = await purging;
	console.log(
		`Send Due of ${due}: ${alone} ms alone, ${together} ms while Purge removed ${JSON.stringify(items[0])} in ${ms} ms`,
	);
}
