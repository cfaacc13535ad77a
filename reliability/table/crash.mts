import type { Json } from '../../harness/client.mts';
import type { N8n } from '../../harness/n8n.mts';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { seededRandom } from '../../sandbox/random.mts';
import { count, printTable, seconds } from '../figures.mts';
import {
	addCredential,
	FROM_ITEM,
	GATEWAY,
	IN_TABLE,
	item,
	LEASE_MS,
	operate,
	operation,
	raise,
	runTo,
	start,
	wait,
} from './harness.mts';

/** A run ends after its budget, whatever is left. */
const MAX_LAST_RUNS = 20;

export interface CrashOptions {
	readonly seed?: string;
	readonly messages?: string;
	readonly kills?: string;
}

/** When n8n is killed. */
const PHASES = ['scheduling', 'claiming', 'sending', 'idle'] as const;
type Phase = (typeof PHASES)[number];

const ANSWER_DELAY_MS = 30;
/** A run of *Send Due* that finds nothing to do, or is not allowed to, is started again after so long. */
const RUN_AGAIN_MS = 5_000;

/**
 * Holds messages in lots and kills n8n once with each: while it schedules them, while it claims them,
 * while it sends them, or while it does nothing. Then everything is sent, and counted.
 */
export async function checkCrash(options: CrashOptions): Promise<boolean> {
	const seed = Number(options.seed ?? 1);
	const messages = Number(options.messages ?? 500);
	const kills = Number(options.kills ?? 20);
	const random = seededRandom(seed);
	const began = Date.now();
	let sandbox = await startSandbox({ rateLimits: false, answerDelayMs: ANSWER_DELAY_MS, seed });
	const earlier: string[] = [];
	const n8n = await raise();
	try {
		await addCredential(n8n, sandbox);
		const sendDue = await n8n.createWorkflow(operation('sendDue'));
		const lots = Array.from({ length: kills }, (_, lot) =>
			Array.from({ length: Math.ceil(messages / kills) }, (__, index) => `lot ${lot} no ${index}`),
		);
		const wanted = lots.flat().slice(0, messages);
		const report: unknown[][] = [];
		for (const [lot, texts] of lots.entries()) {
			const phase = PHASES[lot % PHASES.length];
			const kept = texts.filter((text) => wanted.includes(text));
			const at = new Date(Date.now() + 40_000).toISOString();
			const afterMs = await killOnce(n8n, { phase, texts: kept, at, sendDue, sandbox, random });
			const rows = await n8n.restart().then(async () => await statuses(n8n));
			report.push([lot + 1, phase, `${afterMs} ms`, describe(rows)]);
			console.log(`kill ${lot + 1} while ${phase}, after ${afterMs} ms: ${describe(rows)}`);
			if (phase === 'scheduling') await operate(n8n, 'schedule', REUSE, items(kept, at));
			if (lot === Math.floor(kills / 2)) {
				// The gateway goes and comes back, and has forgotten everything.
				earlier.push(...texted(sandbox));
				const port = Number(new URL(sandbox.origin).port);
				await sandbox.close();
				sandbox = await startSandbox({
					port,
					rateLimits: false,
					answerDelayMs: ANSWER_DELAY_MS,
					seed: seed + 1,
				});
			}
		}
		// What is scheduled last is due then, and the last dispatcher's lease is over.
		await wait(LEASE_MS);
		for (let runs = 0; runs < MAX_LAST_RUNS; runs++) {
			if ((await runTo(n8n, sendDue)).length === 0) break;
		}
		printTable(['kill', 'while', 'after', 'rows then'], report);
		return judge(await all(n8n), [...earlier, ...texted(sandbox)], wanted, Date.now() - began);
	} finally {
		await n8n.stop();
		await sandbox.close();
	}
}

interface Kill {
	readonly phase: Phase;
	readonly texts: readonly string[];
	/** For what is scheduled twice: the same time in both tries. */
	readonly at: string;
	readonly sendDue: string;
	readonly sandbox: Sandbox;
	readonly random: () => number;
}

const items = (texts: readonly string[], at: string): Json[] => texts.map((text) => item(text, at));

/** As a user sets it who runs a workflow again after a crash. */
const REUSE = { ...FROM_ITEM, options: { ifAlreadyScheduled: 'return' } };

/** The next moment that *Schedule* takes. */
const SOON = { ...FROM_ITEM, options: { ifTimePassed: 'sendEarliest' } };
const SOON_MS = 5_000;

/** Schedules a lot, and kills n8n in a certain phase of its way; how long after that began. */
async function killOnce(n8n: N8n, { phase, texts, at, sendDue, sandbox, random }: Kill) {
	const delay = (most: number) => Math.floor(random() * most);
	if (phase === 'scheduling') {
		const scheduling = await n8n.createWorkflow(operation('schedule', REUSE, items(texts, at)));
		const ms = delay(1_000);
		await start(n8n, scheduling);
		await wait(ms);
		await n8n.kill();
		return ms;
	}
	await operate(n8n, 'schedule', SOON, items(texts, new Date().toISOString()));
	if (phase === 'idle') {
		const ms = delay(1_000);
		await wait(ms);
		await n8n.kill();
		return ms;
	}
	// Whom the last kill left with the lease keeps this one from claiming anything.
	await wait(phase === 'claiming' ? LEASE_MS : SOON_MS);
	const requests = () => sandbox.requests(GATEWAY).length;
	const before = requests();
	const wantedRequests = 1 + delay(texts.length - 2);
	const from = Date.now();
	let started = from;
	await start(n8n, sendDue);
	const until = from + (phase === 'claiming' ? delay(200) : LEASE_MS + 10_000);
	while (Date.now() < until && (phase === 'claiming' || requests() - before < wantedRequests)) {
		await wait(1);
		if (requests() > before || Date.now() < started + RUN_AGAIN_MS) continue;
		started = Date.now();
		await start(n8n, sendDue);
	}
	if (phase === 'sending') await wait(delay(ANSWER_DELAY_MS * 2));
	await n8n.kill();
	return Date.now() - from;
}

const texted = (sandbox: Sandbox): string[] =>
	sandbox.messages(GATEWAY).map(({ text }) => String(text));

const all = async (n8n: N8n): Promise<Json[]> =>
	await operate(n8n, 'getAll', { ...IN_TABLE, returnAll: true });

const statuses = async (n8n: N8n) =>
	count((await all(n8n)).map(({ gatewayStatus }) => gatewayStatus));

const describe = (statusCounts: Map<unknown, number>): string =>
	[...statusCounts].map(([status, number]) => `${number} ${String(status)}`).join(', ') || 'none';

function judge(rows: Json[], sent: string[], wanted: string[], ms: number): boolean {
	const inTable = count(rows.map(({ text }) => String(text)));
	const atGateway = count(sent);
	const unconfirmed = rows
		.filter(({ status }) => status === 'unconfirmed')
		.map(({ text }) => String(text));
	const lost = wanted.filter(
		(text) => !inTable.has(text) || (!atGateway.has(text) && !unconfirmed.includes(text)),
	);
	const twice = [...atGateway].filter(([, times]) => times > 1);
	const doubled = [...inTable].filter(([, times]) => times > 1);
	const told = rows.filter(({ messageId }) => messageId !== null).map(({ text }) => String(text));
	const untrue = told.filter((text) => !atGateway.has(text));
	const open = rows.filter(
		({ messageId, status }) => messageId === null && status !== 'unconfirmed',
	);
	printTable(
		[
			'messages',
			'sent',
			'unconfirmed',
			'of these at the gateway',
			'lost',
			'twice',
			'two rows',
			'time',
		],
		[
			[
				wanted.length,
				told.length,
				unconfirmed.length,
				unconfirmed.filter((text) => atGateway.has(text)).length,
				lost.length,
				twice.length,
				doubled.length,
				seconds(ms),
			],
		],
	);
	for (const [what, list] of Object.entries({ lost, twice, doubled, untrue, open })) {
		if (list.length > 0) console.log(`${what}: ${JSON.stringify(list.slice(0, 5))}`);
	}
	return [lost, twice, doubled, untrue, open].every(({ length }) => length === 0);
}
