import type { Json } from '../../harness/client.mts';
import type { N8n } from '../../harness/n8n.mts';
import { ensureTable } from '../../harness/tables.mts';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { count, printTable, seconds } from '../figures.mts';
import { addCredential, fill, GATEWAY, operation, raise, row, runTo, wait } from './harness.mts';

const IDLE_MS = 5_000;
/** Far more than all may take: a dispatcher that never ends is not waited for. */
const FIRST_RUNS_MS = 180_000;
const MAX_MS_EACH = 200;

export interface DispatchersResult {
	readonly due: number;
	/** What each execution told that told anything, in the order in which they ended. */
	readonly byExecution: readonly number[];
	/** Executions that gave nothing: another one was the account's dispatcher, or all was sent. */
	readonly without: number;
	readonly sent: number;
	readonly lost: number;
	readonly sentTwice: number;
	readonly toldTwice: number;
	readonly ms: number;
}

/**
 * Two workflows with *Send Due*, each with two executions at once, again and again until all that was
 * due is sent: one of them is the account's dispatcher at a time, for as long as its run may take.
 */
export async function runDispatchers(
	n8n: N8n,
	sandbox: Sandbox,
	messages: number,
): Promise<DispatchersResult> {
	await addCredential(n8n, sandbox);
	await ensureTable(n8n);
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
	const runs: Json[][] = [];
	const isLeft = () => sandbox.messages(GATEWAY).length - before < messages;
	const until = began + FIRST_RUNS_MS + messages * MAX_MS_EACH;
	let ms = 0;
	await Promise.all(
		[...workflows, ...workflows].map(async (id) => {
			do {
				const items = await runTo(n8n, id);
				runs.push(items);
				// As a schedule does it: who had nothing to do does not ask again at once.
				if (items.length > 0) ms = Date.now() - began;
				else if (isLeft()) await wait(IDLE_MS);
			} while (isLeft() && Date.now() < until);
		}),
	);
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
		byExecution: runs.map(({ length }) => length).filter((told) => told > 0),
		without: runs.filter(({ length }) => length === 0).length,
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
	const { due, byExecution, without, sent, lost, sentTwice, toldTwice, ms } = result;
	printTable(
		[
			'due',
			'by each execution',
			'executions without any',
			'sent',
			'lost',
			'sent twice',
			'told twice',
			'time',
			'a second',
		],
		[
			[
				due,
				byExecution.join(' + '),
				without,
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
export async function checkDispatchers(options: { readonly messages?: string }): Promise<boolean> {
	const messages = Number(options.messages ?? 5_000);
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
