import axios from 'axios';

import type { Json, WorkflowJson } from '../rig/client.mts';
import { output } from '../rig/client.mts';
import { credentialFor } from '../rig/credential.mts';
import type { QueueMode } from '../rig/queue.mts';
import type { Sandbox } from '../sandbox/index.mts';
import { seededRandom } from '../sandbox/random.mts';
import { chain, SECRET, TRIGGER } from '../test/e2e/stage.mts';
import { allExecutions, countExecutions } from './executions.mts';
import { count, holds, inParallel } from './figures.mts';

export interface WebhooksResult {
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
	/** Events that the trigger told more than once: several processes, so it cannot know. */
	readonly twiceByTrigger: number;
	/** Events that came more than once behind n8n's Remove Duplicates, or not at all. */
	readonly twiceAfterNode: number;
	readonly lostAfterNode: number;
	readonly ms: number;
}

const SHARE_TWICE = 0.1;
const AT_ONCE = 32;

/** As the issue wants it: what repeats is left out by n8n, across all processes. */
const listening = (credential: string): WorkflowJson => ({
	nodes: [
		{
			name: 'Status',
			type: TRIGGER,
			parameters: { statuses: ['sent'] },
			credentials: { messageGatewayApi: credential },
		},
		{
			name: 'Remove Duplicates',
			type: 'n8n-nodes-base.removeDuplicates',
			typeVersion: 2,
			parameters: {
				operation: 'removeItemsSeenInPreviousExecutions',
				dedupeValue: '={{ $json.eventId }}',
				options: { historySize: 100_000 },
			},
		},
	],
	connections: chain('Status', 'Remove Duplicates'),
});

/** Posts so many webhooks to the webhook processors in turn, one in ten of them a repetition. */
export async function runWebhooks(
	{ n8n, webhookUrls }: QueueMode,
	sandbox: Sandbox,
	webhooks: number,
	seed = 1,
): Promise<WebhooksResult> {
	const random = seededRandom(seed);
	const credential = `webhooks ${seed}`;
	await n8n.createCredential(
		credential,
		'messageGatewayApi',
		credentialFor(sandbox, 'chatWhatsApp', SECRET),
	);
	const workflow = await n8n.createWorkflow(listening(credential));
	await n8n.activate(workflow);
	const { pathname } = new URL(await n8n.productionWebhookUrl(workflow, 'Status'));
	const urls = webhookUrls.map((url) => `${new URL(pathname, url).href}?secret=${SECRET}`);

	const events = Math.round(webhooks * (1 - SHARE_TWICE));
	const ids = Array.from({ length: events }, (_, index) => `3EB0${seed}X${index}`);
	const bodies = ids.map((messageId, index) => body(sandbox, messageId, index));
	// A repetition comes at once, or much later.
	const order = bodies.map((one, index) => ({ one, at: index }));
	for (let more = events; more < webhooks; more++) {
		const index = Math.floor(random() * events);
		const at = random() < 0.5 ? index + 0.5 : index + random() * events;
		order.push({ one: bodies[index], at });
	}
	order.sort((a, b) => a.at - b.at);

	const began = Date.now();
	const answers = await inParallel(order, AT_ONCE, async ({ one }, index) => {
		const url = urls[index % urls.length];
		const answer = await axios.post(url, one, { proxy: false, validateStatus: () => true });
		return answer.status;
	});
	let before = -1;
	await holds(async () => {
		const ended = (await allExecutions(n8n, workflow)).length;
		const isOver =
			ended >= events && ended === before && ended === (await countExecutions(n8n, workflow));
		before = ended;
		return isOver;
	}, 300_000);
	const ms = Date.now() - began;

	const executions = await allExecutions(n8n, workflow);
	const told = await inParallel(executions, 8, async ({ id }) => {
		const execution = await n8n.execution(id);
		const idsOf = (node: string) =>
			execution.nodes[node] === undefined
				? []
				: output(execution, node).map(({ messageId }) => String(messageId));
		return { trigger: idsOf('Status'), node: idsOf('Remove Duplicates') };
	});
	await n8n.deactivate(workflow);
	const byTrigger = count(told.flatMap(({ trigger }) => trigger));
	const byNode = count(told.flatMap(({ node }) => node));
	const twice = (counts: Map<string, number>) => [...counts.values()].filter((n) => n > 1).length;
	return {
		events,
		posted: order.length,
		refused: answers.filter((status) => status !== 200).length,
		executions: executions.length,
		failedExecutions: executions.filter(({ status }) => status !== 'success').length,
		lost: ids.filter((id) => !byTrigger.has(id)).length,
		twiceByTrigger: twice(byTrigger),
		twiceAfterNode: twice(byNode),
		lostAfterNode: ids.filter((id) => !byNode.has(id)).length,
		ms,
	};
}

/** A webhook of ChatWhatsApp as its documents show it. */
const body = (sandbox: Sandbox, messageId: string, index: number): Json => ({
	event: 'message.sent',
	sessionId: sandbox.accounts.chatWhatsApp.sessionId,
	timestamp: new Date(Date.parse('2026-02-01T15:00:00.000Z') + index * 1_000).toISOString(),
	scheduledId: `sched_${messageId}`,
	status: 'success',
	result: { messageId, to: '919988066776@s.whatsapp.net' },
});
