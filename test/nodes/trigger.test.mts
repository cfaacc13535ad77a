import { createHmac } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { gatewayIds } from '../../gateways/registry';
import { formatLocalTime } from '../../messages/sendTime';
import { MessageSchedulerTrigger } from '../../nodes/MessageSchedulerTrigger/MessageSchedulerTrigger.node';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { fixture, webhooksOf } from '../fixtures.mts';
import {
	credentialFor,
	expectNoToken,
	hook,
	hurry,
	receive as receiveOn,
	SECRET,
	type Call,
	type Json,
	type Setting,
} from './fakeContext.mts';

/** The trigger on n8n-core's `WebhookContext` and `HookContext`. */
let sandbox: Sandbox;
let setting: Setting;
let triggers = 0;

beforeAll(async () => {
	sandbox = await startSandbox({ rateLimits: false, clockFactor: 60 });
});
// A trigger of its own for each test: it remembers what it has told.
beforeEach(() => {
	setting = { credential: credentialFor(sandbox), node: { id: `trigger-${++triggers}` } };
	hurry();
});
afterEach(() => {
	sandbox.faults.clear();
	jest.restoreAllMocks();
});
afterAll(async () => await sandbox.close());

const ALL = {
	events: [
		'scheduled',
		'queued',
		'sent',
		'delivered',
		'read',
		'played',
		'failed',
		'expired',
		'cancelled',
		'deleted',
		'suspended',
		'unknown',
	],
};
const sent = (more: Json = {}): Json => ({
	event: 'message.sent',
	sessionId: 'e67a00be-ed45-4356-9488-049cabb9895d',
	timestamp: '2026-11-20T10:00:00.000Z',
	scheduledId: 'sched_1',
	status: 'success',
	result: { messageId: 'ABC', to: '919988066776@s.whatsapp.net' },
	...more,
});
const headers = { authorization: SECRET };

const receive = async (call: Call, parameters: Json = {}, more: Partial<Setting> = {}) =>
	await receiveOn(call, parameters, { ...setting, ...more });

describe('a genuine webhook', () => {
	it('becomes one item and is answered with 200', async () => {
		const { result, sent: answers, events } = await receive({ headers, body: sent() });
		// n8n answers with the status of the node's description, 200, and this body.
		expect(result.webhookResponse).toEqual({ status: 'ok' });
		expect(result.noWebhookResponse).toBeUndefined();
		expect(answers).toEqual([]);
		expect(events).toHaveLength(1);
		const { timezone, recipientAddress } = events[0] as Record<string, string>;
		// As the table shows it: what a person looks for first, the ids last.
		expect(Object.entries(events[0])).toEqual([
			['event', 'status'],
			['status', 'sent'],
			['occurredAtLocal', formatLocalTime('2026-11-20T10:00:00.000Z', timezone)],
			['recipient', '+919988066776'],
			['failure', null],
			['timezone', expect.any(String)],
			['occurredAt', '2026-11-20T10:00:00.000Z'],
			['receivedAt', expect.any(String)],
			['isFinal', false],
			['statusRank', 30],
			['gatewayStatus', 'message.sent'],
			['failureCode', null],
			['viewer', null],
			['origin', 'api'],
			['reference', null],
			['gateway', 'chatWhatsApp'],
			['channel', 'whatsapp'],
			['account', 'e67a00be-ed45-4356-9488-049cabb9895d'],
			['recipientKind', 'phone'],
			['recipientAddress', expect.stringContaining('919988066776')],
			['messageId', 'ABC'],
			['scheduleId', 'sched_1'],
			['eventId', expect.any(String)],
			['raw', sent()],
		]);
		expect(recipientAddress).not.toBe('');
	});

	it.each([
		['Asia/Kolkata', 'Asia/Kolkata', 'Fri, 20 Nov 2026, 15:30'],
		['Mars/Olympus', 'UTC', 'Fri, 20 Nov 2026, 10:00'],
	])('shows its time in the workflow’s timezone: %s', async (of, timezone, occurredAtLocal) => {
		const call = { headers, body: sent() };
		const { events } = await receive(call, {}, { settings: { timezone: of } });
		expect(events).toMatchObject([{ timezone, occurredAtLocal }]);
	});

	it.each<[string, Call]>([
		['header authorization', { headers: { authorization: SECRET } }],
		['header authorization with a scheme', { headers: { authorization: `Bearer ${SECRET}` } }],
		['header x-webhook-secret', { headers: { 'x-webhook-secret': SECRET } }],
		['query secret', { query: { secret: SECRET } }],
	])('is known by its secret: %s', async (_, call) => {
		expect((await receive({ ...call, body: sent() })).events).toHaveLength(1);
	});

	it('is read also where n8n left the body as text', async () => {
		const { events } = await receive({ headers, body: JSON.stringify(sent()) });
		expect(events).toMatchObject([{ status: 'sent' }]);
	});

	it.each<[string, Json]>([
		['a status that is not wanted', { events: ['read'] }],
		['none wanted', { events: [] }],
	])('costs no execution for %s, and is answered with 200', async (_, parameters) => {
		const { result, sent: answers } = await receive({ headers, body: sent() }, parameters);
		expect(result).toEqual({ webhookResponse: { status: 'ok' } });
		expect(answers).toEqual([]);
	});

	it('is filtered status by status, not body by body', async () => {
		const credential = credentialFor(sandbox, {}, 'whapi');
		const status = (id: string, word: string, code: number) => ({
			id,
			code,
			status: word,
			recipient_id: '61371989950@s.whatsapp.net',
			timestamp: '1712995378',
		});
		const body = {
			statuses: [status('a', 'delivered', 3), status('b', 'read', 4), status('c', 'sent', 2)],
			event: { type: 'statuses', event: 'post' },
			channel_id: sandbox.accounts.whapi.channelId,
		};
		const { events } = await receive(
			{ headers, body },
			{ events: ['read', 'sent'] },
			{ credential },
		);
		expect(events.map(({ messageId, status: told }) => [messageId, told])).toEqual([
			['c', 'sent'],
			['b', 'read'],
		]);
	});
});

describe('a webhook that is not trusted', () => {
	it.each<[string, Call]>([
		['without a secret', {}],
		['with another secret', { headers: { authorization: 'another' } }],
		['with the beginning of the secret', { headers: { authorization: SECRET.slice(0, -1) } }],
		['with a longer secret', { headers: { authorization: `${SECRET}x` } }],
		['with two secrets in one header', { headers: { 'x-webhook-secret': [SECRET, SECRET] } }],
		['with a list as query', { query: { secret: [SECRET] } }],
		['with an object as query', { query: { secret: { a: SECRET } } }],
		['with the secret in the body only', { body: sent({ secret: SECRET }) }],
	])('is answered with 401 and starts nothing: %s', async (_, call) => {
		const { result, sent: answers, log } = await receive({ body: sent(), ...call });
		expect(result).toEqual({ noWebhookResponse: true });
		expect(answers).toEqual([{ status: 401, body: { message: 'unauthorized' } }]);
		// The log says why, and holds neither secret nor body.
		expect(log).toHaveLength(1);
		expect(log[0]).toMatch(/webhook rejected/);
		expect(log[0]).not.toMatch(/only-the-gateway|sched_1|another\b.*another/);
	});

	it('is refused before the body is looked at', async () => {
		const { sent: answers } = await receive({ body: 'no json at all' });
		expect(answers).toMatchObject([{ status: 401 }]);
	});

	it.each([false, true])(
		'without a secret in the credential: accepted only when the user says so (%s)',
		async (acceptUnauthenticated) => {
			const credential = credentialFor(sandbox, { webhookSecret: '' });
			const { events, sent: answers } = await receive(
				{ body: sent() },
				{ options: { acceptUnauthenticated } },
				{ credential },
			);
			expect(events).toHaveLength(acceptUnauthenticated ? 1 : 0);
			expect(answers).toHaveLength(acceptUnauthenticated ? 0 : 1);
		},
	);

	it('is refused also with that option, where the credential has a secret', async () => {
		const { sent: answers } = await receive(
			{ body: sent() },
			{ options: { acceptUnauthenticated: true } },
		);
		expect(answers).toMatchObject([{ status: 401 }]);
	});
});

it.each<[string, unknown]>([
	['a list', [sent()]],
	['text', 'hello'],
	['a number', 7],
	['null', null],
	['nothing', undefined],
])('answers 400 to a trusted body that is no JSON object: %s', async (_, body) => {
	const { result, sent: answers } = await receive({ headers, body: body ?? 'undefined' });
	expect(result).toEqual({ noWebhookResponse: true });
	expect(answers).toEqual([{ status: 400, body: { message: expect.any(String) } }]);
});

it.each<[string, Partial<Setting>]>([
	['no credential', { node: { id: 'none', credentials: {} } }],
	[
		'a gateway that is not there',
		{ credential: { gateway: 'carrierPigeon', webhookSecret: SECRET } },
	],
])('answers 503 with %s, so that the gateway comes again', async (_, more) => {
	const { result, sent: answers, log } = await receive({ headers, body: sent() }, {}, more);
	expect(result).toEqual({ noWebhookResponse: true });
	expect(answers).toMatchObject([{ status: 503 }]);
	expect(log).toHaveLength(1);
});

describe('a status that was told before', () => {
	it('is left out, unless the user wants it', async () => {
		const first = await receive({ headers, body: sent() });
		const again = await receive({ headers, body: sent() });
		expect([first.events.length, again.events.length]).toEqual([1, 0]);
		expect(again.result.webhookResponse).toEqual({ status: 'ok' });
		const wanted = await receive({ headers, body: sent() }, { options: { skipDuplicates: false } });
		expect(wanted.events).toHaveLength(1);
	});

	it('is left out also after a restart, by the static data', async () => {
		const staticData = {};
		await receive({ headers, body: sent() }, {}, { staticData });
		// Another id is another memory; the static data goes by the node's name.
		const restarted = { staticData, node: { id: `restarted-${triggers}` } };
		expect((await receive({ headers, body: sent() }, {}, restarted)).events).toEqual([]);
		const next = sent({ scheduledId: 'sched_2', result: { messageId: 'DEF' } });
		expect((await receive({ headers, body: next }, {}, restarted)).events).toHaveLength(1);
	});

	it('comes again when n8n could not store the execution', async () => {
		const refused = await receive({ headers, body: sent(), broken: true });
		await new Promise((resolve) => setImmediate(resolve));
		const again = await receive({ headers, body: sent() });
		expect([refused.events.length, again.events.length]).toEqual([1, 1]);
	});

	it('is told once when 50 equal deliveries come at once', async () => {
		const all = await Promise.all(
			Array.from({ length: 50 }, async () => await receive({ headers, body: sent() })),
		);
		expect(all.flatMap(({ events }) => events)).toHaveLength(1);
	});

	it('is late after a later one of the same message, and left out too', async () => {
		const credential = credentialFor(sandbox, {}, 'whapi');
		const told = async (word: string, timestamp: string, options: Json = {}) => {
			const status = {
				id: 'x',
				status: word,
				recipient_id: '61371989950@s.whatsapp.net',
				timestamp,
			};
			const body = {
				statuses: [status],
				event: { type: 'statuses', event: 'post' },
				channel_id: sandbox.accounts.whapi.channelId,
			};
			const { events } = await receive({ headers, body }, { ...ALL, options }, { credential });
			return events.length;
		};
		expect(await told('read', '1712995378')).toBe(1);
		expect(await told('sent', '1712995370')).toBe(0);
		expect(await told('delivered', '1712995371', { skipOutOfOrder: false })).toBe(1);
	});
});

describe('a message that we received and read', () => {
	const webhook = (name: string) => fixture('whapi', `${name}.webhook.json`) as Json;
	const credentialOf = () => credentialFor(sandbox, { whapiChannelId: 'MANTIS-M72HC' }, 'whapi');
	const whapiCall = (body: Json) => ({ headers: { authorization: `Bearer ${SECRET}` }, body });

	it('is no message of ours, once it was told', async () => {
		setting = { ...setting, credential: credentialOf() };
		const incoming = await receive(whapiCall(webhook('received-text')), ALL);
		expect(incoming.events).toEqual([]);
		const readByUs = await receive(whapiCall(webhook('statuses-post-read-by-us')), ALL);
		expect(readByUs.result.webhookResponse).toEqual({ status: 'ok' });
		expect(readByUs.events).toEqual([]);
		// The status of a message of ours goes through.
		const ours = await receive(whapiCall(webhook('statuses-post-read')), ALL);
		expect(ours.events).toMatchObject([{ status: 'read' }]);
		// Another trigger has not heard of it.
		const other = await receive(whapiCall(webhook('statuses-post-read-by-us')), ALL, {
			node: { id: 'another-trigger' },
		});
		expect(other.events).toMatchObject([{ status: 'read' }]);
	});
});

it('has both versions, and gives new nodes the one that costs n8n less', () => {
	const { version, defaultVersion } = new MessageSchedulerTrigger().description;
	expect({ version, defaultVersion }).toEqual({ version: [1, 2], defaultVersion: 2 });
	for (const name of readdirSync(join(__dirname, '../../examples'))) {
		const { nodes } = JSON.parse(readFileSync(join(__dirname, '../../examples', name), 'utf8')) as {
			nodes: Array<{ type: string; typeVersion: number }>;
		};
		for (const { type, typeVersion } of nodes) {
			if (type.endsWith('.messageSchedulerTrigger')) expect([name, typeVersion]).toEqual([name, 2]);
		}
	}
});

describe('hostile input', () => {
	const text = fc.oneof(fc.string(), fc.constantFrom(SECRET, `Bearer ${SECRET}`, '__proto__'));
	const anything = fc.oneof(fc.jsonValue(), text, fc.constant(undefined));
	const bag = fc.dictionary(
		fc.constantFrom(
			'authorization',
			'x-webhook-secret',
			'secret',
			'x-instanceid',
			'__proto__',
			'host',
		),
		anything,
	);

	it.each(gatewayIds)('%s: never throws, and always answers exactly once', async (gateway) => {
		const credential = credentialFor(sandbox, {}, gateway);
		const vendor = webhooksOf(gateway).map(([, body]) => body);
		const mutated = fc
			.tuple(fc.constantFrom(...vendor), fc.array(fc.tuple(fc.nat(), anything), { maxLength: 4 }))
			.map(([body, changes]) => changes.reduce<unknown>(mutate, structuredClone(body)));
		await fc.assert(
			fc.asyncProperty(
				fc.oneof(anything, mutated),
				bag,
				bag,
				fc.boolean(),
				async (body, more, query, trusted) => {
					const call = { body, query, headers: trusted ? { ...more, ...headers } : more };
					const { result, sent: answers, events } = await receive(call, ALL, { credential });
					const silent = result.noWebhookResponse === true;
					expect(answers).toHaveLength(silent ? 1 : 0);
					if (silent) expect([400, 401]).toContain(answers[0].status);
					if (silent) expect(events).toEqual([]);
					expect(({} as Json).polluted).toBeUndefined();
				},
			),
			{ numRuns: 120 },
		);
	});

	it('of great depth and size comes to an end', async () => {
		let deep: Json = {};
		for (let level = 0; level < 10_000; level++) deep = { event: deep, result: deep };
		await receive({ headers, body: deep }, ALL);
		await receive({ headers, body: sent({ scheduledId: 'x'.repeat(16_000_000) }) }, ALL);
		await receive({ headers: { authorization: 'y'.repeat(1_000_000) }, body: deep }, ALL);
	});

	it('pollutes no prototype', async () => {
		const body = JSON.parse(
			'{"event":"message.sent","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"result":{"__proto__":{"polluted":1}}}',
		) as Json;
		await receive({ headers, body }, ALL);
		expect(({} as Json).polluted).toBeUndefined();
	});
});

/** Puts a value somewhere into a body. */
function mutate(body: unknown, [place, value]: [number, unknown]): unknown {
	if (typeof body !== 'object' || body === null) return value;
	const keys = Object.keys(body);
	if (keys.length === 0) return value;
	const key = keys[place % keys.length];
	const inner = mutate((body as Json)[key], [Math.floor(place / keys.length), value]);
	return Array.isArray(body)
		? Object.assign([...body], { [key]: inner })
		: { ...body, [key]: inner };
}

describe('activation', () => {
	it('asks for nothing where the gateway has no API for webhooks, but for the secret', async () => {
		sandbox.clearRequests();
		expect(await hook('checkExists', {}, setting)).toBe(false);
		expect(await hook('create', {}, setting)).toBe(true);
		expect(await hook('delete', {}, setting)).toBe(true);
		expect(sandbox.requests()).toEqual([]);
	});

	it.each(['chatWhatsApp', 'hypersenderSms', 'hypersenderWhatsApp'])(
		'%s: refused without a Webhook Secret, unless the user accepts that',
		async (gateway) => {
			const open = {
				...setting,
				credential: credentialFor(sandbox, { webhookSecret: ' ' }, gateway),
			};
			const error: unknown = await hook('create', {}, open).catch((thrown: unknown) => thrown);
			expect(error).toMatchObject({
				name: 'NodeOperationError',
				// All in one: n8n 2.4 shows the description in the message's place where there is one.
				message: expect.stringMatching(
					/"Webhook Secret" is empty in the Message Gateway API credential.*\. Enter a long random string.*"Accept Unauthenticated Webhooks"/,
				),
				description: null,
			});
			expectNoToken(error, open.credential);
			expect(await hook('create', { options: { acceptUnauthenticated: true } }, open)).toBe(true);
		},
	);

	it('says which field of the credential is missing', async () => {
		const credential = credentialFor(sandbox, { chatWhatsAppSessionId: '' });
		await expect(hook('create', {}, { ...setting, credential })).rejects.toThrow(
			/"Session ID" is empty/,
		);
	});

	it.each(['whapi', 'greenApi'])(
		'%s: registers itself, is found, and takes itself away',
		async (gateway) => {
			const staticData: Json = {};
			const own = { ...setting, staticData, credential: credentialFor(sandbox, {}, gateway) };
			expect(await hook('checkExists', {}, own)).toBe(false);
			expect(await hook('create', {}, own)).toBe(true);
			expect(await hook('checkExists', {}, own)).toBe(true);
			expect(JSON.stringify(staticData)).toContain('https://n8n.example/webhook/webhook-1/webhook');
			const { body } = sandbox.requests(gateway as never).find(({ method }) => method !== 'GET')!;
			expect(JSON.stringify(body)).toContain('https://n8n.example/webhook/webhook-1/webhook');
			expect(JSON.stringify(body)).toContain(SECRET);
			expect(await hook('delete', {}, own)).toBe(true);
			expect(await hook('checkExists', {}, own)).toBe(false);
			expect(JSON.stringify(staticData)).not.toContain('n8n.example');
		},
	);

	it.each(['whapi', 'greenApi'])(
		'%s: makes up a secret where the user gave none, the same in every process',
		async (gateway) => {
			const own = {
				...setting,
				staticData: {},
				credential: credentialFor(sandbox, { webhookSecret: '' }, gateway),
			};
			sandbox.clearRequests();
			expect(await hook('create', {}, own)).toBe(true);
			expect(await hook('checkExists', {}, own)).toBe(true);
			const { body } = sandbox.requests(gateway as never).find(({ method }) => method !== 'GET')!;
			const [secret] = /[0-9a-f]{64}/.exec(JSON.stringify(body)) ?? [];
			const text = JSON.stringify(Object.values(own.credential));
			expect(text).not.toContain(secret);
			const ids = { channel_id: sandbox.accounts.whapi.channelId };
			const call = {
				body: { ...ids, instanceData: { idInstance: sandbox.accounts.greenApi.idInstance } },
			};
			const good = await receive({ ...call, headers: { authorization: secret } }, ALL, own);
			expect(good.sent).toEqual([]);
			const bad = await receive({ ...call, headers: { authorization: SECRET } }, ALL, own);
			expect(bad.sent).toMatchObject([{ status: 401 }]);
			await hook('delete', {}, own);
		},
	);

	it.each([
		['whapi', 'whapiToken'],
		['greenApi', 'greenApiToken'],
	])(
		"%s: derives it from the gateway's key and the node, and from nothing else",
		async (gateway, field) => {
			const plain = credentialFor(sandbox, { webhookSecret: '' }, gateway);
			const registered = async (credential: Json, node = {}) => {
				sandbox.clearRequests();
				await hook('create', {}, { ...setting, credential, staticData: {}, node });
				const { body } = sandbox.requests(gateway as never).find(({ method }) => method !== 'GET')!;
				await hook('delete', {}, { ...setting, credential, staticData: {}, node });
				return /[0-9a-f]{64}/.exec(JSON.stringify(body))?.[0];
			};
			const derived = (webhookId: string) =>
				createHmac('sha256', String(plain[field]))
					.update(`message-scheduler-webhook/${webhookId}`)
					.digest('hex');
			expect(await registered(plain)).toBe(derived('webhook-1'));
			expect(await registered(plain, { webhookId: 'webhook-2' })).toBe(derived('webhook-2'));
			// The other gateways' fields stay in a credential when the user switches.
			const others = { ...plain, chatWhatsAppApiKey: 'x', hypersenderSmsApiToken: 'y' };
			expect(await registered(others)).toBe(derived('webhook-1'));
		},
	);

	it.each([
		['whapi', 'whapiToken'],
		['greenApi', 'greenApiToken'],
	])(
		'%s: derives no secret from an empty token, and trusts nobody then',
		async (gateway, field) => {
			const credential = credentialFor(sandbox, { webhookSecret: '', [field]: ' ' }, gateway);
			const own = { ...setting, credential };
			sandbox.clearRequests();
			await expect(hook('create', {}, own)).rejects.toThrow(/"Webhook Secret" is empty/);
			expect(sandbox.requests()).toEqual([]);
			const derived = createHmac('sha256', '').update('message-scheduler-webhook/webhook-1');
			const { sent: answers } = await receive(
				{ body: sent(), headers: { authorization: derived.digest('hex') } },
				ALL,
				own,
			);
			expect(answers).toMatchObject([{ status: 401 }]);
		},
	);

	it('keeps the word "Authorization" out of its errors: n8n would then not try again at start-up', async () => {
		const credential = credentialFor(sandbox, { whapiUrl: 'http://127.0.0.1:9' }, 'whapi');
		const error: unknown = await hook('create', {}, { ...setting, credential }).catch(
			(thrown: unknown) => thrown,
		);
		expect(error).toMatchObject({
			message: expect.stringMatching(/Whapi\.Cloud cannot be reached/),
		});
		expect((error as Error).message).not.toMatch(/Authorization/);
	});
});
