import { median } from '../../bench/measure.mts';
import { settingsOf } from '../../harness/settings.mts';
import { ensureTable } from '../../harness/tables.mts';
import { startSandbox } from '../../sandbox/index.mts';
import { printTable } from '../figures.mts';
import { addCredential, fill, operation, raise, row, runTimed } from './harness.mts';

/** How many due messages *Send Due* hands over from a Data Table in a second: medians of some runs. */
export async function checkSpeed(options: {
	readonly due?: string;
	readonly runs?: string;
	/** *Max Parallel Requests*, each measured. */
	readonly 'at-once'?: string;
	readonly env?: string[];
}): Promise<boolean> {
	const due = Number(options.due ?? 1_000);
	const runs = Number(options.runs ?? 3);
	const eachOf = (options['at-once'] ?? '5,10,20,50').split(',').map(Number);
	const sandbox = await startSandbox({ rateLimits: false });
	const n8n = await raise({ env: settingsOf(options.env) });
	const results: unknown[][] = [];
	let isProved = true;
	try {
		await addCredential(n8n, sandbox);
		await ensureTable(n8n);
		for (const maxParallel of eachOf) {
			const id = await n8n.createWorkflow(
				operation('sendDue', { options: { maxParallel, runForAtMost: 600 } }),
			);
			const rates: number[] = [];
			for (let run = 0; run < runs; run++) {
				const rows = Array.from({ length: due }, (_, index) =>
					row(
						sandbox.accounts.whapi.channelId,
						`${maxParallel}/${run}/${index}`,
						Date.now() - 1_000,
					),
				);
				await fill(n8n, rows);
				const { items, ms } = await runTimed(n8n, id);
				const sent = items.filter(({ messageId }) => typeof messageId === 'string').length;
				isProved &&= sent === due;
				rates.push((sent / ms) * 1_000);
			}
			const all = rates.map((rate) => rate.toFixed(1)).join(', ');
			results.push([maxParallel, median(rates).toFixed(1), all]);
			console.log(results[results.length - 1].join(' | '));
		}
	} finally {
		await n8n.stop();
		await sandbox.close();
	}
	printTable(['Max Parallel Requests', 'messages per second, median', 'each run'], results);
	return isProved;
}
