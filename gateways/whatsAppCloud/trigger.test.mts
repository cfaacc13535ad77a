import {
	credentialFor,
	receive,
	webhookSetUpOf,
	type Json,
} from '../../test/nodes/fakeContext.mts';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import batch from './fixtures/batch.webhook.json';
import marketingStop from './fixtures/received-marketing-stop.webhook.json';
import received from './fixtures/received-text-without-phone.webhook.json';
import { verifyToken } from './credential';
import { signed } from './testValues.mts';

/** Meta's webhooks on n8n-core's own contexts. */
let sandbox: Sandbox;
let credential: Json;
let triggers = 0;

beforeAll(async () => {
	sandbox = await startSandbox();
	credential = credentialFor(sandbox, { webhookSecret: '' }, 'whatsAppCloud');
});
afterAll(async () => await sandbox.close());

const setting = (changes: Json = {}) => ({
	credential: { ...credential, ...changes },
	node: { id: `meta-${++triggers}` },
});
const ALL = { events: ['sent', 'delivered', 'read', 'played', 'failed', 'unknown'] };

/** As Meta posts it. */
function call(body: unknown, secret = String(credential.whatsAppCloudAppSecret)) {
	const delivery = signed(JSON.stringify(body), secret);
	return { body, rawBody: delivery.rawBody as Buffer, headers: delivery.headers };
}

const NUMBERS = ['106540352242922', '106540352242923', '106540352242924'];

/** A thousand statuses of three numbers with incoming messages among them. */
const mixed = {
	object: 'whatsapp_business_account',
	entry: Array.from({ length: 10 }, (_, entry) => ({
		id: '102290129340398',
		changes: [
			received.entry[0].changes[0],
			...Array.from({ length: 100 }, (_each, index) => ({
				field: 'messages',
				value: {
					metadata: { phone_number_id: NUMBERS[(entry * 100 + index) % 3] },
					statuses: [
						{
							id: `wamid.${Math.floor((entry * 100 + index) / 9)}`,
							status: ['sent', 'delivered', 'read'][Math.floor((entry * 100 + index) / 3) % 3],
							timestamp: '1750030073',
							recipient_id: '16505551234',
							biz_opaque_callback_data: 'order-17',
						},
					],
				},
			})),
		],
	})),
};

it('emits of a thousand statuses of three numbers ours only, each once', async () => {
	const trigger = setting();
	const first = await receive(call(mixed), ALL, { ...trigger, staticData: {} });
	expect(first.sent).toEqual([]);
	expect(first.events).toHaveLength(334);
	expect(new Set(first.events.map(({ eventId }) => eventId)).size).toBe(334);
	expect(new Set(first.events.map(({ account }) => account))).toEqual(new Set([NUMBERS[0]]));
	expect(first.events[0]).toMatchObject({ reference: 'order-17', recipient: '+16505551234' });
	// Meta repeats what it was not sure of.
	const again = await receive(call(mixed), ALL, { ...trigger, staticData: {} });
	expect(again.events).toEqual([]);
	expect(again.sent).toEqual([]);
});

it('emits the message of a mixed webhook beside its statuses, and each once', async () => {
	const trigger = setting();
	const both = { events: [...ALL.events, 'received'] };
	const eventsOf = async () =>
		(await receive(call(mixed), both, { ...trigger, staticData: {} })).events.map(
			({ event }) => event,
		);
	const first = await eventsOf();
	expect(first).toHaveLength(335);
	// The same message stands in each entry.
	expect(first.filter((event) => event === 'received')).toHaveLength(1);
	expect(await eventsOf()).toEqual([]);
});

it.each<[chosen: string[], emitted: unknown[]]>([
	[['received'], []],
	[['preference'], [{ event: 'preference', optOut: 'stop', from: '+16505551234', text: null }]],
])('of a marketing preference, %j emits %j: it is no answer', async (events, emitted) => {
	const { events: items } = await receive(call(marketingStop), { events }, setting());
	expect(items).toMatchObject(emitted);
	expect(items).toHaveLength(emitted.length);
});

it('acknowledges statuses of other numbers, and says so to whom listens for a test event', async () => {
	const others = structuredClone(batch);
	for (const { changes } of others.entry) {
		for (const { value } of changes) {
			if (value.metadata) value.metadata.phone_number_id = '999999';
		}
	}
	const quiet = await receive(call(others), ALL, setting());
	expect([quiet.events, quiet.sent]).toEqual([[], []]);
	const listening = await receive({ ...call(others), isTest: true }, ALL, setting());
	expect(listening.events).toEqual([
		expect.objectContaining({
			reason: 'otherAccount',
			httpStatus: 200,
			ignored: expect.stringMatching(/reports events of 999999, which is not the account/),
		}),
	]);
});

it.each<[string, () => ReturnType<typeof call>, RegExp]>([
	['a forged signature', () => call(batch, 'another-secret'), /not signed with the App Secret/],
	['no signature', () => ({ ...call(batch), headers: {} }), /has no signature/],
	[
		'a body that was written again',
		() => ({ ...call(batch), rawBody: Buffer.from(JSON.stringify(batch, null, 1)) }),
		/not signed with the App Secret/,
	],
])('refuses %s with its sentence', async (_, forged, sentence) => {
	const { events, sent } = await receive({ ...forged(), isTest: true }, ALL, setting());
	expect(sent).toMatchObject([{ status: 401 }]);
	expect(events).toMatchObject([{ reason: 'rejected', ignored: expect.stringMatching(sentence) }]);
	expect(events[0].ignored).toMatch(/Compare "App Secret"/);
});

it('answers the challenge as plain text, and refuses one with a wrong token', async () => {
	const query = { 'hub.mode': 'subscribe', 'hub.challenge': '1158201444' };
	const get = async (token: string) =>
		await receive(
			{ method: 'GET', query: { ...query, 'hub.verify_token': token } },
			ALL,
			setting(),
		);
	expect((await get(verifyToken(credential))).sent).toEqual([
		{ status: 200, body: '1158201444', type: 'text/plain' },
	]);
	expect((await get('guessed')).sent).toMatchObject([{ status: 403, type: 'text/plain' }]);
});

it('says in the editor where the webhook goes, by who enters it', async () => {
	expect(await webhookSetUpOf(setting())).toMatchObject([
		{ name: expect.stringMatching(/publish to enter the URL/) },
	]);
	expect(await webhookSetUpOf(setting({ whatsAppCloudVerifyToken: 'mine' }))).toMatchObject([
		{
			name: expect.stringMatching(/enter the URL by hand/),
			description: expect.stringMatching(/App Dashboard.*"Verify Token"/),
		},
	]);
});
