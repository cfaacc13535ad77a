import type { N8n } from '../rig/n8n.mts';
import { startSandbox, type Sandbox } from '../sandbox/index.mts';
import { count, printTable, seconds } from './figures.mts';
import {
	addCredential,
	fill,
	GATEWAY,
	IN_TABLE,
	operate,
	operation,
	raise,
	row,
	runTo,
} from './tableRig.mts';

export interface DispatchersResult {
	readonly due: number;
	/** What each execution told. */
	readonly byExecution: readonly number[];
	readonly sent: number;
	readonly lost: number;
	readonly sentTwice: number;
	readonly toldTwice: number;
	readonly ms: number;
}

/** Two dispatchers, each with two executions at once, and what is due for all of them. */
export async function runDispatchers(
	n8n: N8n,
	sandbox: Sandbox,
	messages: number,
): Promise<DispatchersResult> {
	await addCredential(n8n, sandbox);
	await operate(n8n, 'getAll', IN_TABLE);
	const account = sandbox.accounts.whapi.channelId;
	const at = Date.now() - 1_000;
	const texts = Array.from({ length: messages }, (_, index) => `message ${index}`);
	await fill(
		n8n,
		texts.map((text) => row(account, text, at)),
	);
	const workflows = [
		await n8n.createWorkflow(operation('sendDue')),
		await n8n.createWorkflow(operation('sendDue')),
	];
	const before = sandbox.messages(GATEWAY).length;
	const began = Date.now();
	const runs = await Promise.all(
		[...workflows, ...workflows].map(async (id) => await runTo(n8n, id)),
	);
	const ms = Date.now() - began;
	const sent = count(
		sandbox
			.messages(GATEWAY)
			.slice(before)
			.map(({ text }) => String(text)),
	);
	const told = count(runs.flat().map(({ text }) => String(text)));
	const twice = (counts: Map<string, number>) => [...counts.values()].filter((n) => n > 1).length;
	return {
		due: messages,
		byExecution: runs.map(({ length }) => length),
		sent: sent.size,
		lost: texts.filter((text) => !sent.has(text) || !told.has(text)).length,
		sentTwice: twice(sent),
		toldTwice: twice(told),
		ms,
	};
}

export const isRight = ({ due, sent, lost, sentTwice, toldTwice }: DispatchersResult): boolean =>
	sent === due && lost === 0 && sentTwice === 0 && toldTwice === 0;

export function printDispatchers(result: DispatchersResult): void {
	const { due, byExecution, sent, lost, sentTwice, toldTwice, ms } = result;
	printTable(
		['due', 'by each execution', 'sent', 'lost', 'sent twice', 'told twice', 'time', 'a second'],
		[
			[
				due,
				byExecution.join(' + '),
				sent,
				lost,
				sentTwice,
				toldTwice,
				seconds(ms),
				Math.round((due / ms) * 1_000),
			],
		],
	);
}

/** On one n8n with SQLite. */
export async function proveDispatchers(messages: number): Promise<boolean> {
	const sandbox = await startSandbox({ rateLimits: false });
	const n8n = await raise();
	try {
		const result = await runDispatchers(n8n, sandbox, messages);
		printDispatchers(result);
		return isRight(result);
	} finally {
		await n8n.stop();
		await sandbox.close();
	}
}
