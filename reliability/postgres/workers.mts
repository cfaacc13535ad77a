import { processorTimeOfAll } from '../../bench/process.mts';
import type { Json } from '../../harness/client.mts';
import { credentialFor } from '../../harness/credential.mts';
import { buildPackage } from '../../harness/package.mts';
import { startPostgresServer } from '../../harness/postgres.mts';
import { missingForQueueMode, startQueueMode } from '../../harness/queue.mts';
import { connectSql, type SqlClient } from '../../harness/sqlClient.mts';
import { startSandbox } from '../../sandbox/index.mts';
import { oneNode, SECRET } from '../../test/e2e/environment.mts';
import { setUpStore } from '../../test/postgres/n8nStore.mts';
import type { Options } from '../cli.mts';
import { runLarge } from '../executions.mts';
import { printTable } from '../figures.mts';
import { FROM_ITEM, item, runTo } from '../table/harness.mts';
import { SERVER } from './cost.mts';

/** Two accounts: the sandbox has one of each gateway. */
const GATEWAYS = ['whapi', 'greenApi'];
const WARM_UP = 300;
const MAX_MS = 1_800_000;

/** Two accounts on two workers of n8n's queue mode, beside each of them alone. */
export async function checkPostgresWorkers(options: Options): Promise<boolean> {
	const missing = missingForQueueMode();
	if (missing.length > 0) throw new Error(missing.join('\n'));
	const due = Number(options.due ?? 3_000);
	const delayMs = Number(options.delay ?? 0);
	const maxParallel = delayMs > 0 ? 10 : 50;
	const sandbox = await startSandbox({ rateLimits: false, answerDelayMs: delayMs });
	const server = await startPostgresServer(SERVER);
	const sql = await connectSql(server.port);
	// One execution at a time on each worker, so that two are on two.
	const queue = await startQueueMode({
		tarball: await buildPackage(),
		workers: 2,
		webhookProcessors: 1,
		concurrency: 1,
	});
	const { n8n } = queue;
	try {
		const { place } = await setUpStore(n8n, server.port);
		const workflows: string[] = [];
		for (const gateway of GATEWAYS) {
			await n8n.createCredential(
				gateway,
				'messageGatewayApi',
				credentialFor(sandbox, gateway, SECRET),
			);
			const node = async (parameters: Json, items?: Json[]) =>
				await n8n.createWorkflow(oneNode(gateway, { ...parameters, ...place }, { items }));
			// Creates the tables, and shows the account as rows name it.
			const far = [item('far', Date.now() + 1e9)];
			await runTo(n8n, await node({ operation: 'schedule', ...FROM_ITEM }, far));
			// Above what a gateway documents: its pace is not what is measured.
			const sending = { maxParallel, runForAtMost: 600, messagesPerMinute: 100_000 };
			workflows.push(await node({ operation: 'sendDue', options: sending }));
		}
		const send = async (ids: readonly string[], count: number): Promise<Sent> => {
			await fillDue(sql, count);
			const before = busyMs();
			const began = Date.now();
			const runs = await Promise.all(ids.map(async (id) => await runLarge(n8n, id, MAX_MS)));
			const busy = (busyMs() - before) / (Date.now() - began);
			const [left] = await sql.query(
				`select count(*)::int as n from scheduled_messages where status = 'scheduled' and send_at < now()`,
			);
			if (Number(left.n) !== count * (GATEWAYS.length - ids.length)) {
				throw new Error(`${String(left.n)} messages are left`);
			}
			await sql.query('delete from scheduled_messages where send_at < now()');
			const from = Math.min(...runs.map(({ startedAt }) => Date.parse(startedAt)));
			const to = Math.max(...runs.map(({ stoppedAt }) => Date.parse(String(stoppedAt))));
			return { ms: to - from, busy };
		};
		await send(workflows, WARM_UP);
		const alone: Sent[] = [];
		for (const id of workflows) alone.push(await send([id], due));
		const together = await send(workflows, due);
		const rate = (count: number, { ms, busy }: Sent) =>
			`${((count / ms) * 1_000).toFixed(0)} a second, ${busy.toFixed(2)} processors busy`;
		const times = (alone[0].ms + alone[1].ms) / together.ms;
		printTable(
			['messages of each account', 'account 1 alone', 'account 2 alone', 'both', 'times one'],
			[
				[
					due,
					rate(due, alone[0]),
					rate(due, alone[1]),
					rate(2 * due, together),
					`${times.toFixed(2)} (goal: 1.7)`,
				],
			],
		);
		return true;
	} finally {
		await queue.close();
		await sql.close();
		await server.close();
		await sandbox.close();
	}
}

/** How long it took, and how many processors all of it kept busy on average: n8n, databases, sandbox. */
interface Sent {
	readonly ms: number;
	readonly busy: number;
}

const busyMs = (): number => processorTimeOfAll(process.pid);

/** Due messages for each account that the table knows. */
const fillDue = async (sql: SqlClient, count: number): Promise<void> =>
	void (await sql.query(
		`insert into scheduled_messages (gateway, account, credential, recipient, timezone, content, send_at)
		select gateway, account, 'x', '+9199880' || (10000 + i), 'UTC', jsonb_build_object('type', 'text', 'text', gateway || ' message ' || i), now() - interval '1 s'
		from (select distinct gateway, account from scheduled_messages) a, generate_series(1, ${count}) i`,
	));
