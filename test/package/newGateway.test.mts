import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Gateway } from '../../gateways/gateway';
import { gateways } from '../../gateways/registry';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import { createStatusEvent } from '../../messages/statusEvent';

/**
 * Adding a gateway is one folder and one line in the registry: a tiny one, put into the registry's
 * list before anything else is loaded, is in the credential, schedules, lists, cancels, is tested and
 * receives webhooks. No other file knows of it.
 */
const held = new Map<string, { to: string; text: string; at: string }>();

const toScheduled = (id: string): ScheduledMessage => {
	const { to, text, at } = held.get(id)!;
	return {
		scheduleId: id,
		gateway: 'pigeon',
		storedIn: 'gateway',
		account: 'loft-1',
		recipient: { address: to, phone: to, kind: 'phone' },
		type: 'text',
		text,
		mediaUrl: null,
		caption: null,
		fileName: null,
		template: null,
		scheduledAt: at,
		status: 'scheduled',
		gatewayStatus: 'in the loft',
		createdAt: null,
		messageId: null,
		reference: null,
		failure: null,
		raw: null,
	};
};

const pigeon: Gateway = {
	id: 'pigeon',
	label: 'Carrier Pigeon',
	capabilities: {
		channel: 'whatsapp',
		messageTypes: ['text'],
		scheduling: {
			types: ['text'],
			minLeadMs: null,
			maxLeadMs: null,
			isDurable: true,
			cancelsBy: 'cancel',
		},
		lookup: null,
		messagesPerMinute: null,
		returnsReference: false,
		webhooks: {
			registration: 'manual',
			setupInstruction: 'Tell the keeper of the loft.',
			statuses: ['delivered'],
			received: null,
			sendsSecretHeader: true,
		},
		documentation: ['https://pigeon.example'],
	},
	credentialFields: [
		{ name: 'pigeonUrl', label: 'Loft URL', description: 'Where the loft is' },
		{ name: 'pigeonKey', label: 'Seed', description: 'What they eat', secret: true },
	],
	baseUrl: ({ pigeonUrl }) => String(pigeonUrl),
	account: () => 'loft-1',
	authenticate: ({ pigeonUrl, pigeonKey }, request) => ({
		...request,
		url: `${String(pigeonUrl)}${request.url}`,
		headers: { ...request.headers, 'x-seed': String(pigeonKey) },
	}),
	parseError: () => null,
	testCredential: async ({ request }) => {
		await request({ method: 'GET', path: '/held', idempotent: true });
		return { ready: true, message: 'The pigeons are fed.' };
	},
	send: async () => {
		throw new Error('not needed here');
	},
	assertSendable: () => {},
	scheduler: {
		schedule: async ({ request }, { recipient, text, scheduledAt }) => {
			const body = { to: recipient.phone, text, at: scheduledAt };
			const answer = await request({ method: 'POST', path: '/held', body, idempotent: false });
			return toScheduled((answer.body as { id: string }).id);
		},
		get: async (_, scheduleId) => toScheduled(scheduleId),
		list: async () => [...held.keys()].map(toScheduled),
		find: async () => [],
		cancel: async ({ request }, scheduleId) =>
			void (await request({ method: 'DELETE', path: `/held/${scheduleId}`, idempotent: true })),
	},
	verifyWebhook: ({ pigeonKey }, { headers }) =>
		headers['x-seed'] === pigeonKey ? { verified: true } : { verified: false, reason: 'no seed' },
	parseWebhook: (body, { receivedAt }) => [
		createStatusEvent({
			gateway: 'pigeon',
			channel: 'sms',
			status: 'delivered',
			receivedAt,
			raw: body,
		}),
	],
};

// The one line in the registry.
(gateways as Gateway[]).push(pigeon);

/** The loft: holds messages for whoever brings the seed. */
let loft: Server;
let credential: Record<string, string>;

beforeAll(async () => {
	loft = createServer((request, response) => {
		let text = '';
		request.on('data', (chunk) => (text += String(chunk)));
		request.on('end', () => {
			if (request.headers['x-seed'] !== 'sunflower') return void response.writeHead(401).end('{}');
			const id = `pigeon-${held.size + 1}`;
			if (request.method === 'POST') held.set(id, JSON.parse(text) as never);
			if (request.method === 'DELETE') held.delete(request.url!.split('/').at(-1)!);
			response.setHeader('content-type', 'application/json');
			response.end(JSON.stringify({ id }));
		});
	});
	await new Promise<void>((resolve) => loft.listen(0, '127.0.0.1', resolve));
	const { port } = loft.address() as AddressInfo;
	credential = { gateway: 'pigeon', pigeonUrl: `http://127.0.0.1:${port}`, pigeonKey: 'sunflower' };
});
afterAll(() => void loft.close());

it('is in the credential’s Gateway choice, with its own fields', async () => {
	const { MessageGatewayApi } = await import('../../credentials/MessageGatewayApi.credentials');
	const { properties } = new MessageGatewayApi();
	expect(properties[0].options).toContainEqual({ name: 'Carrier Pigeon', value: 'pigeon' });
	expect(properties.filter(({ name }) => name.startsWith('pigeon'))).toMatchObject([
		{ displayName: 'Loft URL', displayOptions: { show: { gateway: ['pigeon'] } } },
		{ displayName: 'Seed', typeOptions: { password: true } },
	]);
});

it('schedules, lists and cancels through the node, which has not changed', async () => {
	const { byId, inSeconds, outputOf } = await import('../nodes/fakeContext.mts');
	const sendAt = inSeconds(40 * 86_400);
	const [item] = await outputOf(
		{ recipient: '+919988066776', text: 'coo', sendAt },
		{ credential },
	);
	expect(item).toMatchObject({ gateway: 'pigeon', scheduleId: 'pigeon-1', scheduledAt: sendAt });
	expect(held.get('pigeon-1')).toEqual({ to: '+919988066776', text: 'coo', at: sendAt });
	expect(await outputOf({ operation: 'getAll' }, { credential })).toHaveLength(1);
	await outputOf({ operation: 'cancel', ...byId('pigeon-1') }, { credential });
	expect(held.size).toBe(0);
});

it('is refused, tested and explained by what it says of itself', async () => {
	const { errorOf, inSeconds, testCredential } = await import('../nodes/fakeContext.mts');
	const image = { messageType: 'image', mediaUrl: 'https://example.com/a.png' };
	const parameters = { recipient: '+919988066776', sendAt: inSeconds(60), ...image };
	expect((await errorOf(parameters, { credential })).message).toBe(
		'Carrier Pigeon schedules text, but not image',
	);
	expect(await testCredential(credential)).toEqual({
		status: 'OK',
		message: 'The pigeons are fed.',
	});
	const hungry = { ...credential, pigeonKey: 'no-sunflower' };
	expect(await testCredential(hungry)).toMatchObject({
		message: expect.stringMatching(/Carrier Pigeon does not accept the credential.*Check "Seed"/),
	});
});

it('is told of where the notice of the trigger leads, and its webhooks are read', async () => {
	const { webhookTable } = await import('./docs/generated.mts');
	expect(webhookTable()).toMatch(/Carrier Pigeon.*Tell the keeper of the loft/);
	const { receive } = await import('../nodes/fakeContext.mts');
	const call = { body: { landed: true }, headers: { 'x-seed': 'sunflower' } };
	expect((await receive(call, {}, { credential })).events).toMatchObject([
		{ gateway: 'pigeon', status: 'delivered', raw: { landed: true } },
	]);
	const forged = await receive({ body: {}, headers: {} }, {}, { credential });
	expect(forged.sent).toMatchObject([{ status: 401 }]);
});
