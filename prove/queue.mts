/**
 * The full proof of n8n's queue mode: PostgreSQL, Redis, one main process, two workers and two webhook
 * processors on this machine.
 *
 *   npx tsx prove/queue.mts [--webhooks 2000] [--messages 2000] [--seed 1]
 */
import { parseArgs } from 'node:util';
import pc from 'picocolors';

import { buildPackage } from '../rig/package.mts';
import { missingForQueueMode, startQueueMode } from '../rig/queue.mts';
import { startSandbox } from '../sandbox/index.mts';
import { printTable, seconds } from './figures.mts';
import { runWebhooks } from './queueRuns.mts';
import { isRight, printDispatchers, runDispatchers } from './tableDispatchers.mts';

const { values } = parseArgs({
	options: {
		webhooks: { type: 'string' },
		messages: { type: 'string' },
		seed: { type: 'string' },
	},
});

async function prove(): Promise<boolean> {
	const sandbox = await startSandbox({ rateLimits: false });
	const queue = await startQueueMode({ tarball: await buildPackage() });
	try {
		const due = await runDispatchers(queue.n8n, sandbox, Number(values.messages ?? 2_000));
		printDispatchers(due);
		const webhooks = await runWebhooks(
			queue,
			sandbox,
			Number(values.webhooks ?? 2_000),
			Number(values.seed ?? 1),
		);
		printTable(Object.keys(webhooks), [Object.values({ ...webhooks, ms: seconds(webhooks.ms) })]);
		const { refused, failedExecutions, lost, lostAfterNode } = webhooks;
		return isRight(due) && [refused, failedExecutions, lost, lostAfterNode].every((n) => n === 0);
	} finally {
		await queue.close();
		await sandbox.close();
	}
}

const missing = missingForQueueMode();
if (missing.length > 0) {
	console.error(missing.join('\n'));
	process.exitCode = 2;
} else {
	const isProved = await prove();
	console.log(isProved ? pc.green('queue: proved') : pc.red('queue: NOT proved'));
	process.exitCode = isProved ? 0 : 1;
}
