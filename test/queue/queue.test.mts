/**
 * n8n's queue mode on this machine: PostgreSQL, Redis, a main process, two workers and two webhook
 * processors. The full counts are those of `npm run reliability queue`.
 */
import { gateways } from '../../gateways/registry';
import { isExact, runWebhooks } from '../../reliability/queue/webhooks.mts';
import { isRight, runDispatchers } from '../../reliability/table/dispatchers.mts';
import { buildPackage } from '../../harness/package.mts';
import { startQueueMode, type QueueMode } from '../../harness/queue.mts';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { credentialFor } from '../e2e/environment.mts';
import { expectAllOperations } from '../e2e/tableOperations.mts';

const MINUTE = 60_000;
/** For one execution: on a busy machine, seven processes of n8n share what there is. */
const PATIENCE_MS = 2 * MINUTE;

let queue: QueueMode;
let sandbox: Sandbox;
/** By process: how many executions it says that it has finished. */
const finished = new Map<string, number>();

beforeAll(async () => {
	sandbox = await startSandbox({ clockFactor: 600, rateLimits: false });
	queue = await startQueueMode({
		tarball: await buildPackage(),
		onLog: (line) => {
			const [, worker] = /^(worker \d+): .*finished execution/i.exec(line) ?? [];
			if (worker !== undefined) finished.set(worker, (finished.get(worker) ?? 0) + 1);
		},
	});
	for (const { id } of gateways) {
		await queue.n8n.createCredential(id, 'messageGatewayApi', credentialFor(sandbox, id));
	}
}, 10 * MINUTE);

afterAll(async () => {
	await queue?.close();
	await sandbox?.close();
}, MINUTE);

describe.each(gateways.map(({ id }) => id))('held in n8n on PostgreSQL for %s', (gateway) => {
	it(
		'schedules, lists, reads, moves, cancels, and sends what is due, once',
		async () => await expectAllOperations({ n8n: queue.n8n, sandbox }, gateway, PATIENCE_MS),
		10 * MINUTE,
	);
});

it(
	'sends what is due once, whichever worker a dispatcher runs on',
	async () => {
		const result = await runDispatchers(queue.n8n, sandbox, 120);
		expect(result).toMatchObject({ due: 120, sent: 120, lost: 0, sentTwice: 0, toldTwice: 0 });
		expect(isRight(result)).toBe(true);
	},
	10 * MINUTE,
);

it(
	'tells each status once where all webhooks of an address reach the same processor',
	async () => {
		const result = await runWebhooks(queue, sandbox, {
			webhooks: 60,
			routing: 'by address',
			timeoutMs: 5 * MINUTE,
		});
		expect(result).toMatchObject({ refused: 0, failedExecutions: 0, lost: 0, twiceByTrigger: 0 });
		expect(isExact(result)).toBe(true);
	},
	10 * MINUTE,
);

it(
	'loses no status where webhooks reach any processor',
	async () => {
		const result = await runWebhooks(queue, sandbox, {
			webhooks: 40,
			routing: 'in turn',
			timeoutMs: 5 * MINUTE,
		});
		expect(result).toMatchObject({ refused: 0, failedExecutions: 0, lost: 0 });
	},
	10 * MINUTE,
);

it('ran on both workers', () => {
	expect([...finished.keys()].sort()).toEqual(['worker 1', 'worker 2']);
});
