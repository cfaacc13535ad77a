import type { Json } from '../../harness/client.mts';
import type { N8n } from '../../harness/n8n.mts';
import { startPostgresServer } from '../../harness/postgres.mts';
import { connectSql, type SqlClient } from '../../harness/sqlClient.mts';
import { ensureTable } from '../../harness/tables.mts';
import { startSandbox } from '../../sandbox/index.mts';
import { median } from '../../bench/measure.mts';
import { processorTimeOf } from '../../bench/process.mts';
import type { Options } from '../cli.mts';
import { printTable } from '../figures.mts';
import { addCredential, FROM_ITEM, item, operation, raise, runTimed } from '../table/harness.mts';
import { EXPRESSIONS, FEW, judged, SEND_DUE, type Figure } from './goals.mts';
import { postgresPlace, tablePlace, type Place } from './place.mts';

const EVENTS = 1_000;

/** The server's settings on a machine of its own size, beside n8n. */
export const SERVER = ['-c', 'shared_buffers=256MB', '-c', 'max_wal_size=4GB'];

/** What a proof has: n8n with a Data Table and a store in PostgreSQL, both empty. */
interface Stores {
	readonly n8n: N8n;
	readonly sql: SqlClient;
	readonly table: Place;
	readonly postgres: Place;
}

async function withStores(work: (stores: Stores) => Promise<void>): Promise<boolean> {
	const sandbox = await startSandbox({ rateLimits: false });
	const server = await startPostgresServer(SERVER);
	const sql = await connectSql(server.port);
	const n8n = await raise({ env: { NODE_OPTIONS: '--max-old-space-size=4096' } });
	try {
		await addCredential(n8n, sandbox);
		const account = sandbox.accounts.whapi.channelId;
		await ensureTable(n8n);
		const table = tablePlace(n8n, account);
		await work({ n8n, sql, table, postgres: await postgresPlace(n8n, sql, server.port, account) });
		return true;
	} finally {
		await n8n.stop();
		await sql.close();
		await server.close();
		await sandbox.close();
	}
}

const sizesOf = (options: Options) => ({
	rows: Number(options.rows ?? 1_000_000),
	due: Number(options.due ?? 5_000),
});

/**
 * What the operations cost in PostgreSQL with a thousand rows and with many, and in a Data Table with
 * a thousand, in one run side by side.
 */
export async function checkPostgresCost(options: Options): Promise<boolean> {
	const { rows, due } = sizesOf(options);
	return await withStores(async ({ n8n, sql, table, postgres }) => {
		const results: Figure[] = [];
		await table.fillOld(FEW);
		results.push(...(await measure(n8n, table, { size: FEW, due: Math.min(due, 500) })));
		await postgres.fillOld(FEW);
		results.push(...(await measure(n8n, postgres, { size: FEW, due })));
		await fillTo(rows, sql, postgres);
		results.push(...(await measure(n8n, postgres, { size: rows, due })));
		print(results);
		printTable(['goal', 'found', ''], judged(results, rows));
		await purgeWhileSending(n8n, sql, postgres, due);
	});
}

/** *Send Due* alone, with a thousand rows and with many, several times, and while *Purge* runs. */
export async function checkPostgresSending(options: Options): Promise<boolean> {
	const { rows, due } = sizesOf(options);
	return await withStores(async ({ n8n, sql, postgres }) => {
		const results: Figure[] = [];
		const send = async (size: number) => {
			for (let run = 0; run < 3; run++) {
				const { ms, processorMs } = await sendDue(n8n, postgres, due);
				results.push({ place: postgres.name, size, what: SEND_DUE, count: due, ms, processorMs });
			}
		};
		await postgres.fillOld(FEW);
		await sendDue(n8n, postgres, 500);
		await send(FEW);
		await fillTo(rows, sql, postgres);
		await send(rows);
		print(results);
		await purgeWhileSending(n8n, sql, postgres, due);
	});
}

async function fillTo(rows: number, sql: SqlClient, postgres: Place): Promise<void> {
	const began = Date.now();
	await postgres.fillOld(rows - FEW);
	console.log(`${rows} rows after ${Date.now() - began} ms more; ${await sizeOf(sql, rows)}`);
}

const print = (figures: readonly Figure[]): void =>
	printTable(
		['where', 'rows', 'what', 'count', 'time', 'each', "n8n's processor time, each"],
		figures.map(({ place, size, what, count, ms, processorMs }) => [
			...[place, size, what, count, `${Math.round(ms)} ms`],
			...[ms, processorMs].map((all) => `${(all / count).toFixed(2)} ms`),
		]),
	);

/** n8n's own *Edit Fields* in place of *Schedule*, with the same expressions. */
function evaluating(items: Json[]) {
	const workflow = operation('schedule', {}, items);
	const { recipient, text, sendAt } = FROM_ITEM;
	const assignments = Object.entries({ recipient, text, sendAt }).map(([name, value]) => ({
		...{ id: name, name, value, type: 'string' },
	}));
	return {
		...workflow,
		nodes: workflow.nodes.map((node) =>
			node.name === 'Message Scheduler'
				? {
						...node,
						type: 'n8n-nodes-base.set',
						typeVersion: 3.4,
						credentials: undefined,
						parameters: { assignments: { assignments }, options: {} },
					}
				: node,
		),
	};
}

/** One run of *Send Due* on so many due messages. */
async function sendDue(n8n: N8n, { parameters, fillDue }: Place, due: number) {
	await fillDue(due);
	const options = { maxParallel: 50, runForAtMost: 600 };
	const id = await n8n.createWorkflow(operation('sendDue', { ...parameters, options }));
	const before = processorTimeOf(n8n.pid);
	const { items, ms } = await runTimed(n8n, id);
	if (items.length !== due) throw new Error(`${items.length} were sent instead of ${due}`);
	return { items, ms, processorMs: processorTimeOf(n8n.pid) - before };
}

async function sizeOf(sql: SqlClient, rows: number): Promise<string> {
	const [{ table, indexes }] = await sql.query(
		`select pg_table_size('scheduled_messages')::float8 as table, pg_indexes_size('scheduled_messages')::float8 as indexes`,
	);
	return `the table has ${(Number(table) / 1e6).toFixed(0)} MB, ${Math.round(Number(table) / rows)} bytes a row, its indexes ${Math.round(Number(indexes) / rows)} bytes a row`;
}

async function measure(
	n8n: N8n,
	where: Place,
	{ size, due }: { readonly size: number; readonly due: number },
): Promise<Figure[]> {
	const { name: place, parameters: at } = where;
	const results: Figure[] = [];
	const time = async (what: string, count: number, work: () => Promise<number>, times = 1) => {
		const all: number[] = [];
		const before = processorTimeOf(n8n.pid);
		for (let run = 0; run < times; run++) all.push(await work());
		const processorMs = (processorTimeOf(n8n.pid) - before) / times;
		const ms = median(all);
		results.push({ place, size, what, count, ms, processorMs });
		console.log([place, size, what, count, Math.round(ms), Math.round(processorMs)].join(' | '));
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
	await time(EXPRESSIONS, 10_000, async () => {
		const items = Array.from({ length: 10_000 }, (_, index) => item(`expression ${index}`, far));
		return (await runTimed(n8n, await n8n.createWorkflow(evaluating(items)))).ms;
	});
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
	await time('Board', 1, async () => await run('board', {}, undefined, 1), 3);
	await time('Send Due, nothing due', 1, async () => await run('sendDue', {}), 5);
	const sending = await sendDue(n8n, where, due);
	const sent = sending.items;
	results.push({ place, size, what: SEND_DUE, count: due, ...sending });
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

/** Runs of *Send Due* before, and as many after it, beside those that fit into one *Purge*. */
const RUNS_ALONE = 2;

/** How much slower *Send Due* is while most rows are being removed. */
async function purgeWhileSending(
	n8n: N8n,
	sql: SqlClient,
	place: Place,
	due: number,
): Promise<void> {
	const alone: number[] = [];
	const sendAlone = async () => {
		for (let run = 0; run < RUNS_ALONE; run++) alone.push((await sendDue(n8n, place, due)).ms);
	};
	await sendAlone();
	await sql.query(
		`alter table scheduled_messages disable trigger all; update scheduled_messages set updated_at = now() - interval '100 days' where message_id like 'old-%' and id % 10 <> 0`,
	);
	await sql.query('vacuum analyze scheduled_messages');
	const purge = await n8n.createWorkflow(
		operation('purge', { ...place.parameters, olderThanDays: 90 }),
	);
	let isPurging = true;
	const purging = runTimed(n8n, purge).finally(() => (isPurging = false));
	const beside: number[] = [];
	while (isPurging) {
		const { ms } = await sendDue(n8n, place, due);
		// One that outlasted it was alone for a while.
		if (isPurging || beside.length === 0) beside.push(ms);
	}
	const { items, ms } = await purging;
	await sendAlone();
	const slower = median(beside) / median(alone) - 1;
	console.log(
		`Send Due of ${due}: ${alone.join(', ')} ms alone, ${beside.join(', ')} ms while Purge removed ${JSON.stringify(items[0])} in ${ms} ms; medians: ${(slower * 100).toFixed(0)} % slower (goal: less than 20)`,
	);
}
