import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { output } from '../../harness/client.mts';
import { holds } from '../../reliability/figures.mts';
import { isRight, runMessages } from '../../reliability/messages/run.mts';
import { raiseTarget, runWebhooks, TRUSTED } from '../../reliability/webhooks/run.mts';
import { acrossRestart, equalAtOnce } from '../../reliability/webhooks/command.mts';
import {
	credentialFor,
	inSeconds,
	oneNode,
	startEnvironment,
	until,
	type Environment,
} from './environment.mts';

/** A small seeded sample of the proofs of docs/reliability.md. */
let environment: Environment;

beforeAll(async () => {
	environment = await startEnvironment();
	await environment.n8n.createCredential(
		'Gateway',
		'messageGatewayApi',
		credentialFor(environment.sandbox, 'chatWhatsApp'),
	);
}, 300_000);

afterAll(async () => await environment?.close(), 60_000);

it.each(['chatWhatsApp', 'hypersenderSms'] as const)(
	'schedules each message exactly once at %s, and tells each status once, whatever fails',
	async (gateway) => {
		const result = await runMessages({
			n8n: environment.n8n,
			gateway,
			operation: 'schedule',
			messages: gateway === 'chatWhatsApp' ? 30 : 12,
			seed: 4,
			withStatuses: true,
		});
		expect(result).toMatchObject({ ended: 'success', openItems: 0 });
		expect(result).toMatchObject({ messages: { missing: [], duplicates: [], unexpected: [] } });
		expect(isRight(result)).toBe(true);
		expect(result.faults.dropResponse).toBeGreaterThan(0);
	},
	120_000,
);

it('sends no message twice, and says of which nobody knows', async () => {
	const result = await runMessages({
		n8n: environment.n8n,
		gateway: 'chatWhatsApp',
		operation: 'send',
		messages: 30,
		seed: 5,
		withStatuses: false,
	});
	expect(result.messages).toMatchObject({ duplicates: [], unexpected: [] });
	expect(result.wrongItems).toEqual([]);
	expect(result.openItems).toBeGreaterThan(0);
	expect(result.messages.missing.length).toBeLessThan(result.openItems);
}, 120_000);

describe.each([false, true])('retried from the failed node, loadWorkflow %s', (loadWorkflow) => {
	const text = `retried, loadWorkflow ${loadWorkflow}`;
	const there = () =>
		environment.sandbox.messages('chatWhatsApp').filter((message) => message.text === text);

	it('schedules what is left, and nothing twice', async () => {
		const { n8n, sandbox } = environment;
		const items = Array.from({ length: 8 }, (_, index) => ({
			to: `+9199880066${10 + index}`,
			at: inSeconds(40_000),
		}));
		// Twice the same: both are wanted.
		items[4] = items[3];
		const id = await n8n.createWorkflow(
			oneNode(
				'Gateway',
				{
					recipient: '={{ $json.to }}',
					text,
					sendAt: '={{ $json.at }}',
					options: { maxParallel: 1 },
				},
				{ items },
			),
		);
		// The answer to the fifth is lost, and so is every look at what became of it.
		sandbox.faults.add({ kind: 'status', status: 502, method: 'GET' });
		sandbox.faults.add({ kind: 'delay', ms: 200, method: 'POST' });
		const running = n8n.runManually(id, { timeoutMs: 60_000 });
		await until(there, ({ length }) => length === 4);
		sandbox.faults.add({ kind: 'dropResponse', method: 'POST', times: 1 });
		const failed = await running;
		sandbox.faults.clear();
		expect(failed.status).toBe('error');
		expect(failed.error?.message).toMatch(
			/^Item \d+ of \d+ \(\+\d+\): It is unknown whether the message was scheduled/,
		);
		expect(there()).toHaveLength(5);

		await n8n.request('POST', `/executions/${failed.id}/retry`, { loadWorkflow });
		const [retried] = await n8n.executions(id);
		const execution = await n8n.waitForExecution(retried.id);
		expect(execution).toMatchObject({ status: 'success', mode: 'retry' });
		const ids = output(execution, 'Message Scheduler').map(({ scheduleId }) => scheduleId);
		expect(new Set(ids).size).toBe(items.length);
		expect(
			there()
				.map(({ scheduleId }) => scheduleId)
				.sort(),
		).toEqual([...ids].sort());
	}, 120_000);
});

it('tells exactly the trusted statuses, each once, with duplicates, late and forged ones between', async () => {
	const { n8n, sandbox } = environment;
	const result = await runWebhooks({ n8n, sandbox, count: 60, seed: 6, parallel: 20 });
	expect(result.told).toEqual({ missing: [], duplicates: [], unexpected: [] });
	expect(Object.keys(result.answers)).toEqual(['200']);
	expect(Object.keys(result.forgedAnswers)).toEqual(['401']);
	expect(result.executions).toBe(result.expected);
}, 120_000);

it('makes one item of 50 equal deliveries in the same moment', async () => {
	expect(await equalAtOnce(environment.n8n, environment.sandbox, 50)).toBe(1);
}, 60_000);

it('tells a status once although the gateway hung up before it was answered', async () => {
	const { n8n, sandbox } = environment;
	const target = await raiseTarget(n8n, sandbox, 'hung up');
	const body = JSON.stringify(target.body('hung-up', 'sent'));
	const url = new URL(await n8n.productionWebhookUrl(target.workflow, 'Status'));
	const headers = {
		...TRUSTED,
		'content-type': 'application/json',
		'content-length': Buffer.byteLength(body),
	};
	const impatient = request(url, { method: 'POST', headers, agent: false });
	impatient.on('error', () => {});
	impatient.end(body);
	await holds(async () => (await target.count()) === 1, 1);
	impatient.destroy();
	await sleep(1_500);
	expect((await target.post(target.body('hung-up', 'sent'))).status).toBe(200);
	await sleep(500);
	const { keys } = await target.told();
	expect(keys).toEqual(['hung-up sent']);
}, 60_000);

it('tells a status once although n8n was restarted before it came again', async () => {
	expect(await acrossRestart(environment.n8n, environment.sandbox, 12)).toBe(12);
}, 120_000);
