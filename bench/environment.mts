import { setTimeout as sleep } from 'node:timers/promises';

import { startN8n, type N8n } from '../harness/n8n.mts';
import type { BenchOptions } from './cli.mts';
import { startGateway, type BenchGateway, type Seen } from './gateway.mts';
import { CREDENTIAL, MEASURED } from './workflows.mts';

/** A real n8n with the package in it, and a gateway that answers after a while. */
export interface Environment {
	readonly n8n: N8n;
	readonly gateway: BenchGateway;
	close(): Promise<void>;
}

export async function startEnvironment(
	{ tarball, env }: Pick<BenchOptions, 'tarball' | 'env'>,
	answerDelayMs: number,
): Promise<Environment> {
	const gateway = await startGateway(answerDelayMs);
	try {
		const n8n = await startN8n({ tarball, env: { ...profiling(), ...env } });
		await n8n.createCredential(CREDENTIAL, 'messageGatewayApi', gateway.credential);
		return {
			n8n,
			gateway,
			close: async () => {
				await n8n.stop();
				await gateway.close();
			},
		};
	} catch (error) {
		await gateway.close();
		throw error;
	}
}

/** `BENCH_PROFILE=<folder>`: n8n writes a CPU profile there when it ends. */
export function profiling(): Record<string, string> {
	const folder = process.env.BENCH_PROFILE;
	return folder === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` };
}

/** What one run of a workflow took. */
export interface Measured extends Seen {
	/** From the measured node's first start to its last end, by n8n's own run data. */
	readonly ms: number;
}

/** Runs a workflow as the editor's button does and reads what n8n noted of the measured node. */
export async function measure(
	{ n8n, gateway }: Environment,
	id: string,
	count: number,
	requests = count,
): Promise<Measured> {
	const workflowData = await n8n.workflow(id);
	gateway.seen();
	const { executionId } = await n8n.request<{ executionId: string }>(
		'POST',
		`/workflows/${id}/run`,
		{ workflowData, triggerToStartFrom: { name: 'Start' } },
	);
	// Seldom, since each look costs the measured process time.
	for (let isRunning = true; isRunning; ) {
		await sleep(400);
		isRunning = (await n8n.executions(id, 1)).some(({ stoppedAt }) => stoppedAt === null);
	}
	const seen = gateway.seen();
	const execution = await n8n.execution(executionId);
	const runs = execution.nodes[MEASURED] ?? [];
	const done = runs.reduce((sum, { outputs }) => sum + (outputs[0]?.length ?? 0), 0);
	if (execution.status !== 'success' || done !== count || seen.requests !== requests) {
		const reason = execution.error?.message ?? '';
		throw new Error(
			`Execution ${executionId} gave ${done} of ${count} items for ${seen.requests} requests. ${reason}`,
		);
	}
	const times = runs.map(({ raw }) => raw as { startTime: number; executionTime: number });
	const end = Math.max(...times.map(({ startTime, executionTime }) => startTime + executionTime));
	return { ...seen, ms: end - times[0].startTime };
}
