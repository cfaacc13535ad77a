import { writeFileSync } from 'node:fs';
import { median } from '../../bench/measure.mts';
import { buildPackage } from '../../harness/package.mts';
import { startN8n } from '../../harness/n8n.mts';
import { settingsOf } from '../../harness/settings.mts';
import { mapInParallel } from '../../nodes/MessageScheduler/parallel.ts';
import { printTable, seconds } from '../figures.mts';
import {
	isRight,
	runMessages,
	type MessageResult,
	type MessageRun,
	type ProvenGateway,
} from './run.mts';

export interface MessagesOptions {
	runs?: string;
	messages?: string;
	seed?: string;
	'at-once'?: string;
	gateway?: string;
	operation?: string;
	/** In how many of the runs the messages also become due; in all if not given. */
	statuses?: string;
	release?: string;
	env?: string[];
}

/** Many runs with different seeds on one n8n, and the sum of them. */
export async function checkMessages(options: MessagesOptions): Promise<boolean> {
	const runs = Number(options.runs ?? 20);
	const firstSeed = Number(options.seed ?? Date.now() % 1_000_000);
	const operation = (options.operation ?? 'schedule') as MessageRun['operation'];
	const n8n = await startN8n({
		tarball: await buildPackage(),
		release: options.release,
		// 20 × 1,000 executions, and each is looked into.
		env: {
			EXECUTIONS_DATA_PRUNE: 'false',
			NODE_OPTIONS: '--max-old-space-size=4096',
			...settingsOf(options.env),
		},
	});
	const began = Date.now();
	try {
		const seeds = Array.from({ length: runs }, (_, index) => firstSeed + index * 100);
		const results = await mapInParallel(
			seeds,
			Number(options['at-once'] ?? 4),
			async (seed, index) => {
				const result = await runMessages({
					n8n,
					seed,
					operation,
					gateway: (options.gateway ?? 'chatWhatsApp') as ProvenGateway,
					messages: Number(options.messages ?? 1000),
					withStatuses: operation === 'schedule' && index < Number(options.statuses ?? runs),
				});
				report(result);
				return result;
			},
		);
		summarize(results, operation, Number(options.messages ?? 1000), Date.now() - began);
		const mayFail = operation === 'send';
		return results.every(
			(result) => isProved(result, mayFail) && (mayFail || result.ended === 'success'),
		);
	} finally {
		if (process.env.RELIABILITY_LOG) writeFileSync(process.env.RELIABILITY_LOG, n8n.log.join('\n'));
		await n8n.stop();
	}
}

/** What is sent at once may be missing where nobody knows, and the output says so of each. */
const isProved = (result: MessageResult, mayBeOpen: boolean): boolean =>
	mayBeOpen
		? result.messages.duplicates.length === 0 &&
			result.messages.unexpected.length === 0 &&
			result.wrongItems.length === 0 &&
			result.messages.missing.length <= result.openItems
		: isRight(result);

function report(result: MessageResult): void {
	const { seed, ended, messages, wrongItems, openItems, requests, faults, scheduleMs } = result;
	const { statuses } = result;
	console.log(
		`seed ${seed}: ${ended}; missing ${messages.missing.length}, duplicates ${messages.duplicates.length}, unexpected ${messages.unexpected.length}, wrong items ${wrongItems.length}, open ${openItems}; ${requests} requests in ${seconds(scheduleMs)}; faults ${JSON.stringify(faults)}`,
	);
	for (const line of [...messages.duplicates, ...messages.unexpected, ...wrongItems].slice(0, 5)) {
		console.log(`    ${line}`);
	}
	if (statuses === null) return;
	console.log(
		`    statuses: missing ${statuses.missing.length}, duplicates ${statuses.duplicates.length}, unexpected ${statuses.unexpected.length}; ${statuses.webhooks} webhooks ${JSON.stringify(statuses.answers)} in ${seconds(statuses.ms)}, ${statuses.executions} executions, ${statuses.failedExecutions} failed`,
	);
}

function summarize(
	results: readonly MessageResult[],
	operation: string,
	messages: number,
	ms: number,
): void {
	const sum = (pick: (result: MessageResult) => number) =>
		results.reduce((total, result) => total + pick(result), 0);
	const strikes = sum(({ faults }) => Object.values(faults).reduce((a, b) => a + b, 0));
	printTable(
		[
			'runs',
			'messages',
			'requests',
			'faults',
			'missing',
			'duplicates',
			'wrong',
			'open',
			'median',
			'all',
		],
		[
			[
				results.length,
				results.length * messages,
				sum(({ requests }) => requests),
				strikes,
				sum((result) => result.messages.missing.length),
				sum((result) => result.messages.duplicates.length + result.messages.unexpected.length),
				sum(({ wrongItems }) => wrongItems.length),
				sum(({ openItems }) => openItems),
				seconds(median(results.map(({ scheduleMs }) => scheduleMs))),
				seconds(ms),
			],
		],
	);
	if (operation !== 'schedule') return;
	printTable(
		['webhooks', 'statuses told', 'missing', 'duplicates', 'unexpected'],
		[
			[
				sum(({ statuses }) => statuses?.webhooks ?? 0),
				sum(({ statuses }) => statuses?.executions ?? 0),
				sum(({ statuses }) => statuses?.missing.length ?? 0),
				sum(({ statuses }) => statuses?.duplicates.length ?? 0),
				sum(({ statuses }) => statuses?.unexpected.length ?? 0),
			],
		],
	);
}
