import type { WorkflowJson } from '../harness/client.mts';
import type { BenchOptions } from './cli.mts';
import { alternate, median } from './measure.mts';
import { forgetPeak, memoryOf, peakOf, processorTimeOf } from './process.mts';
import { digits, surroundings, table, type Report } from './report.mts';
import { measure, startEnvironment, type Environment } from './environment.mts';
import {
	withExpressionsOnly,
	withHttpRequest,
	withLoop,
	withMessageScheduler,
} from './workflows.mts';

interface Contestant {
	readonly label: string;
	readonly count: number;
	/** How many requests it makes; one a message unless it says otherwise. */
	readonly requests?: number;
	/** Requests at once, as far as the contestant bounds them. */
	readonly parallel: number | null;
	readonly workflow: (environment: Environment) => WorkflowJson;
}

const PARALLEL = [5, 20, 50];

const ours = (count: number, parallel: number): Contestant => ({
	label: `Message Scheduler, Max Parallel ${parallel}`,
	count,
	parallel,
	workflow: () => withMessageScheduler(count, parallel),
});

/** The HTTP Request node waits between starting its batches, not for them to end. */
const inBatches = (count: number, parallel: number, delayMs: number): Contestant => {
	const batchInterval = Math.max(1, delayMs);
	return {
		label: `HTTP Request, batches of ${parallel} every ${batchInterval} ms`,
		count,
		parallel,
		workflow: ({ gateway }) =>
			withHttpRequest(count, gateway, { batchSize: parallel, batchInterval }),
	};
};

/** No node can be faster than this: n8n evaluates what stands in the node's fields for each item. */
const expressionsOnly = (count: number): Contestant => ({
	label: 'Edit Fields, the same three expressions, no request',
	count,
	requests: 0,
	parallel: null,
	workflow: () => withExpressionsOnly(count),
});

const atOnce = (count: number): Contestant => ({
	label: 'HTTP Request, all at once',
	count,
	parallel: null,
	workflow: ({ gateway }) => withHttpRequest(count, gateway),
});

const oneByOne = (count: number): Contestant => ({
	label: 'HTTP Request in a loop, one at a time',
	count,
	parallel: 1,
	workflow: ({ gateway }) => withLoop(count, gateway),
});

/** Scheduling many messages, beside the HTTP Request node with the same POST. */
export async function schedule(options: BenchOptions): Promise<Report> {
	const sections: string[] = [];
	let version = '';
	for (const delayMs of [0, 50]) {
		const environment = await startEnvironment(options, delayMs);
		version = environment.n8n.version;
		try {
			sections.push(await beside(environment, delayMs, options));
		} finally {
			await environment.close();
		}
	}
	sections.push(surroundings(version, options.env));
	return { name: 'schedule', sections };
}

async function beside(
	environment: Environment,
	delayMs: number,
	{ rounds = 3, quick, say }: BenchOptions,
): Promise<string> {
	const count = quick ? 100 : 1_000;
	const expressions = expressionsOnly(count);
	const contestants = [
		...PARALLEL.map((parallel) => ours(count, parallel)),
		atOnce(count),
		...PARALLEL.map((parallel) => inBatches(count, parallel, delayMs)),
		expressions,
	];
	// A fraction of the others' messages: it takes long enough.
	const slow = oneByOne(count / 10);
	const ids = new Map<Contestant, string>();
	for (const contestant of [...contestants, slow]) {
		ids.set(contestant, await environment.n8n.createWorkflow(contestant.workflow(environment)));
	}
	const run = async (contestant: Contestant) => {
		const { pid } = environment.n8n;
		const before = memoryOf(pid);
		forgetPeak(pid);
		const used = processorTimeOf(pid);
		const measured = await measure(
			environment,
			ids.get(contestant) ?? '',
			contestant.count,
			contestant.requests,
		);
		const grown = peakOf(pid) - before;
		const cpu = processorTimeOf(pid) - used;
		say(
			`${delayMs} ms · ${contestant.label}: ${measured.ms} ms, ${measured.inFlight} in flight, ${measured.connections} connections`,
		);
		return { ...measured, grown, cpu };
	};

	// n8n compiles what it runs for the first time.
	for (const contestant of [contestants[0], contestants[3]]) await run(contestant);
	const results = await alternate(
		quick ? 1 : rounds,
		contestants.map((contestant) => async () => await run(contestant)),
	);
	const loop = await run(slow);

	const memory = new Map<Contestant, number>();
	for (const contestant of quick || delayMs === 0 ? [] : [contestants[1], contestants[3]]) {
		// A process of its own: what one run has grown another would not have to.
		await environment.n8n.restart();
		memory.set(contestant, (await run(contestant)).grown);
	}

	const times = results.map((rounds) => median(rounds.map((result) => result.ms)));
	const floor = times[contestants.indexOf(expressions)];
	const rows = contestants.map((contestant, index) => {
		const ms = times[index];
		const { parallel } = contestant;
		const bound = parallel === null || delayMs === 0 ? null : (count / parallel) * delayMs;
		const grown = memory.get(contestant);
		return [
			contestant.label,
			`${digits(ms / 1000)} s`,
			`${digits(median(results[index].map(({ cpu }) => cpu)) / 1000)} s`,
			bound === null ? '–' : digits(ms / bound),
			bound === null ? '–' : digits(ms / (bound + floor)),
			String(Math.max(...results[index].map(({ inFlight }) => inFlight))),
			String(Math.max(...results[index].map(({ connections }) => connections))),
			grown === undefined ? '–' : `${digits(grown)} MB`,
		];
	});
	const scaled = (loop.ms * count) / slow.count;
	rows.push([
		`${slow.label} (${slow.count} messages, scaled)`,
		`${digits(scaled / 1000)} s`,
		`${digits((loop.cpu * count) / slow.count / 1000)} s`,
		delayMs === 0 ? '–' : digits(scaled / (count * delayMs)),
		delayMs === 0 ? '–' : digits(scaled / (count * delayMs + floor)),
		String(loop.inFlight),
		String(loop.connections),
		'–',
	]);
	return [
		`### ${count.toLocaleString('en')} messages, ${delayMs} ms per response (median of ${quick ? 1 : rounds} rounds)`,
		table(
			[
				'',
				'wall time',
				'processor',
				'× lower bound',
				'× lower bound incl. expressions',
				'peak in flight',
				'connections',
				'memory grown',
			],
			rows,
		),
	].join('\n\n');
}
