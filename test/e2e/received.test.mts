import { isOfAccount } from '../../gateways/account';
import { gatewayById, gateways } from '../../gateways/registry';
import { output } from '../../harness/client.mts';
import type { ReceivedMessage } from '../../messages/receivedMessage';
import type { GatewayId } from '../../sandbox/registry.mts';
import { webhooksOf } from '../fixtures.mts';
import { credentialFor, listening, startEnvironment, type Environment } from './environment.mts';

/** What people write back, through a real n8n: each gateway of the registry, by its vendor's samples. */
const all = gateways.map(({ id, capabilities }) => [id as GatewayId, capabilities] as const);
const RECEIVING = all.filter(([, { webhooks }]) => webhooks.received !== null);
const NOT_RECEIVING = all.filter(([, { webhooks }]) => webhooks.received === null);
const EVENTS = ['sent', 'delivered', 'read', 'failed'];

let environment: Environment;

beforeAll(async () => {
	environment = await startEnvironment({}, { clockFactor: 600 });
	for (const { id } of gateways) {
		await environment.n8n.createCredential(
			id,
			'messageGatewayApi',
			credentialFor(environment.sandbox, id),
		);
	}
}, 300_000);

afterAll(async () => await environment?.close(), 60_000);

/** Publishes a trigger; where the user enters the URL by hand, that is done at the sandbox. */
async function publish(gateway: GatewayId, events: string[]): Promise<string> {
	const { n8n, sandbox } = environment;
	const id = await n8n.createWorkflow(listening(gateway, { events }));
	await n8n.activate(id);
	const { registration, sendsSecretHeader } = gatewayById(gateway).capabilities.webhooks;
	if (registration === 'manual') {
		const url = await n8n.productionWebhookUrl(id, 'Status');
		const secret = credentialFor(sandbox, gateway).webhookSecret as string;
		const target = sendsSecretHeader
			? { url, secret }
			: { url: `${url}?secret=${encodeURIComponent(secret)}` };
		sandbox.setWebhook(gateway, { ...target, received: true });
	}
	await sandbox.idle({ ignoreScheduled: true });
	return id;
}

const read = (gateway: GatewayId, body: unknown): ReceivedMessage[] =>
	gatewayById(gateway).parseReceived!(body, { receivedAt: new Date().toISOString() });

/** The vendor's sample of one text from one person, as if written to the sandbox's account. */
function sampleOf(gateway: GatewayId): {
	readonly body: unknown;
	readonly message: ReceivedMessage;
} {
	const sample = webhooksOf(gateway)
		.filter(([name]) => name.startsWith('received-'))
		.map(([, body]) => body)
		.find((body) => {
			const [message, ...more] = read(gateway, body);
			return message?.type === 'text' && message.chat?.kind !== 'group' && more.length === 0;
		});
	if (sample === undefined) throw new Error(`${gateway} has no sample of a text from a person`);
	const { sandbox } = environment;
	const [{ account }] = read(gateway, sample);
	const credential = credentialFor(sandbox, gateway);
	const own = Object.values(sandbox.accounts[gateway])
		.map(String)
		.find((value) => isOfAccount(gatewayById(gateway), credential, value));
	if (account === null || own === undefined) throw new Error(`${gateway}: whose sample is it?`);
	const body: unknown = JSON.parse(JSON.stringify(sample).replaceAll(account, own));
	return { body, message: read(gateway, body)[0] };
}

/** Delivers it twice, as gateways do, and waits until both are answered. */
async function deliverTwice(gateway: GatewayId, body: unknown): Promise<number[]> {
	const { sandbox } = environment;
	const before = sandbox.deliveries(gateway).length;
	for (let times = 0; times < 2; times++) {
		sandbox.post(gateway, body, 'message');
		await sandbox.idle({ ignoreScheduled: true });
	}
	return sandbox
		.deliveries(gateway)
		.slice(before)
		.map(({ status }) => status ?? 0);
}

it('eight gateways report what people write', () => {
	expect(RECEIVING.map(([id]) => id).length).toBeGreaterThanOrEqual(8);
});

describe.each(RECEIVING)('%s', (gateway) => {
	it('starts one execution for a message that comes twice, and none unless it is chosen', async () => {
		const { n8n } = environment;
		const { body, message } = sampleOf(gateway);

		const deaf = await publish(gateway, EVENTS);
		expect(await deliverTwice(gateway, body)).toEqual([200, 200]);
		expect(await n8n.executions(deaf)).toEqual([]);
		await n8n.deactivate(deaf);

		const hearing = await publish(gateway, [...EVENTS, 'received']);
		expect(await deliverTwice(gateway, body)).toEqual([200, 200]);
		const executions = await n8n.waitForExecutions(hearing, 1);
		expect(executions.map(({ status }) => status)).toEqual(['success']);
		const items = output(executions[0], 'Status');
		expect(items).toHaveLength(1);
		expect(items).toMatchObject([
			{
				event: 'received',
				gateway,
				type: 'text',
				text: message.text,
				messageId: message.messageId,
				eventId: message.eventId,
				from: message.from?.phone ?? message.from?.address,
			},
		]);
		await n8n.deactivate(hearing);
	}, 120_000);
});

it.each(NOT_RECEIVING)(
	'%s: a trigger that waits for messages cannot be published',
	async (gateway) => {
		const { n8n } = environment;
		const id = await n8n.createWorkflow(listening(gateway, { events: [...EVENTS, 'received'] }));
		await expect(n8n.activate(id)).rejects.toThrow(/documents no webhook for messages/);
		expect(await n8n.executions(id)).toEqual([]);
	},
);
