import { setTimeout as sleep } from 'node:timers/promises';

import type { N8n } from '../harness/n8n.mts';
import type { BenchOptions } from './cli.mts';
import { alternate, median } from './measure.mts';
import { processorTimeOf } from './process.mts';
import { digits, table } from './report.mts';
import { send, type Webhook } from './requests.mts';

const CONNECTIONS = 16;

/** One kind of webhook at one kind of workflow. */
export interface Contestant {
	readonly label: string;
	readonly workflowId: string;
	/** How many a round. */
	readonly count: number;
	/** Whether each webhook starts a run. */
	readonly starts: boolean;
	readonly webhook: (index: number) => Webhook;
}

/**
 * Sends a burst of webhooks to each contestant in turn, round after round: a table beside the first of them,
 * and how it came about, in Markdown.
 */
export async function compare(
	n8n: N8n,
	contestants: readonly Contestant[],
	{ rounds = 3, quick, say }: Pick<BenchOptions, 'rounds' | 'quick' | 'say'>,
): Promise<string[]> {
	const run = async ({ label, workflowId, count, starts, webhook }: Contestant) => {
		const before = await executionsOf(n8n, workflowId);
		const used = processorTimeOf(n8n.pid);
		const burst = await send(count, CONNECTIONS, webhook);
		await untilIdle(n8n);
		const cpu = (processorTimeOf(n8n.pid) - used) / count;
		const begun = (await executionsOf(n8n, workflowId)) - before;
		if (begun !== (starts ? count : 0)) {
			throw new Error(`${label}: ${begun} runs of ${count} webhooks ${JSON.stringify(burst)}`);
		}
		say(
			`${label}: ${digits(burst.perSecond)} a second, p99 ${digits(burst.p99)} ms, processor ${digits(cpu)} ms`,
		);
		return { ...burst, cpu };
	};
	for (const contestant of contestants) {
		await run({ ...contestant, count: Math.ceil(contestant.count / 5) });
	}
	const results = await alternate(
		quick ? 1 : rounds,
		contestants.map((contestant) => async () => await run(contestant)),
	);
	const [plain] = results;
	const rows = contestants.map(({ label, count }, index) => {
		const bursts = results[index];
		const ratio = median(bursts.map(({ perSecond }, round) => perSecond / plain[round].perSecond));
		return [
			label,
			String(count),
			digits(median(bursts.map(({ perSecond }) => perSecond))),
			digits(ratio),
			`${digits(median(bursts.map(({ p99 }) => p99)))} ms`,
			`${digits(median(bursts.map(({ cpu }) => cpu)))} ms`,
		];
	});
	return [
		table(
			['', 'webhooks per round', 'per second', '× plain Webhook', 'p99', 'processor time each'],
			rows,
		),
		`${CONNECTIONS} connections, median of ${quick ? 1 : rounds} alternating rounds (ratios: round by round). The number of runs is checked in each round: one for each webhook that starts one, none for the others.`,
	];
}

const executionsOf = async (n8n: N8n, workflowId: string): Promise<number> =>
	await countOf(n8n, { workflowId });

/** What was started has to end before the next contestant's turn. */
export async function untilIdle(n8n: N8n): Promise<void> {
	do await sleep(200);
	while ((await countOf(n8n, { status: ['new', 'running'] })) > 0);
}

async function countOf(n8n: N8n, filter: object): Promise<number> {
	const page = await n8n.request<{ count: number }>('GET', '/executions', undefined, {
		filter: JSON.stringify(filter),
		limit: 1,
	});
	return page.count;
}
