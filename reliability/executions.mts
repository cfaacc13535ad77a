import { setTimeout as sleep } from 'node:timers/promises';
import type { Execution, ExecutionSummary, Json } from '../harness/client.mts';
import { output } from '../harness/client.mts';
import { N8nRefusal, type N8n } from '../harness/n8n.mts';
import { mapInParallel } from '../nodes/MessageScheduler/parallel.ts';
import { holds } from './figures.mts';

const PAGE = 100;
const IN_PARALLEL = 8;
const MAX_ATTEMPTS = 10;
/** Asking is work for the n8n that is measured. */
const POLL_MS = 1_000;
const ENDED = ['success', 'error', 'crashed', 'canceled'];

/** Asks again where n8n under this load breaks off, or says that its database is not ready. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
	for (let tries = 1; ; tries++) {
		try {
			return await ask();
		} catch (error) {
			const isOver = error instanceof N8nRefusal && error.status !== 503;
			if (isOver || tries === MAX_ATTEMPTS) throw error;
			await sleep(1000);
		}
	}
}

const read = async <T,>(n8n: N8n, path: string, params: Json): Promise<T> =>
	await patiently(async () => await n8n.request<T>('GET', path, undefined, params));

interface Page {
	results: ExecutionSummary[];
	/** From 2.41 or so; before, a page begins below an execution. */
	nextCursor?: string | null;
}

/** All ended executions of a workflow that n8n keeps, however many. */
export async function allExecutions(n8n: N8n, workflowId: string): Promise<ExecutionSummary[]> {
	const found = new Map<string, ExecutionSummary>();
	let position: Json = {};
	let startedBefore: string | undefined;
	for (;;) {
		const page = await read<Page>(n8n, '/executions', {
			filter: JSON.stringify({ workflowId, status: ENDED, startedBefore }),
			limit: PAGE,
			...position,
		});
		const { nextCursor, results } = page;
		const before = found.size;
		for (const execution of results) found.set(execution.id, execution);
		if (results.length < PAGE || found.size === before) return [...found.values()];
		// n8n sorts by the start, but its cursor goes by the id: where several workers start executions in
		// another order than they were stored, it leaves some out. So pages begin at a time.
		if (nextCursor === undefined) position = { lastId: results.at(-1)?.id };
		else startedBefore = results.at(-1)?.startedAt;
	}
}

/**
 * Runs a workflow from its manual trigger and waits. Unlike the harness's `runManually` it looks at the
 * list only: the data of a thousand items, read every 50 ms, would be most of n8n's work.
 */
export async function runLarge(
	n8n: N8n,
	workflowId: string,
	timeoutMs: number,
): Promise<Execution> {
	const workflowData = await n8n.workflow(workflowId);
	const trigger = workflowData.nodes.find(({ type }) => type === 'n8n-nodes-base.manualTrigger');
	const { executionId } = await n8n.request<{ executionId: string }>(
		'POST',
		`/workflows/${workflowId}/run`,
		{ workflowData, triggerToStartFrom: { name: trigger?.name } },
	);
	const hasEnded = async () =>
		(await allExecutions(n8n, workflowId)).some(({ id }) => id === executionId);
	if (await holds(hasEnded, timeoutMs, POLL_MS))
		return await patiently(async () => await n8n.execution(executionId));
	throw new Error(`Execution ${executionId} still runs after ${timeoutMs / 1000} s.`);
}

/** How many executions of a workflow are under way. */
export const countRunning = async (n8n: N8n, workflowId: string): Promise<number> =>
	await countThose(n8n, { workflowId, status: ['running', 'new'] });

/** How many executions of a workflow have ended. */
export const countExecutions = async (n8n: N8n, workflowId: string): Promise<number> =>
	await countThose(n8n, { workflowId });

async function countThose(n8n: N8n, filter: Json): Promise<number> {
	const { count } = await read<{ count: number }>(n8n, '/executions', {
		filter: JSON.stringify(filter),
		limit: 1,
	});
	return count;
}

/** The items that a trigger gave in all its executions, and the executions that went wrong. */
export async function triggered(
	n8n: N8n,
	workflowId: string,
	nodeName: string,
): Promise<{ items: Json[]; failed: ExecutionSummary[]; executions: number }> {
	const executions = await allExecutions(n8n, workflowId);
	const failed = executions.filter(({ status }) => status !== 'success');
	const items = await mapInParallel(executions, IN_PARALLEL, async ({ id }) =>
		itemsOf(await patiently(async () => await n8n.execution(id)), nodeName),
	);
	return { items: items.flat(), failed, executions: executions.length };
}

const itemsOf = (execution: Execution, nodeName: string): Json[] =>
	execution.nodes[nodeName] === undefined ? [] : output(execution, nodeName);
