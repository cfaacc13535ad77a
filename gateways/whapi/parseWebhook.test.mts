import fc from 'fast-check';
import { whapi } from '.';
import { STATUS_WORDS } from './statuses';
import apiSample from './fixtures/messages-post-api.webhook.json';
import received from './fixtures/received-text.webhook.json';
import mobileSample from './fixtures/messages-post-mobile.webhook.json';
import deliveredSample from './fixtures/statuses-post-delivered.webhook.json';
import readSample from './fixtures/statuses-post-read.webhook.json';
import readByUs from './fixtures/statuses-post-read-by-us.webhook.json';
import sentSample from './fixtures/statuses-post-sent.webhook.json';
import { receivedAt } from './testValues.mts';

const ADDRESS = '61371989950@s.whatsapp.net';
/** The vendor's page hides the address in its samples. */
const unmasked = <T,>(sample: T): T =>
	JSON.parse(JSON.stringify(sample).replaceAll('[email\u00a0protected]', ADDRESS));
const fromApi = unmasked(apiSample);
const fromMobile = unmasked(mobileSample);
const delivered = unmasked(deliveredSample);
const read = unmasked(readSample);
const sent = unmasked(sentSample);

const parse = (body: unknown) => whapi.parseWebhook(body, { receivedAt });
const statuses = (...elements: unknown[]) => ({ ...sent, statuses: elements });
const messages = (...elements: unknown[]) => ({ ...fromApi, messages: elements });
const status = sent.statuses[0];
const message = fromApi.messages[0];

const recipient = {
	address: ADDRESS,
	phone: '+61371989950',
	kind: 'phone',
};
const common = {
	event: 'status',
	gateway: 'whapi',
	channel: 'whatsapp',
	account: 'MANTIS-M72HC',
	isFinal: false,
	messageId: 'YhNqCveDWW90_t8lzrW25w-wO4Twl0rVw',
	scheduleId: null,
	reference: null,
	recipient,
	viewer: null,
	failure: null,
	origin: null,
	receivedAt,
};

describe("the vendor's samples", () => {
	it.each([
		['sent', sent, 30, '2024-04-13T08:02:58.000Z'],
		['delivered', delivered, 40, '2024-04-13T08:02:58.000Z'],
		['read', read, 50, '2024-04-13T08:06:21.000Z'],
	])('gives the status %s', (word, body, statusRank, occurredAt) => {
		expect(parse(body)).toEqual([
			{
				...common,
				eventId: `whapi|MANTIS-M72HC||${common.messageId}||${word}`,
				status: word,
				statusRank,
				gatewayStatus: word,
				occurredAt,
				raw: body.statuses[0],
			},
		]);
	});

	it('gives a message sent from the phone, with its status', () => {
		expect(parse(fromMobile)).toEqual([
			{
				...common,
				eventId: `whapi|MANTIS-M72HC||${common.messageId}||sent`,
				status: 'sent',
				statusRank: 30,
				gatewayStatus: 'sent',
				origin: 'phone',
				occurredAt: '2024-04-13T08:02:57.000Z',
				raw: fromMobile.messages[0],
			},
		]);
	});

	it('gives a message sent through the API, which has no status, as queued', () => {
		expect(parse(fromApi)).toEqual([
			{
				...common,
				eventId: 'whapi|MANTIS-M72HC||yqJRppZk7BI-wNoTwl0rVw||queued',
				messageId: 'yqJRppZk7BI-wNoTwl0rVw',
				status: 'queued',
				statusRank: 20,
				gatewayStatus: 'messages.post',
				origin: 'api',
				occurredAt: '2024-04-13T08:06:38.000Z',
				raw: message,
			},
		]);
	});
});

it('takes an address that is hidden for one of an unknown kind', () => {
	expect(parse(sentSample)).toMatchObject([
		{ status: 'sent', recipient: { phone: null, kind: 'unknown' } },
	]);
});

describe('the words of the vendor', () => {
	it('knows all that the help page lists', () => {
		const listed = ['failed', 'pending', 'sent', 'delivered', 'read', 'played', 'deleted'];
		expect(Object.keys(STATUS_WORDS)).toEqual(listed);
		const told = parse(statuses(...listed.map((word) => ({ ...status, status: word }))));
		expect(told.map((event) => [event.gatewayStatus, event.status])).toEqual([
			['failed', 'failed'],
			['pending', 'queued'],
			['sent', 'sent'],
			['delivered', 'delivered'],
			['read', 'read'],
			['played', 'played'],
			['deleted', 'deleted'],
		]);
		expect(new Set(told.map((event) => event.status))).toEqual(
			new Set(whapi.capabilities.webhooks.statuses),
		);
	});

	it.each(['warped', 'constructor', '__proto__'])('tells %s as unknown', (word) => {
		expect(parse(statuses({ ...status, status: word }))).toMatchObject([
			{ status: 'unknown', gatewayStatus: word },
		]);
	});

	it('goes by the word, not by the number', () => {
		expect(parse(statuses({ ...status, code: 0, status: 'read' }))).toMatchObject([
			{ status: 'read' },
		]);
	});
});

describe('a failure', () => {
	it('is told from errors', () => {
		const errors = [
			{ code: 131026, message: 'Message undeliverable', details: 'not on WhatsApp', href: 'x' },
			{ code: 1, message: 'second' },
		];
		expect(parse(statuses({ ...status, status: 'failed', errors }))).toMatchObject([
			{
				status: 'failed',
				isFinal: true,
				failure: { code: '131026', reason: 'Message undeliverable: not on WhatsApp' },
			},
		]);
	});

	it.each([[undefined], [[]], ['oops'], [[null, 7, {}]]])(
		"has the vendor's words where errors are %j",
		(errors) => {
			expect(parse(statuses({ ...status, status: 'failed', errors }))).toMatchObject([
				{ failure: { code: null, reason: 'Message failed to send' } },
			]);
		},
	);
});

describe('several in one call', () => {
	it('gives one event an element, in order, and skips what is no object', () => {
		const body = statuses(status, null, 'x', {
			...status,
			status: 'read',
			viewer_id: '4915112345',
		});
		expect(parse(body)).toMatchObject([
			{ status: 'sent', viewer: null },
			{ status: 'read', viewer: '4915112345' },
		]);
	});

	it('leaves out what others wrote, actions on other messages, and notes of the system', () => {
		const body = messages(
			message,
			{ ...message, from_me: false },
			{ ...message, from_me: 'true' },
			{ ...message, type: 'action', action: { type: 'reaction', target: 'x' } },
			...['system', 'pin', 'call'].map((type) => ({ ...message, type })),
			{ ...message, source: 'system' },
		);
		expect(parse(body)).toHaveLength(1);
	});

	it('ends, however large it is: what grew with the square would take hours', () => {
		const many = (count: number) =>
			statuses(...Array.from({ length: count }, (_, id) => ({ ...status, id: `m${id}` })));
		const body = many(100_000);
		expect(parse(body)).toHaveLength(100_000);
	});

	it('keeps the element alone as raw', () => {
		const body = statuses(status, { ...status, id: 'b' });
		expect(parse(body).map((event) => event.raw)).toEqual(body.statuses);
	});
});

describe('messages.post without a status', () => {
	it.each([
		['api', 'queued', 'api'],
		['mobile', 'sent', 'phone'],
		['web', 'sent', 'phone'],
		['business_api', 'queued', 'api'],
		['unknown', 'queued', null],
		[undefined, 'queued', null],
	])('from %s is %s', (source, expected, origin) => {
		expect(parse(messages({ ...message, source }))).toMatchObject([{ status: expected, origin }]);
	});
});

describe('the same again', () => {
	it('has the same event id, whenever it comes', () => {
		const [first] = whapi.parseWebhook(sent, { receivedAt });
		const [second] = whapi.parseWebhook(structuredClone(sent), {
			receivedAt: '2025-01-01T00:00:00.000Z',
		});
		expect(second.eventId).toBe(first.eventId);
	});

	it('has another one for another viewer or status, and the same at another time', () => {
		const body = statuses(
			status,
			{ ...status, viewer_id: '4915112345' },
			{ ...status, status: 'read' },
			{ ...status, timestamp: '1712995379' },
		);
		expect(new Set(parse(body).map((event) => event.eventId)).size).toBe(3);
	});
});

describe('a message that we received', () => {
	it('tells no status, but its id', () => {
		expect(parse(received)).toEqual([]);
		expect(whapi.receivedIds!(received)).toEqual([received.messages[0].id]);
	});

	it('is told as read by us with nothing that says so but that id', () => {
		expect(parse(readByUs)).toMatchObject([{ status: 'read', messageId: received.messages[0].id }]);
	});

	it.each([fromApi, sent, null, 'x', [], {}, { messages: {} }, { messages: [null, { id: 7 }] }])(
		'is none of %j',
		(body) => expect(whapi.receivedIds!(body)).toEqual([]),
	);
});

it.each(['event', 'method'])('knows the kind of change by the name %s', (key) => {
	expect(parse({ ...sent, event: { type: 'statuses', [key]: 'post' } })).toMatchObject([
		{ status: 'sent', gatewayStatus: 'sent' },
	]);
});

describe('other webhooks', () => {
	it.each([
		'messages.patch',
		'messages.delete',
		'chats.post',
		'contacts.patch',
		'groups.put',
		'presences.post',
		'calls.post',
		'channel.patch',
		'users.post',
		'labels.delete',
		'service.post',
	])('%s gives nothing', (name) => {
		const [type, event] = name.split('.');
		expect(parse({ ...fromApi, event: { type, event } })).toEqual([]);
	});

	it.each(['statuses.delete', 'messages.archive', 'broadcasts.post', 'constructor.post'])(
		'%s, of which nobody has heard, gives one unknown event',
		(name) => {
			const [type, event] = name.split('.');
			const body = { ...sent, event: { type, event } };
			expect(parse(body)).toMatchObject([
				{ status: 'unknown', gatewayStatus: name, account: 'MANTIS-M72HC', raw: body },
			]);
		},
	);

	it('gives nothing where no event is named', () => {
		expect(parse({})).toEqual([]);
		expect(parse({ statuses: [status] })).toEqual([]);
	});
});

describe('whatever comes', () => {
	it('never throws', () => {
		fc.assert(
			fc.property(
				fc.jsonValue(),
				(body) => Array.isArray(parse(body)) && Array.isArray(whapi.receivedIds!(body)),
			),
		);
	});

	it('never throws on a sample of which one part is anything', () => {
		const samples = [sent, delivered, read, fromApi, fromMobile];
		const key = fc.constantFrom(
			...['id', 'code', 'status', 'recipient_id', 'chat_id', 'timestamp', 'viewer_id', 'errors'],
			...['from_me', 'source', 'type', 'statuses', 'messages', 'event', 'channel_id', '__proto__'],
		);
		fc.assert(
			fc.property(fc.constantFrom(...samples), key, fc.jsonValue(), (sample, name, value) => {
				const text = JSON.stringify(sample, (at, told) => (at === name ? value : told));
				return Array.isArray(parse(JSON.parse(text)));
			}),
			{ numRuns: 500 },
		);
	});

	it('does not follow __proto__', () => {
		const body = JSON.parse(
			'{"__proto__":{"event":{"type":"statuses","event":"post"},"statuses":[{"id":"x","status":"sent"}]}}',
		);
		expect(parse(body)).toEqual([]);
		const element = JSON.parse(
			'{"__proto__":{"id":"x","status":"failed","errors":[{"message":"m"}]}}',
		);
		expect(parse(statuses(element))).toMatchObject([
			{ messageId: null, status: 'unknown', failure: null },
		]);
		expect(Object.prototype).not.toHaveProperty('status');
	});

	it('stays calm with deep nesting', () => {
		let deep: unknown = 1;
		for (let level = 0; level < 100_000; level++) deep = [deep];
		expect(parse({ event: { type: 'deep', event: 'post' }, deep })).toHaveLength(1);
		expect(parse(statuses({ ...status, errors: deep }))).toHaveLength(1);
	});
});
