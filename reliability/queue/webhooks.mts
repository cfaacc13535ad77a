import axios from 'axios';

import type { Json, WorkflowJson } from '../../harness/client.mts';
import { output } from '../../harness/client.mts';
import { credentialFor } from '../../harness/credential.mts';
import type { QueueMode } from '../../harness/queue.mts';
import type { Sandbox } from '../../sandbox/index.mts';
import { seededRandom } from '../../sandbox/random.mts';
import { chain, SECRET, TRIGGER } from '../../test/e2e/environment.mts';
import { allExecutions, countExecutions, countRunning } from '../executions.mts';
import { mapInParallel } from '../../nodes/MessageScheduler/parallel.ts';
import { count, holds, printTable, seconds } from '../figures.mts';

/**
 * How webhooks reach the webhook processors: all of one address at the same processor, as a load
 * balancer does that hashes the path; or each at the next one.
 */
export type Routing = 'by address' | 'in turn';

export interface WebhooksResult {
	readonly routing: Routing;
	/** Different events. */
	readonly events: number;
	/** Webhooks that were posted, duplicates included. */
	readonly posted: number;
	/** Webhooks that were not answered with 200. */
	readonly refused: number;
	readonly executions: number;
	readonly failedExecutions: number;
	/** Events that came out of the trigger nowhere. */
	readonly lost: number;
	/** Events that the trigger told more than once: certain only where one process saw them all. */
	readonly twiceByTrigger: number;
	/** Events that came more than once, or not at all, behind n8n's own Remove Duplicates; null without it. */
	readonly twiceBehindNode: number | null;
	readonly lostBehindNode: number | null;
	readonly ms: number;
}

/**
 * Nothing lost; and nothing twice, where the trigger can know. n8n's Remove Duplicates may fail: two
 * executions that both begin its list make one of them end with an error of the database.
 */
export const isExact = (result: WebhooksResult): boolean =>
	result.refused === 0 &&
	result.lost === 0 &&
	(result.twiceBehindNode !== null || result.failedExecutions === 0) &&
	(result.routing === 'in turn' || result.twiceByTrigger === 0);

export function printWebhooks(results: readonly WebhooksResult[]): void {
	const heads = [
		'routing',
		'events',
		'webhooks',
		'refused',
		'executions',
		'failed',
		'lost',
		'twice by the trigger',
		'twice behind Remove Duplicates',
		'lost behind it',
		'time',
	];
	const rows = results.map(({ ms, ...result }) => [
		...Object.values(result).map((value) => value ?? '–'),
		seconds(ms),
	]);
	printTable(heads, rows);
}

const SHARE_TWICE = 0.1;
const AT_ONCE = 32;

const listening = (credential: string, removeDuplicates: boolean): WorkflowJson => ({
	nodes: [
		{
			name: 'Status',
			type: TRIGGER,
			typeVersion: 2,
			parameters: { events: ['sent'] },
			credentials: { messageGatewayApi: credential },
		},
		...(removeDuplicates ? [REMOVE_DUPLICATES] : []),
	],
	connections: removeDuplicates ? chain('Status', REMOVE_DUPLICATES.name) : {},
});

const REMOVE_DUPLICATES = {
	name: 'Remove Duplicates',
	type: 'n8n-nodes-base.removeDuplicates',
	typeVersion: 2,
	parameters: {
		operation: 'removeItemsSeenInPreviousExecutions',
		dedupeValue: '={{ $json.eventId }}',
		options: { historySize: 100_000 },
	},
};

export interface WebhooksOptions {
	readonly webhooks: number;
	readonly routing: Routing;
	readonly seed?: number;
	/** Puts n8n's own node behind the trigger, to see what that does. */
	readonly removeDuplicates?: boolean;
	/** How long the executions may take after the last webhook was answered. */
	readonly timeoutMs?: number;
}

/** Posts so many webhooks to the webhook processors, one in ten of them a repetition. */
export async function runWebhooks(
	{ n8n, webhookUrls }: QueueMode,
	sandbox: Sandbox,
	{ webhooks, routing, seed = 1, removeDuplicates = false, timeoutMs = 900_000 }: WebhooksOptions,
): Promise<WebhooksResult> {
	const random = seededRandom(seed);
	const name = `webhooks ${routing} ${seed}`;
	await n8n.createCredential(
		name,
		'messageGatewayApi',
		credentialFor(sandbox, 'chatWhatsApp', SECRET),
	);
	const workflows: string[] = [];
	const paths: string[] = [];
	for (const [index] of (routing === 'by address' ? webhookUrls : ['one']).entries()) {
		workflows[index] = await n8n.createWorkflow(listening(name, removeDuplicates));
		await n8n.activate(workflows[index], { timeoutMs: 120_000 });
		paths[index] = new URL(await n8n.productionWebhookUrl(workflows[index], 'Status')).pathname;
	}
	const address = (event: number, turn: number): string => {
		const workflow = event % workflows.length;
		const processor = routing === 'by address' ? workflow : turn % webhookUrls.length;
		return `${new URL(paths[workflow], webhookUrls[processor]).href}?secret=${SECRET}`;
	};

	const events = Math.round(webhooks * (1 - SHARE_TWICE));
	const ids = Array.from({ length: events }, (_, index) => `3EB0${seed}X${index}`);
	const order = ids.map((_, event) => ({ event, at: event }));
	// A repetition comes at once, or much later.
	for (let more = events; more < webhooks; more++) {
		const event = Math.floor(random() * events);
		order.push({ event, at: event + (random() < 0.5 ? 0.5 : random() * events) });
	}
	order.sort((a, b) => a.at - b.at);

	const began = Date.now();
	const answers = await mapInParallel(order, AT_ONCE, async ({ event }, turn) => {
		const answer = await axios.post(address(event, turn), body(sandbox, ids[event], event), {
			proxy: false,
			validateStatus: () => true,
		});
		return answer.status;
	});
	let before = -1;
	await holds(
		async () => {
			const running = await total(workflows, async (id) => await countRunning(n8n, id));
			const ended = await total(workflows, async (id) => await countExecutions(n8n, id));
			const isOver = ended >= events && ended === before && running === 0;
			before = ended;
			return isOver;
		},
		timeoutMs,
		1_000,
	);
	const ms = Date.now() - began;

	const executions = (
		await Promise.all(workflows.map(async (id) => await allExecutions(n8n, id)))
	).flat();
	const told = await mapInParallel(executions, 8, async ({ id }) => {
		const execution = await n8n.execution(id);
		const idsOf = (node: string) =>
			execution.nodes[node] === undefined
				? []
				: output(execution, node).map(({ messageId }) => String(messageId));
		return { trigger: idsOf('Status'), node: idsOf(REMOVE_DUPLICATES.name) };
	});
	for (const id of workflows) await n8n.deactivate(id, { timeoutMs: 120_000 });
	const byTrigger = count(told.flatMap(({ trigger }) => trigger));
	const byNode = count(told.flatMap(({ node }) => node));
	const twice = (counts: Map<string, number>) => [...counts.values()].filter((n) => n > 1).length;
	return {
		routing,
		events,
		posted: order.length,
		refused: answers.filter((status) => status !== 200).length,
		executions: executions.length,
		failedExecutions: executions.filter(({ status }) => status !== 'success').length,
		lost: ids.filter((id) => !byTrigger.has(id)).length,
		twiceByTrigger: twice(byTrigger),
		twiceBehindNode: removeDuplicates ? twice(byNode) : null,
		lostBehindNode: removeDuplicates ? ids.filter((id) => !byNode.has(id)).length : null,
		ms,
	};
}

const total = async (ids: readonly string[], of: (id: string) => Promise<number>) =>
	(await Promise.all(ids.map(of))).reduce((sum, one) => sum + one, 0);

/** A webhook of ChatWhatsApp as its documents show it. */
const body = (sandbox: Sandbox, messageId: string, index: number): Json => ({
	event: 'message.sent',
	sessionId: sandbox.accounts.chatWhatsApp.sessionId,
	timestamp: new Date(Date.parse('2026-02-01T15:00:00.000Z') + index * 1_000).toISOString(),
	scheduledId: `sched_${messageId}`,
	status: 'success',
	result: { messageId, to: '919988066776@s.whatsapp.net' },
});
