import { median } from '../../bench/measure.mts';
import type { Json } from '../../harness/client.mts';
import type { N8n } from '../../harness/n8n.mts';
import { ensureTable } from '../../harness/tables.mts';
import { startSandbox } from '../../sandbox/index.mts';
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
} from './harness.mts';

/** Due for each measurement of *Send Due*. */
const DUE = 200;

/** What scheduling, listing and sending cost in a small table and in a large one. */
export async function checkCost(options: { readonly rows?: string }): Promise<boolean> {
	const rows = Number(options.rows ?? 100_000);
	const sandbox = await startSandbox({ rateLimits: false });
	const n8n = await raise({
		env: {
			NODE_OPTIONS: '--max-old-space-size=4096',
			N8N_DATA_TABLES_MAX_SIZE_BYTES: '1000000000',
		},
	});
	try {
		await addCredential(n8n, sandbox);
		const account = sandbox.accounts.whapi.channelId;
		await ensureTable(n8n);
		const past = (count: number) =>
			Array.from({ length: count }, (_, index) =>
				row(
					account,
					`An older message, as long as they are, number ${index}`,
					Date.now() - 1e9 - index,
					{
						status: index % 3 === 0 ? 'read' : 'delivered',
						message_id: `PsdWjyzLUbHFpxI-wAYCuIUBtA${index}`,
						sent_at: new Date().toISOString(),
						claim_token: crypto.randomUUID(),
						send_started_at: new Date().toISOString(),
					},
				),
			);
		const results: unknown[][] = [];
		let filled = 0;
		for (const size of [100, 10_000, rows].filter((size) => size <= rows)) {
			const began = Date.now();
			await fill(n8n, past(size - filled));
			filled = size;
			const bytes = await tableBytes(n8n);
			console.log(
				`${size} rows there after ${Date.now() - began} ms more; the table has ${(bytes / 1e6).toFixed(1)} MB, ${Math.round(bytes / size)} bytes a row`,
			);
			results.push(...(await measure(n8n, size, account)));
		}
		printTable(['rows in the table', 'what', 'count', 'time', 'each'], results);
		return true;
	} finally {
		await n8n.stop();
		await sandbox.close();
	}
}

/** As n8n counts it for its limit. */
async function tableBytes(n8n: N8n): Promise<number> {
	const { totalBytes } = await n8n.request<{ totalBytes: number }>(
		'GET',
		'/data-tables-global/limits',
	);
	return totalBytes;
}

async function measure(n8n: N8n, size: number, account: string): Promise<unknown[][]> {
	const results: unknown[][] = [];
	const time = async (what: string, count: number, work: () => Promise<number>, times = 1) => {
		const all: number[] = [];
		for (let run = 0; run < times; run++) all.push(await work());
		const ms = median(all);
		results.push([size, what, count, `${Math.round(ms)} ms`, `${(ms / count).toFixed(1)} ms`]);
		console.log(results[results.length - 1].join(' | '));
	};
	const run = async (name: string, parameters: Json, items?: Json[], expected?: number) => {
		const id = await n8n.createWorkflow(operation(name, parameters, items));
		const { items: given, ms } = await runTimed(n8n, id);
		if (expected !== undefined && given.length !== expected) {
			throw new Error(`${name} gave ${given.length} items instead of ${expected}`);
		}
		return ms;
	};
	const far = Date.now() + 1e9;
	const schedule = async (count: number) => {
		const items = Array.from({ length: count }, (_, index) =>
			item(`${size}/${count}/${index}`, far + index * 1_000),
		);
		return await run('schedule', FROM_ITEM, items, count);
	};
	await time('Schedule', 1, async () => await schedule(1), 5);
	await time('Schedule', 100, async () => await schedule(100), 3);
	await time('Schedule', 10_000, async () => await schedule(10_000));
	const pending = { ...IN_TABLE, filters: { status: 'scheduled' } };
	await time('Get Many, the next 50', 50, async () => await run('getAll', pending), 3);
	const ofOne = { ...pending, returnAll: true, filters: { recipient: '+12025550123' } };
	await time('Get Many, of one recipient', 1, async () => await run('getAll', ofOne), 3);
	await time('Statistics', 1, async () => await run('statistics', {}, undefined, 1), 3);
	await time('Board', 1, async () => await run('board', {}, undefined, 1), 3);
	await time('Send Due, nothing due', 1, async () => await run('sendDue', {}), 5);
	const sendDue = async () => {
		const due = Array.from({ length: DUE }, (_, index) =>
			row(account, `due ${index}`, Date.now() - 1_000),
		);
		await fill(n8n, due);
		return await run('sendDue', {}, undefined, DUE);
	};
	await time('Send Due', DUE, sendDue, 2);
	return results;
}
