import type { Json, WorkflowJson, WorkflowNode } from '../harness/client.mts';
import type { BenchGateway } from './gateway.mts';

export const ACTION = 'n8n-nodes-message-scheduler.messageScheduler';
const TRIGGER = 'n8n-nodes-message-scheduler.messageSchedulerTrigger';

/** The name of the credential in the bench's n8n. */
export const CREDENTIAL = 'Gateway';

/** The node that is measured; where there is a loop, its first. */
export const MEASURED = 'Measured';

/** What all contestants send: the same message to each number, a day ahead. */
const MESSAGE = {
	to: '={{ $json.to }}',
	text: '={{ $json.text }}',
	sendAt: '={{ $json.sendAt }}',
};

/** A manual run over so many messages. */
function overMessages(count: number, nodes: WorkflowNode[], connections: Json): WorkflowJson {
	const items = `Array.from({ length: ${count} }, (_, i) => ({ to: String(919000000000 + i), text: 'Your appointment is tomorrow at ten, number ' + i, sendAt: new Date(Date.now() + 86400000).toISOString() }))`;
	return {
		nodes: [
			{ name: 'Start', type: 'n8n-nodes-base.manualTrigger' },
			{
				name: 'List',
				type: 'n8n-nodes-base.set',
				typeVersion: 3.4,
				parameters: { mode: 'raw', jsonOutput: `={{ { items: ${items} } }}` },
			},
			{
				name: 'Messages',
				type: 'n8n-nodes-base.splitOut',
				typeVersion: 1,
				parameters: { fieldToSplitOut: 'items' },
			},
			...nodes,
		],
		connections: { ...to('Start', 'List'), ...to('List', 'Messages'), ...connections },
	};
}

/** Connects one node's output to another node. */
export const to = (from: string, node: string): Json => ({
	[from]: { main: [[{ node, type: 'main', index: 0 }]] },
});

/** The Message Scheduler Trigger alone. */
export const withTrigger: WorkflowJson = {
	nodes: [
		{
			name: 'Webhook',
			type: TRIGGER,
			typeVersion: 2,
			credentials: { messageGatewayApi: CREDENTIAL },
		},
	],
	connections: {},
};

/** This package: *Schedule* with that many requests at once. */
export const withMessageScheduler = (count: number, maxParallel: number): WorkflowJson =>
	overMessages(
		count,
		[
			{
				name: MEASURED,
				type: ACTION,
				parameters: {
					recipient: MESSAGE.to,
					text: MESSAGE.text,
					sendAt: MESSAGE.sendAt,
					options: { maxParallel },
				},
				credentials: { messageGatewayApi: CREDENTIAL },
			},
		],
		to('Messages', MEASURED),
	);

/** n8n's Edit Fields node with the same three expressions: what n8n takes to evaluate them. */
export const withExpressionsOnly = (count: number): WorkflowJson =>
	overMessages(
		count,
		[
			{
				name: MEASURED,
				type: 'n8n-nodes-base.set',
				typeVersion: 3.4,
				parameters: {
					assignments: {
						assignments: Object.entries(MESSAGE).map(([name, value]) => ({
							id: name,
							name,
							type: 'string',
							value,
						})),
					},
				},
			},
		],
		to('Messages', MEASURED),
	);

/** n8n's HTTP Request node with the same POST, all at once or in batches. */
export const withHttpRequest = (
	count: number,
	gateway: BenchGateway,
	batch?: { batchSize: number; batchInterval: number },
): WorkflowJson => overMessages(count, [httpRequest(gateway, batch)], to('Messages', MEASURED));

/** The HTTP Request node in a loop: one message at a time. */
export const withLoop = (count: number, gateway: BenchGateway): WorkflowJson =>
	overMessages(
		count,
		[{ name: 'Loop', type: 'n8n-nodes-base.splitInBatches', typeVersion: 3 }, httpRequest(gateway)],
		{
			...to('Messages', 'Loop'),
			Loop: { main: [[], [{ node: MEASURED, type: 'main', index: 0 }]] },
			...to(MEASURED, 'Loop'),
		},
	);

function httpRequest(
	{ url, apiKey }: BenchGateway,
	batch?: { batchSize: number; batchInterval: number },
): WorkflowNode {
	return {
		name: MEASURED,
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		parameters: {
			method: 'POST',
			url,
			sendHeaders: true,
			headerParameters: { parameters: [{ name: 'X-API-Key', value: apiKey }] },
			sendBody: true,
			bodyParameters: {
				parameters: [
					{ name: 'to', value: MESSAGE.to },
					{ name: 'text', value: MESSAGE.text },
					{ name: 'scheduledAt', value: MESSAGE.sendAt },
				],
			},
			options: batch === undefined ? {} : { batching: { batch } },
		},
	};
}
