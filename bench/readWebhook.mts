import { createHmac } from 'node:crypto';

import type { WorkflowJson, WorkflowNode } from '../harness/client.mts';
import { credentialFor } from '../harness/credential.mts';
import { startN8n, type N8n } from '../harness/n8n.mts';
import { startSandbox } from '../sandbox/index.mts';
import { compare, type Contestant } from './bursts.mts';
import type { BenchOptions } from './cli.mts';
import { profiling } from './environment.mts';
import { surroundings, type Report } from './report.mts';
import type { Webhook } from './requests.mts';
import { ACTION, CREDENTIAL, to, withTrigger } from './workflows.mts';

/** What a user would write to get from a body of the Cloud API to one item a status. */
const NORMALISING = `
const ranks = { sent: 30, failed: 35, delivered: 40, read: 50, played: 60 };
return $input.first().json.body.entry.flatMap((entry) => entry.changes)
  .filter(({ field, value }) => field === 'messages' && value.metadata.phone_number_id === '<number>')
  .flatMap(({ value }) => value.statuses ?? [])
  .map((record) => {
    const occurredAt = new Date(Number(record.timestamp) * 1000).toISOString();
    return {
      json: {
        event: 'status', eventId: ['whatsAppCloud', '<number>', record.id, record.status].join('|'),
        gateway: 'whatsAppCloud', channel: 'whatsapp', account: '<number>',
        status: record.status, statusRank: ranks[record.status] ?? 0, gatewayStatus: record.status,
        isFinal: ['failed', 'played'].includes(record.status),
        messageId: record.id, reference: record.biz_opaque_callback_data ?? null,
        recipient: '+' + record.recipient_id, recipientKind: 'phone',
        failure: record.errors?.[0]?.title ?? null, failureCode: record.errors?.[0]?.code ?? null,
        occurredAt, receivedAt: new Date().toISOString(), raw: record,
      },
    };
  });`;

const webhookNode = (path: string, options = {}): WorkflowNode => ({
	name: 'Webhook',
	type: 'n8n-nodes-base.webhook',
	typeVersion: 2,
	parameters: { httpMethod: 'POST', path, responseMode: 'onReceived', options },
});

const readWebhookNode = (rejectUnverified: boolean): WorkflowNode => ({
	name: 'Normalise',
	type: ACTION,
	typeVersion: 1,
	parameters: { resource: 'statusEvent', operation: 'readWebhook', options: { rejectUnverified } },
	credentials: { messageGatewayApi: CREDENTIAL },
});

const twoNodes = (webhook: WorkflowNode, second: WorkflowNode): WorkflowJson => ({
	nodes: [webhook, second],
	connections: to('Webhook', 'Normalise'),
});

/** What the others stand beside; it makes no event. */
const PLAIN = 'n8n Webhook';

/** By label: the workflow, and whether its event says that it is verified. */
const workflows = (
	number: string,
): Record<string, { readonly workflow: WorkflowJson; readonly verified?: boolean }> => ({
	[PLAIN]: { workflow: { nodes: [webhookNode('plain')], connections: {} } },
	'Message Scheduler Trigger': { workflow: withTrigger },
	'n8n Webhook + Read Webhook': {
		workflow: twoNodes(webhookNode('verified', { rawBody: true }), readWebhookNode(true)),
		verified: true,
	},
	'n8n Webhook + Read Webhook, not verified': {
		workflow: twoNodes(webhookNode('unverified'), readWebhookNode(false)),
		verified: false,
	},
	'n8n Webhook + Code, not verified': {
		workflow: twoNodes(webhookNode('code'), {
			name: 'Normalise',
			type: 'n8n-nodes-base.code',
			typeVersion: 2,
			parameters: { jsCode: NORMALISING.replaceAll('<number>', number) },
		}),
	},
});

/**
 * How many signed webhooks of the Cloud API a second become a status event: by the trigger, and by n8n's
 * Webhook node with *Read Webhook* or a Code node behind it.
 */
export async function readWebhook(options: BenchOptions): Promise<Report> {
	const sandbox = await startSandbox({ rateLimits: false });
	try {
		const n8n = await startN8n({
			tarball: options.tarball,
			env: { ...profiling(), ...options.env },
		});
		try {
			await n8n.createCredential(CREDENTIAL, 'messageGatewayApi', {
				...credentialFor(sandbox, 'whatsAppCloud'),
				// The webhook is entered by hand: nothing is registered anywhere.
				whatsAppCloudVerifyToken: 'a-token-of-the-bench',
			});
			const { phoneNumberId, appSecret } = sandbox.accounts.whatsAppCloud;
			const contestants = await arrange(n8n, phoneNumberId, appSecret, options.quick);
			const sections = await compare(n8n, contestants, options);
			for (const contestant of contestants) await assertRead(n8n, contestant);
			return {
				name: 'readWebhook',
				sections: [...sections, surroundings(n8n.version, options.env)],
			};
		} finally {
			await n8n.stop();
		}
	} finally {
		await sandbox.close();
	}
}

interface Reader extends Contestant {
	readonly verified?: boolean;
}

async function arrange(
	n8n: N8n,
	number: string,
	appSecret: string,
	quick: boolean,
): Promise<Reader[]> {
	let made = 0;
	const signed = (url: string): Webhook => {
		const body = bodyOf(number, ++made);
		const signature = createHmac('sha256', appSecret).update(body).digest('hex');
		return { url, headers: { 'x-hub-signature-256': `sha256=${signature}` }, body };
	};
	const readers: Reader[] = [];
	for (const [label, { workflow, verified }] of Object.entries(workflows(number))) {
		const workflowId = await n8n.createWorkflow({ ...workflow, name: label });
		await n8n.activate(workflowId);
		const url = await n8n.productionWebhookUrl(workflowId, 'Webhook');
		const webhook = () => signed(url);
		readers.push({ label, workflowId, count: quick ? 50 : 120, starts: true, verified, webhook });
	}
	return readers;
}

/** The form of Meta's sample (gateways/whatsAppCloud/fixtures/status-delivered.webhook.json), of another message each. */
const bodyOf = (number: string, index: number): string =>
	JSON.stringify({
		object: 'whatsapp_business_account',
		entry: [
			{
				id: '102290129340398',
				changes: [
					{
						value: {
							messaging_product: 'whatsapp',
							metadata: { display_phone_number: '15550783881', phone_number_id: number },
							statuses: [
								{
									id: `wamid.${Buffer.from(`message ${index}`).toString('base64')}`,
									status: 'delivered',
									timestamp: '1750030073',
									recipient_id: '16505551234',
									pricing: { billable: true, pricing_model: 'PMP', category: 'utility' },
								},
							],
						},
						field: 'messages',
					},
				],
			},
		],
	});

/** A run alone says nothing of what became of the webhook: the last one's event has to be there. */
async function assertRead(n8n: N8n, { label, workflowId, verified }: Reader): Promise<void> {
	const [{ id }] = await n8n.executions(workflowId, 1);
	const { status, nodes } = await n8n.execution(id);
	const [{ outputs }] = nodes.Normalise ?? nodes.Webhook ?? [{ outputs: [] }];
	const event = outputs[0]?.[0]?.json ?? {};
	const isRead = label === PLAIN || (event.status === 'delivered' && event.verified === verified);
	if (status === 'success' && isRead) return;
	throw new Error(`${label}: the run is ${status}, its event ${JSON.stringify(event)}`);
}
