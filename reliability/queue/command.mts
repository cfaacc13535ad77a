import { buildPackage } from '../../harness/package.mts';
import { missingForQueueMode, startQueueMode } from '../../harness/queue.mts';
import { startSandbox } from '../../sandbox/index.mts';
import type { Options } from '../cli.mts';
import { isExact, printWebhooks, runWebhooks, type WebhooksResult } from './webhooks.mts';
import { isRight, printDispatchers, runDispatchers } from '../table/dispatchers.mts';

/** What share of the webhooks is posted each way: only of the first is it promised that none is told twice. */
const ROUTINGS = [
	['by address', 1],
	['in turn', 0.25],
] as const;

/**
 * The proof of n8n's queue mode: PostgreSQL, Redis, one main process, two workers and two webhook
 * processors on this machine.
 */
export async function checkQueue({ messages, webhooks, seed }: Options): Promise<boolean> {
	const missing = missingForQueueMode();
	if (missing.length > 0) throw new Error(missing.join('\n'));
	const sandbox = await startSandbox({ rateLimits: false });
	const queue = await startQueueMode({ tarball: await buildPackage() });
	try {
		const due = await runDispatchers(queue.n8n, sandbox, Number(messages ?? 2_000));
		printDispatchers(due);
		const results: WebhooksResult[] = [];
		for (const [routing, share] of ROUTINGS) {
			const result = await runWebhooks(queue, sandbox, {
				webhooks: Math.round(Number(webhooks ?? 2_000) * share),
				routing,
				removeDuplicates: routing === 'in turn',
				seed: Number(seed ?? 1),
			});
			results.push(result);
			printWebhooks([result]);
		}
		return isRight(due) && results.every(isExact);
	} finally {
		await queue.close();
		await sandbox.close();
	}
}
