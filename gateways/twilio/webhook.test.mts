import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import eventStream from './fixtures/event-stream.webhook.json';

/** Webhooks through the trigger, on n8n-core's contexts: genuine, forged and hostile. */
const nodes = async () => await import('../../test/nodes/fakeContext.mts');
const URL_ = 'https://n8n.example/webhook/webhook-1/webhook';
const TOKEN = '12345';
const credential = {
	gateway: 'twilio',
	twilioUrl: 'https://api.twilio.com',
	twilioAccountSid: `AC${'X'.repeat(32)}`,
	twilioAuthToken: TOKEN,
	twilioSender: '+15017122661',
	statusUrl: URL_,
};
const setting = (more = {}) => ({ credential: { ...credential, ...more } });
const sample = (name: string) =>
	readFileSync(join(__dirname, 'fixtures', `${name}.form.txt`), 'utf8').trim();

const hmac = (text: string) => createHmac('sha1', TOKEN).update(text).digest('base64');
const PATH = '/webhook/webhook-1/webhook';

function form(text: string, query = '') {
	const pairs = [...new URLSearchParams(text)].sort(([a], [b]) => (a < b ? -1 : 1));
	const signed = pairs.reduce((all, [name, value]) => all + name + value, `${URL_}${query}`);
	return {
		originalUrl: `${PATH}${query}`,
		query: Object.fromEntries(new URLSearchParams(query)),
		body: Object.fromEntries(pairs),
		rawBody: Buffer.from(text),
		headers: {
			'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
			'x-twilio-signature': hmac(signed),
		},
	};
}

function json(body: unknown) {
	const text = JSON.stringify(body);
	const hash = createHash('sha256').update(text).digest('hex');
	const query = `?bodySHA256=${hash}`;
	return {
		originalUrl: `${PATH}${query}`,
		query: { bodySHA256: hash },
		body,
		rawBody: Buffer.from(text),
		headers: {
			'content-type': 'application/json',
			'x-twilio-signature': hmac(`${URL_}${query}`),
		},
	};
}

it('a status starts the workflow with the reference, and Twilio reads TwiML', async () => {
	const { receive } = await nodes();
	const call = form(sample('undelivered'), '?reference=order-17');
	const { events, result, contentType } = await receive(call, {}, setting());
	expect(events).toMatchObject([
		{ status: 'failed', reference: 'order-17', failureCode: '30003', gateway: 'twilio' },
	]);
	expect(result.webhookResponse).toBe('<Response></Response>');
	expect(contentType).toBe('text/xml');
});

it('an incoming message that is not chosen starts nothing, and is answered by empty TwiML', async () => {
	const { receive } = await nodes();
	for (const name of ['received-sms', 'received-whatsapp-button', 'received-whatsapp-reply']) {
		const { events, result, contentType } = await receive(form(sample(name)), {}, setting());
		expect([events ?? [], result.webhookResponse, contentType]).toEqual([
			[],
			'<Response></Response>',
			'text/xml',
		]);
	}
});

it('an incoming message that is chosen starts the workflow, and is answered so, too', async () => {
	const { receive } = await nodes();
	const chosen = { events: ['received'] };
	const told = [];
	for (const name of ['received-sms-stop', 'received-whatsapp-button', 'undelivered']) {
		const { events, result, contentType } = await receive(form(sample(name)), chosen, setting());
		expect([result.webhookResponse, contentType]).toEqual(['<Response></Response>', 'text/xml']);
		told.push(events);
	}
	expect(told).toMatchObject([
		[{ event: 'received', from: '+15558675310', text: 'Stop', optOut: 'stop' }],
		[{ event: 'received', channel: 'whatsapp', text: 'Confirm', buttonId: 'confirm-17' }],
		[],
	]);
});

it('events of Event Streams come in a list', async () => {
	const { receive } = await nodes();
	const data = { ...eventStream.data, accountSid: credential.twilioAccountSid };
	const event = { ...eventStream, data };
	const { events } = await receive(json([event]), {}, setting());
	expect(events).toMatchObject([{ status: 'delivered', occurredAt: '2025-01-01T00:00:00.000Z' }]);
	const other = { ...event, data: { ...data, accountSid: 'AC1' } };
	expect((await receive(json([event, other]), {}, setting())).sent).toMatchObject([
		{ status: 401 },
	]);
});

describe('is answered by 401 and starts nothing', () => {
	const good = form(sample('delivered-whatsapp'));
	const event = json([eventStream]);
	it.each<[what: string, call: object]>([
		['no signature', { ...good, headers: { 'content-type': good.headers['content-type'] } }],
		['another body', { ...good, rawBody: Buffer.from('MessageStatus=failed') }],
		['another query', { ...good, originalUrl: `${PATH}?reference=x`, query: { reference: 'x' } }],
		['no bytes', { ...good, rawBody: undefined }],
		['multipart', { ...good, headers: { ...good.headers, 'content-type': 'multipart/form-data' } }],
		['JSON without its hash', { ...event, originalUrl: PATH, query: {} }],
		['a byte more than the hash', { ...event, rawBody: Buffer.from('[ ]') }],
		['the secret of other gateways', { body: good.body, headers: { authorization: TOKEN } }],
	])('%s', async (_, call) => {
		const { receive } = await nodes();
		const { sent, events } = await receive(call, {}, setting());
		expect(sent).toMatchObject([{ status: 401, body: { message: 'unauthorized' } }]);
		expect(events ?? []).toEqual([]);
	});
});

it.each<[what: string, body: unknown]>([
	['a deep list', [[[[[{}]]]]]],
	['numbers', [1, 2, 3]],
	['a prototype', JSON.parse('{"__proto__":{"specversion":"1.0"},"MessageStatus":{"a":1}}')],
	['events without data', [{ specversion: '1.0', type: 'com.twilio.messaging.message.sent' }]],
	['data that is text', { specversion: '1.0', type: 5, data: 'x' }],
	[
		'ten thousand events',
		Array.from({ length: 10_000 }, () => ({ specversion: '1.0', type: 'x' })),
	],
])('a hostile body that is signed does no harm: %s', async (_, body) => {
	const { receive } = await nodes();
	const { sent, log } = await receive(json(body), {}, setting());
	expect(sent.filter(({ status }) => status >= 500)).toEqual([]);
	expect(JSON.stringify(log)).not.toContain(TOKEN);
});

it('is published with the Auth Token only, and with a way for statuses to come', async () => {
	const { hook } = await nodes();
	expect(await hook('create', {}, setting())).toBe(true);
	const key = { twilioApiKeySid: 'SK1', twilioApiKeySecret: 'x', twilioAuthToken: '' };
	await expect(hook('create', {}, setting(key))).rejects.toThrow('"Auth Token" is empty');
	await expect(hook('create', {}, setting({ statusUrl: '' }))).rejects.toThrow('"Status URL"');
});
