import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Gateway } from '../../gateways/gateway';
import { gateways } from '../../gateways/registry';
import { owl } from './owl.mts';

/**
 * What the interface offers to gateways to come, each used once, through the nodes on n8n-core's contexts:
 * by a gateway of the tests, since none of the package's needs it yet.
 */
(gateways as Gateway[]).push(owl);

interface Seen {
	readonly host: 'nest' | 'tower';
	readonly call: string;
	readonly headers: IncomingHttpHeaders;
	readonly text: string;
}

let seen: Seen[] = [];
/** What the nest answers to the next calls of a path. */
let answers: Record<string, Array<readonly [status: number, body: string]>> = {};
const servers: Server[] = [];
let credential: Record<string, string>;

const start = async (host: Seen['host']): Promise<string> => {
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const call = `${request.method} ${request.url}`;
			seen.push({ host, call, headers: request.headers, text: Buffer.concat(chunks).toString() });
			const [status, body] = answers[call]?.shift() ?? [200, '{}'];
			response.writeHead(status, { 'content-type': 'application/json' }).end(body);
		});
	});
	servers.push(server);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const RING = 'the-ring-of-the-owl';
const STATUS_URL = 'https://n8n.example/webhook/webhook-1/webhook';

beforeAll(async () => {
	credential = {
		gateway: 'owl',
		owlNest: await start('nest'),
		owlTower: await start('tower'),
		owlKey: 'a-fat-mouse',
		owlRing: RING,
		owlRoost: '',
		statusUrl: STATUS_URL,
	};
});
beforeEach(() => {
	seen = [];
	answers = {};
});
afterAll(() => servers.forEach((server) => server.close()));

const nodes = async () => await import('../nodes/fakeContext.mts');
const SEND = { resource: 'message', operation: 'send', recipient: '+919988066776', text: 'hoo' };
const IMAGE = { ...SEND, messageType: 'image', mediaUrl: 'https://example.com/a.png' };
const hasWings = () => ({ 'GET /engine': [[200, '{"wings":2}'] as const] });
const callsOf = (path: string) => seen.filter(({ call }) => call === path);

describe('requests', () => {
	it('are forms with repeated names, and hand the status URL over with the message', async () => {
		const { outputOf } = await nodes();
		answers = hasWings();
		const options = { reference: 'order 17' };
		const [item] = await outputOf({ ...IMAGE, options }, { credential });
		const [sent] = callsOf('POST /messages');
		expect(sent.headers).toMatchObject({
			'content-type': 'application/x-www-form-urlencoded',
			'x-mouse': 'a-fat-mouse',
		});
		const form = new URLSearchParams(sent.text);
		expect(form.get('To')).toBe('+919988066776');
		expect(form.getAll('MediaUrl')).toEqual([
			'https://example.com/a.png',
			'https://example.com/a.png?again=1&b=2',
		]);
		expect(form.get('StatusCallback')).toBe(`${STATUS_URL}?reference=order+17`);
		// A success without an id.
		expect(item).toMatchObject({ status: 'sent', messageId: null, queueId: null });
	});

	it('are multipart, and go to another host of the gateway with the same key', async () => {
		const { outputOf } = await nodes();
		answers = hasWings();
		await outputOf(IMAGE, { credential });
		const [upload] = seen.filter(({ host }) => host === 'tower');
		expect(upload).toMatchObject({
			call: 'POST /uploads',
			headers: { 'x-mouse': 'a-fat-mouse' },
		});
		const parts = await new Response(upload.text, {
			headers: { 'content-type': upload.headers['content-type']! },
		}).formData();
		expect(parts.get('purpose')).toBe('é & more');
		const file = parts.get('file') as File;
		expect([file.name, file.type]).toEqual(['a "feather".bin', 'image/png']);
		expect(await file.text()).toBe('\u0000\r\n--not a boundary');
	});

	it('put the key before no address that is none of the gateway’s', () => {
		const url = 'https://elsewhere.example/messages';
		const request = { method: 'GET' as const, url, headers: {}, query: {} };
		expect(owl.authenticate(credential, request).url).toBe(`${credential.owlNest}${url}`);
	});
});

describe('errors', () => {
	const sendTo = async (...given: Array<readonly [status: number, body: string]>) => {
		const { runByEngine } = await nodes();
		answers = { 'POST /messages': given };
		const { error, items } = await runByEngine(SEND, { credential });
		return { error, items, tries: callsOf('POST /messages').length };
	};

	it('a rate limit by a code under status 400 is waited for, and a create goes out again', async () => {
		const { error, items, tries } = await sendTo([400, '{"code":130429}']);
		expect(error).toBeUndefined();
		expect(items).toMatchObject([{ status: 'sent' }]);
		expect(tries).toBe(2);
	});

	it('what was certainly not sent goes out again, although the status is 500', async () => {
		const { error, tries } = await sendTo([500, '{"code":"ASLEEP"}']);
		expect(error).toBeUndefined();
		expect(tries).toBe(2);
	});

	it('any other 500 leaves the outcome open, and nothing is repeated', async () => {
		const { error, tries } = await sendTo([500, '{}']);
		expect(error?.message).toContain('It is unknown whether the message was sent');
		expect(tries).toBe(1);
	});

	it('a refusal in the body of a success is a refusal', async () => {
		const { error, tries } = await sendTo([201, '{"code":131030}']);
		expect(error?.message).toMatch(/Night Owl .*"no such mouse" \(HTTP 201\)/);
		expect(error?.message).not.toContain('unknown');
		expect(tries).toBe(1);
	});
});

describe('capabilities', () => {
	it('are found out once a run', async () => {
		const { errorOf, outputOf } = await nodes();
		await expect(errorOf(IMAGE, { credential })).resolves.toMatchObject({
			message: expect.stringContaining('Night Owl'),
		});
		expect(callsOf('POST /messages')).toEqual([]);
		seen = [];
		answers = hasWings();
		await outputOf(IMAGE, { credential, items: [{}, {}, {}] });
		expect(callsOf('GET /engine')).toHaveLength(1);
		expect(callsOf('POST /messages')).toHaveLength(3);
	});

	it('that cannot be found out are those of the credential', async () => {
		const { outputOf } = await nodes();
		answers = { 'GET /engine': [[500, '{}']] };
		expect(await outputOf(SEND, { credential })).toMatchObject([{ status: 'sent' }]);
		expect(callsOf('GET /engine')).toHaveLength(1);
	});

	it('depend on the credential', async () => {
		const { errorOf, inSeconds, outputOf } = await nodes();
		const parameters = { recipient: '+919988066776', text: 'hoo', sendAt: inSeconds(3_600) };
		expect((await errorOf(parameters, { credential })).message).toContain('scheduler of its own');
		const roosting = { ...credential, owlRoost: 'the oak' };
		const [item] = await outputOf(parameters, { credential: roosting });
		// What the gateway does not tell is null.
		expect(item).toMatchObject({ scheduleId: 'owl-17', recipient: null, scheduledAt: null });
	});
});

describe('a scheduler without a list', () => {
	const roosting = () => ({ credential: { ...credential, owlRoost: 'the oak' } });

	it('says so, and still gets and cancels by the id', async () => {
		const { byId, errorOf, outputOf } = await nodes();
		expect((await errorOf({ operation: 'getAll' }, roosting())).message).toBe(
			'Night Owl documents no list of its scheduled messages',
		);
		const got = await outputOf({ operation: 'get', ...byId('owl-17') }, roosting());
		expect(got).toMatchObject([{ status: 'scheduled', text: null, recipientAddress: null }]);
		const cancelled = await outputOf({ operation: 'cancel', ...byId('owl-17') }, roosting());
		expect(cancelled).toMatchObject([{ status: 'cancelled' }]);
		expect(callsOf('DELETE /later/owl-17')).toHaveLength(1);
	});

	it('is not asked to create again what it may have taken', async () => {
		const { errorOf, inSeconds } = await nodes();
		answers = { 'POST /later': [[500, '{}']] };
		const parameters = { recipient: '+919988066776', text: 'hoo', sendAt: inSeconds(3_600) };
		const { message } = await errorOf(parameters, roosting());
		expect(message).toContain('It is unknown whether the message was scheduled');
		expect(callsOf('POST /later')).toHaveLength(1);
	});
});

describe('a webhook', () => {
	const sign = (text: string, url = STATUS_URL) =>
		createHmac('sha256', RING).update(url).update(text).digest('hex');
	const setting = () => ({ credential });
	/** Escaped as it came: parsed and written again, it would be another text. */
	const TEXT = '{"id":"caf\\u00e9","apikey":"the-token-of-the-owl"}';
	const posted = (text = TEXT) => ({
		body: JSON.parse(TEXT) as unknown,
		rawBody: Buffer.from(text),
		headers: { 'content-type': 'application/json', 'x-signature': sign(TEXT) },
	});

	it('is verified by its bytes, and what is secret in it is seen nowhere', async () => {
		const { receive } = await nodes();
		const { events, result, contentType, log } = await receive(posted(), {}, setting());
		expect(events).toMatchObject([{ status: 'delivered', messageId: 'café' }]);
		expect(JSON.stringify([events, log])).not.toContain('the-token-of-the-owl');
		// What its sender wants to read, with its type.
		expect(result.webhookResponse).toBe('<Response/>');
		expect(contentType).toBe('text/xml');
		const forged = await receive(posted(TEXT.replace('\\u00e9', 'é')), {}, setting());
		expect(forged.sent).toMatchObject([{ status: 401 }]);
	});

	it('is signed with its whole URL and the parameters of its form', async () => {
		const { receive } = await nodes();
		const url = `${STATUS_URL}?reference=order+17`;
		const rawBody = Buffer.from('id=1&tag=b&tag=+a');
		const headers = {
			'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
			'x-signature': sign('id=1;tag=b;tag= a;', url),
		};
		const call = {
			originalUrl: '/webhook/webhook-1/webhook?reference=order+17',
			query: { reference: 'order 17' },
			body: { id: '1', tag: ['b', ' a'] },
			rawBody,
			headers,
		};
		expect((await receive(call, {}, setting())).events).toMatchObject([
			{ messageId: '1', reference: 'order 17' },
		]);
		const moved = { ...call, originalUrl: '/webhook/webhook-1/webhook?reference=order+18' };
		expect((await receive(moved, {}, setting())).sent).toMatchObject([{ status: 401 }]);
	});

	it.each([
		['multipart', 'multipart/form-data; boundary=x'],
		['of another type', 'application/octet-stream'],
	])('whose bytes cannot be read is rejected, and no 500: %s', async (_, type) => {
		const { receive } = await nodes();
		const readRawBody = jest.fn(async () => await Promise.reject(new Error('not readable')));
		const headers = { 'content-type': type, 'x-signature': sign('') };
		const { sent } = await receive({ headers, readRawBody }, {}, setting());
		expect(sent).toEqual([{ status: 401, body: { message: 'unauthorized' } }]);
		expect(readRawBody).toHaveBeenCalledTimes(type.startsWith('multipart') ? 0 : 1);
	});

	it('by GET is a challenge, answered as text, and starts nothing', async () => {
		const { receive } = await nodes();
		const challenge = (token: string) => ({
			method: 'GET',
			query: { 'hub.mode': 'subscribe', 'hub.challenge': '<b>1158</b>', 'hub.verify_token': token },
		});
		for (const isTest of [false, true]) {
			const { sent, result } = await receive({ ...challenge(RING), isTest }, {}, setting());
			expect(sent).toEqual([{ status: 200, body: '<b>1158</b>', type: 'text/plain' }]);
			expect(result).toEqual({ noWebhookResponse: true });
		}
		const wrong = await receive(challenge('another'), {}, setting());
		expect(wrong.sent).toMatchObject([{ status: 401 }]);
	});

	it('by GET is refused where the gateway sends none', async () => {
		const { receive } = await nodes();
		// Another node: the credential of one is kept for seconds.
		const other = {
			credential: { gateway: 'chatWhatsApp', webhookSecret: 'x' },
			node: { id: 'node-2' },
		};
		expect((await receive({ method: 'GET' }, {}, other)).sent).toMatchObject([{ status: 405 }]);
	});

	it('needs the vendor’s key and the status URL, and not our secret, to be published', async () => {
		const { hook } = await nodes();
		expect(await hook('create', {}, setting())).toBe(true);
		const without = (changes: Record<string, string>) =>
			hook('create', {}, { credential: { ...credential, ...changes } });
		await expect(without({ owlRing: '' })).rejects.toThrow('"Ring Secret" is empty');
		await expect(without({ statusUrl: '' })).rejects.toThrow('"Status URL"');
	});
});

it('the credential shows what the gateway needs: its key and *Status URL*, no *Webhook Secret*', async () => {
	const { MessageGatewayApi } = await import('../../credentials/MessageGatewayApi.credentials');
	const { properties } = new MessageGatewayApi();
	const shown = (name: string) => properties.find((each) => each.name === name)?.displayOptions;
	expect(shown('statusUrl')).toEqual({ show: { gateway: expect.arrayContaining(['owl']) } });
	expect(shown('webhookSecret')).toEqual({
		hide: { gateway: expect.arrayContaining(['owl']) },
	});
});

it('*Webhook Set-Up* shows the sentence of the credential’s gateway', async () => {
	const { webhookSetUpOf } = await nodes();
	expect(await webhookSetUpOf({ credential })).toEqual([
		{
			name: 'Night Owl: enter the URL in the credential',
			value: 'setUp',
			description: 'Enter it as "Status URL" in the credential.',
		},
	]);
	expect(await webhookSetUpOf({ credential: { gateway: 'none' } })).toEqual([
		{ name: expect.stringContaining('Choose a credential'), value: 'setUp' },
	]);
});
