import { Agent } from 'node:http';
import { randomUUID } from 'node:crypto';
import axios from 'axios';
import { startN8n, type N8n } from '../../harness/n8n.mts';
import { buildPackage } from '../../harness/package.mts';
import { settingsOf } from '../../harness/settings.mts';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { countExecutions } from '../executions.mts';
import { mapInParallel } from '../../nodes/MessageScheduler/parallel.ts';
import { holds, printTable, seconds } from '../figures.mts';
import { raiseTarget, runWebhooks, type WebhookResult } from './run.mts';

const PARALLEL = 20;

/** As many webhooks as n8n takes, equal ones in the same moment, and some on both sides of a restart. */
export async function checkWebhooks(options: {
	count?: string;
	seed?: string;
	env?: string[];
}): Promise<boolean> {
	const sandbox = await startSandbox({ rateLimits: false });
	const n8n = await startN8n({
		tarball: await buildPackage(),
		env: { EXECUTIONS_DATA_PRUNE: 'false', ...settingsOf(options.env) },
	});
	try {
		const bare = await bareRate(n8n, 500);
		const result = await runWebhooks({
			n8n,
			sandbox,
			count: Number(options.count ?? 10_000),
			seed: Number(options.seed ?? Date.now() % 1_000_000),
			parallel: PARALLEL,
		});
		report(result, bare);
		const once = await equalAtOnce(n8n, sandbox, 50);
		console.log(`50 equal deliveries at once: ${once} item`);
		const again = await acrossRestart(n8n, sandbox, 100);
		console.log(`100 deliveries, a restart of n8n, the same 100 again: ${again} items`);
		return isRight(result) && once === 1 && again === 100;
	} finally {
		await n8n.stop();
		await sandbox.close();
	}
}

const isRight = ({ told, answers, forgedAnswers, executions, expected, ...rest }: WebhookResult) =>
	[told.missing, told.duplicates, told.unexpected].every((list) => list.length === 0) &&
	Object.keys(answers).every((status) => status === '200') &&
	Object.keys(forgedAnswers).every((status) => status === '401') &&
	executions === expected &&
	rest.failedExecutions === 0;

/** Items that come of the same delivery, many times in the same moment. */
export async function equalAtOnce(n8n: N8n, sandbox: Sandbox, times: number): Promise<number> {
	const target = await raiseTarget(n8n, sandbox, `equal ${randomUUID()}`);
	const body = target.body('equal', 'sent');
	await Promise.all(Array.from({ length: times }, async () => await target.post(body)));
	// One that was told twice would show a little later.
	await holds(async () => (await target.count()) > 1, 2000);
	const { keys } = await target.told();
	await n8n.deactivate(target.workflow);
	return keys.length;
}

/** Items that come of deliveries, many under way at once, which all come again after a restart. */
export async function acrossRestart(n8n: N8n, sandbox: Sandbox, count: number): Promise<number> {
	const target = await raiseTarget(n8n, sandbox, `restart ${randomUUID()}`);
	const bodies = Array.from({ length: count }, (_, index) => target.body(`r${index}`, 'sent'));
	const deliverAll = async () =>
		await mapInParallel(bodies, PARALLEL, async (body) => await target.post(body));
	await deliverAll();
	await holds(async () => (await target.count()) >= count, 60_000);
	await n8n.restart();
	await deliverAll();
	await holds(async () => (await target.count()) > count, 2000);
	const { keys } = await target.told();
	await n8n.deactivate(target.workflow);
	return keys.length;
}

/** Webhooks a second of n8n's own Webhook node, which looks at nothing: what the machine can do. */
async function bareRate(n8n: N8n, count: number): Promise<number> {
	const path = randomUUID();
	const workflow = await n8n.createWorkflow({
		nodes: [
			{
				name: 'Webhook',
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				parameters: { httpMethod: 'POST', path, responseMode: 'onReceived' },
			},
		],
		connections: {},
	});
	await n8n.activate(workflow);
	const httpAgent = new Agent();
	const began = Date.now();
	await mapInParallel(Array.from({ length: count }), PARALLEL, async (_, index) =>
		axios.post(`${n8n.url}webhook/${path}`, { index }, { httpAgent, proxy: false }),
	);
	const ms = Date.now() - began;
	await holds(async () => (await countExecutions(n8n, workflow)) >= count, 60_000);
	await n8n.deactivate(workflow);
	return (count / ms) * 1000;
}

function report(result: WebhookResult, bare: number): void {
	const { deliveries, repeated, late, forged, told, expected, executions, ms } = result;
	printTable(
		[
			'webhooks',
			'repeated',
			'late',
			'forged',
			'to be told',
			'executions',
			'missing',
			'duplicates',
			'unexpected',
		],
		[
			[
				deliveries,
				repeated,
				late,
				forged,
				expected,
				executions,
				told.missing.length,
				told.duplicates.length,
				told.unexpected.length,
			],
		],
	);
	for (const key of [...told.missing, ...told.duplicates, ...told.unexpected].slice(0, 10)) {
		console.log(`    ${key}`);
	}
	console.log(
		`answers ${JSON.stringify(result.answers)}, to forged ones ${JSON.stringify(result.forgedAnswers)}`,
	);
	console.log(
		`${(deliveries / (ms / 1000)).toFixed(1)} webhooks a second (${seconds(ms)}); n8n's own Webhook node here: ${bare.toFixed(1)}`,
	);
}
