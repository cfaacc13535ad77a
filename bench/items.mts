import type { BenchOptions } from './cli.mts';
import { alternate, median } from './measure.mts';
import { forgetPeak, memoryOf, peakOf } from './process.mts';
import { digits, surroundings, table, type Report } from './report.mts';
import { measure, startEnvironment } from './environment.mts';
import { withMessageScheduler } from './workflows.mts';

const PARALLEL = 20;

/** From few items to many through the node: what each costs, in time and memory. */
export async function items(options: BenchOptions): Promise<Report> {
	const { rounds = 3, quick, say } = options;
	const counts = quick ? [10, 100] : [10, 100, 1_000, 10_000];
	const environment = await startEnvironment(options, 0);
	const { n8n } = environment;
	try {
		const ids: string[] = [];
		for (const count of counts) {
			ids.push(await n8n.createWorkflow(withMessageScheduler(count, PARALLEL)));
		}
		const run = async (index: number) => {
			forgetPeak(n8n.pid);
			const before = memoryOf(n8n.pid);
			const { ms } = await measure(environment, ids[index], counts[index]);
			say(`${counts[index]} items: ${ms} ms`);
			return { ms, grown: peakOf(n8n.pid) - before };
		};
		for (const index of counts.keys()) if (counts[index] <= 1_000) await run(index);
		const results = await alternate(
			quick ? 1 : rounds,
			counts.map((_, index) => async () => await run(index)),
		);
		await n8n.restart();
		const last = counts.length - 1;
		const { grown } = await run(last);
		const rows = counts.map((count, index) => {
			const ms = median(results[index].map((result) => result.ms));
			return [count.toLocaleString('en'), `${digits(ms / 1000)} s`, `${digits(ms / count)} ms`];
		});
		return {
			name: 'items',
			sections: [
				`Schedule, Max Parallel ${PARALLEL}, 0 ms per response, on the real n8n.`,
				table(['items', 'wall time of the node', 'per item'], rows),
				`Memory: ${digits((grown * 1000) / counts[last])} kB per item held, n8n's own copies and the saved execution included (growth of a fresh process over ${counts[last].toLocaleString('en')} items).`,
				surroundings(n8n.version, options.env),
			],
		};
	} finally {
		await environment.close();
	}
}
