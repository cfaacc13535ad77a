import type { N8n } from '../../harness/n8n.mts';
import { startPostgresServer, type PostgresServer } from '../../harness/postgres.mts';
import { connectSql, type SqlClient } from '../../harness/sqlClient.mts';
import { settle } from '../../messages/settle';
import { seededRandom } from '../../sandbox/random.mts';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import type { Options } from '../cli.mts';
import { countRunning } from '../executions.mts';
import { count, printTable, seconds } from '../figures.mts';
import { addCredential, GATEWAY, operation, raise, start, wait } from '../table/harness.mts';
import { postgresPlace } from './place.mts';

const MAX_PARALLEL = 10;
const ANSWER_DELAY_MS = 30;
const POLL_MS = 250;
/** Far more than all may take. */
const MAX_MS = 45 * 60_000;

/** What is ended while messages go out. */
type Fault = 'kill of n8n' | 'stop of PostgreSQL';

/**
 * n8n is killed, and PostgreSQL is stopped as by a power cut, again and again while one dispatcher sends.
 * Then everything is counted: none lost, none twice, and no more of unknown outcome than were in flight.
 */
export async function checkPostgresKills(options: Options): Promise<boolean> {
	const messages = Number(options.messages ?? 5_000);
	const random = seededRandom(Number(options.seed ?? 1));
	const faults: Fault[] = [
		...Array.from({ length: Number(options.kills ?? 20) }, (): Fault => 'kill of n8n'),
		...Array.from({ length: Number(options.stops ?? 10) }, (): Fault => 'stop of PostgreSQL'),
	]
		.map((fault) => ({ fault, at: random() }))
		.sort((a, b) => a.at - b.at)
		.map(({ fault }) => fault);
	const began = Date.now();
	const sandbox = await startSandbox({ rateLimits: false, answerDelayMs: ANSWER_DELAY_MS });
	const server = await startPostgresServer();
	const n8n = await raise();
	const sql = patient(await connectSql(server.port));
	try {
		await addCredential(n8n, sandbox);
		const account = sandbox.accounts.whapi.channelId;
		const place = await postgresPlace(n8n, sql, server.port, account);
		await sql.query('delete from scheduled_messages');
		await place.fillDue(messages);
		const sendDue = await n8n.createWorkflow(
			operation('sendDue', {
				...place.parameters,
				options: { maxParallel: MAX_PARALLEL, runForAtMost: 600 },
			}),
		);
		const proof: Proof = { n8n, sql, server, sandbox, sendDue };
		const each = messages / (faults.length + 1);
		for (const [index, fault] of faults.entries()) {
			await sendUntil(proof, Math.floor(each * (index + 1)), began + MAX_MS);
			await wait(random() * 100);
			if (fault === 'kill of n8n') {
				await n8n.kill();
				const inFlight = await countStatus(sql, 'sending');
				console.log(
					`${index + 1}: n8n killed, ${inFlight} in flight, ${requests(sandbox)} requests`,
				);
				await n8n.restart();
			} else {
				await server.restart();
				console.log(`${index + 1}: PostgreSQL stopped, ${requests(sandbox)} requests`);
			}
		}
		await sendUntil(proof, Infinity, began + MAX_MS);
		return await judge(proof, { messages, faults: faults.length, ms: Date.now() - began });
	} finally {
		await n8n.stop();
		await sql.close();
		await server.close();
		await sandbox.close();
	}
}

interface Proof {
	readonly n8n: N8n;
	readonly sql: SqlClient;
	readonly server: PostgresServer;
	readonly sandbox: Sandbox;
	/** The workflow. */
	readonly sendDue: string;
}

/** Its connections end with the server. */
const patient = (sql: SqlClient): SqlClient => ({
	...sql,
	query: async (...given) => {
		for (let attempt = 1; ; attempt++) {
			const outcome = await settle(sql.query(...given));
			if (outcome.ok) return outcome.value;
			if (attempt === 20) throw outcome.error;
			await wait(POLL_MS);
		}
	},
});

const requests = (sandbox: Sandbox): number => sandbox.messages(GATEWAY).length;

const countStatus = async (sql: SqlClient, ...statuses: string[]): Promise<number> => {
	const [{ n }] = await sql.query(
		'select count(*)::int as n from scheduled_messages where status = any ($1::text[])',
		[statuses],
	);
	return Number(n);
};

/** Has a dispatcher run until so many messages are at the gateway, or none is left to be sent. */
async function sendUntil(proof: Proof, wanted: number, until: number): Promise<void> {
	const { n8n, sql, sandbox, sendDue } = proof;
	while (requests(sandbox) < wanted) {
		if (Date.now() > until) throw new Error('The messages do not go out.');
		if ((await countRunning(n8n, sendDue)) === 0) {
			if ((await countStatus(sql, 'scheduled', 'sending')) === 0) return;
			// Whom a kill left with the lease is certainly dead: nobody waits 90 seconds for the end of it.
			await sql.query(
				`update scheduled_messages_accounts set lease_until = to_timestamp(0), paused_until = null`,
			);
			await start(n8n, sendDue);
		}
		await wait(POLL_MS);
	}
}

async function judge(
	{ sql, sandbox }: Proof,
	{ messages, faults, ms }: { messages: number; faults: number; ms: number },
): Promise<boolean> {
	const rows = await sql.query(
		`select content->>'text' as text, status from scheduled_messages order by id`,
	);
	const sent = count(sandbox.messages(GATEWAY).map(({ text }) => String(text)));
	const twice = [...sent.values()].filter((times) => times > 1).length;
	const unconfirmed = rows.filter(({ status }) => status === 'unconfirmed');
	const lost = rows.filter(
		({ text, status }) => status !== 'unconfirmed' && !sent.has(String(text)),
	).length;
	const failed = rows.filter(({ status }) => ['failed', 'expired'].includes(String(status))).length;
	const bound = faults * MAX_PARALLEL;
	printTable(
		[
			'messages',
			'faults',
			'at the gateway',
			'lost',
			'twice',
			'failed',
			'unconfirmed',
			'of these at the gateway',
			'bound',
			'time',
		],
		[
			[
				messages,
				faults,
				sent.size,
				lost,
				twice,
				failed,
				unconfirmed.length,
				unconfirmed.filter(({ text }) => sent.has(String(text))).length,
				bound,
				seconds(ms),
			],
		],
	);
	return rows.length === messages && lost + twice + failed === 0 && unconfirmed.length <= bound;
}
