import type { WorkflowJson } from '../harness/client.mts';
import { credentialFor } from '../harness/credential.mts';
import { startN8n, type N8n } from '../harness/n8n.mts';
import { startSandbox } from '../sandbox/index.mts';
import type { BenchOptions } from './cli.mts';
import { compare, untilIdle, type Contestant } from './bursts.mts';
import { profiling } from './environment.mts';
import { surroundings, type Report } from './report.mts';
import { send, type Webhook } from './requests.mts';
import { CREDENTIAL, to, withTrigger } from './workflows.mts';

const SECRET = 'a-secret-that-only-the-gateway-knows';
/** The name of n8n's own credential for that secret. */
const SECRET_HEADER = 'Secret header';

/** What a user would write to get from a body of Whapi.Cloud to one item a status. */
const NORMALISING = `
const ranks = { pending: 20, sent: 30, delivered: 40, read: 50, played: 60, failed: 90, deleted: 95 };
const words = { pending: 'queued' };
const { body } = $input.first().json;
return body.statuses.map((record) => {
  const status = words[record.status] ?? record.status;
  const digits = record.recipient_id.split('@')[0];
  const occurredAt = new Date(Number(record.timestamp) * 1000).toISOString();
  return {
    json: {
      eventId: ['whapi', body.channel_id, record.id, status, '', occurredAt].join('|'),
      gateway: 'whapi', channel: 'whatsapp', account: body.channel_id,
      status, statusRank: ranks[record.status] ?? 0, isFinal: (ranks[record.status] ?? 0) >= 60,
      gatewayStatus: record.status, messageId: record.id, scheduleId: null, reference: null,
      recipient: { address: record.recipient_id, phone: '+' + digits, kind: 'phone' },
      viewer: record.viewer_id ?? null, failure: null, origin: null,
      occurredAt, receivedAt: new Date().toISOString(), raw: record,
    },
  };
});`;

const plainWebhook = {
	name: 'Webhook',
	type: 'n8n-nodes-base.webhook',
	typeVersion: 2,
	parameters: { httpMethod: 'POST', path: 'statuses', responseMode: 'onReceived' },
};

/**
 * n8n 2.41.1 lets its Webhook node from version 1.1 on alone off building an expression isolate
 * (`LiveWebhooks.webhookPhaseNeedsIsolate`): version 1 pays for it, as every other trigger does.
 */
const webhookWithIsolate = {
	...plainWebhook,
	typeVersion: 1,
	parameters: { ...plainWebhook.parameters, path: 'isolate' },
};

/** n8n's own way to let only those in who know a secret, as the trigger does. */
const webhookWithSecret = {
	...plainWebhook,
	parameters: { ...plainWebhook.parameters, path: 'secret', authentication: 'headerAuth' },
	credentials: { httpHeaderAuth: SECRET_HEADER },
};

const workflows: Record<string, WorkflowJson> = {
	'n8n Webhook': { nodes: [plainWebhook], connections: {} },
	'n8n Webhook 1': { nodes: [webhookWithIsolate], connections: {} },
	'n8n Webhook, Header Auth': { nodes: [webhookWithSecret], connections: {} },
	'Webhook + Code': {
		nodes: [
			{ ...plainWebhook, parameters: { ...plainWebhook.parameters, path: 'normalised' } },
			{
				name: 'Normalise',
				type: 'n8n-nodes-base.code',
				typeVersion: 2,
				parameters: { jsCode: NORMALISING },
			},
		],
		connections: to('Webhook', 'Normalise'),
	},
	'Message Scheduler Trigger': withTrigger,
};

/** How many webhooks a second the trigger takes, beside n8n's own Webhook node. */
export async function webhooks(options: BenchOptions): Promise<Report> {
	const sandbox = await startSandbox({ rateLimits: false });
	try {
		const n8n = await startN8n({
			tarball: options.tarball,
			env: { ...profiling(), ...options.env },
		});
		try {
			await n8n.createCredential(
				CREDENTIAL,
				'messageGatewayApi',
				credentialFor(sandbox, 'whapi', SECRET),
			);
			await n8n.createCredential(SECRET_HEADER, 'httpHeaderAuth', {
				name: 'x-webhook-secret',
				value: SECRET,
			});
			const contestants = await arrange(n8n, sandbox.accounts.whapi.channelId, options.quick);
			return {
				name: 'webhooks',
				sections: [
					...(await compare(n8n, contestants, options)),
					surroundings(n8n.version, options.env),
				],
			};
		} finally {
			await n8n.stop();
		}
	} finally {
		await sandbox.close();
	}
}

async function arrange(n8n: N8n, channel: string, quick: boolean): Promise<Contestant[]> {
	const targets = await Promise.all(
		Object.entries(workflows).map(async ([name, workflow]) => {
			const workflowId = await n8n.createWorkflow({ ...workflow, name });
			await n8n.activate(workflowId);
			return { workflowId, url: await n8n.productionWebhookUrl(workflowId, 'Webhook') };
		}),
	);
	const [plain, withIsolate, withSecret, withCode, ours] = targets;
	let made = 0;
	const body = (count: number, status: string, id = () => `message-${++made}`) =>
		JSON.stringify({
			statuses: Array.from({ length: count }, () => ({
				id: id(),
				code: 3,
				status,
				recipient_id: '14155550123@s.whatsapp.net',
				timestamp: '1712995378',
			})),
			event: { type: 'statuses', event: 'post' },
			channel_id: channel,
		});
	const post = (url: string, text: string, secret = SECRET): Webhook => ({
		url,
		headers: { 'x-webhook-secret': secret },
		body: text,
	});

	const once = body(1, 'delivered', () => 'told-before');
	const late = body(1, 'sent', () => 'read-before');
	await send(1, 1, () => post(ours.url, once));
	await send(1, 1, () =>
		post(
			ours.url,
			body(1, 'read', () => 'read-before'),
		),
	);
	await untilIdle(n8n);

	const [some, many, few] = quick ? [50, 100, 10] : [120, 200, 20];
	const starts = { count: some, starts: true };
	const startsNone = { count: many, starts: false, workflowId: ours.workflowId };
	const fresh = ({ workflowId, url }: { workflowId: string; url: string }, count = 1) => ({
		workflowId,
		webhook: () => post(url, body(count, 'delivered')),
	});
	return [
		{ label: 'n8n Webhook', ...starts, ...fresh(plain) },
		{ label: 'n8n Webhook, version 1', ...starts, ...fresh(withIsolate) },
		{ label: 'n8n Webhook, Header Auth', ...starts, ...fresh(withSecret) },
		{ label: 'n8n Webhook + Code', ...starts, ...fresh(withCode) },
		{ label: 'Trigger: starts a run', ...starts, ...fresh(ours) },
		{ label: 'Trigger: 100 statuses, one run', ...starts, ...fresh(ours, 100), count: few },
		{ label: 'Trigger: duplicate, no run', ...startsNone, webhook: () => post(ours.url, once) },
		{ label: 'Trigger: out of order, no run', ...startsNone, webhook: () => post(ours.url, late) },
		{
			label: 'Trigger: filtered out, no run',
			...startsNone,
			webhook: () => post(ours.url, body(1, 'deleted')),
		},
		{
			label: 'Trigger: forged, no run',
			...startsNone,
			webhook: () => post(ours.url, body(1, 'delivered'), 'a-guess'),
		},
	];
}
