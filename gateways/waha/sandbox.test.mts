import { createHmac } from 'node:crypto';
import axios, { type AxiosInstance } from 'axios';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import ackGroup from './fixtures/message-ack-group.webhook.json';
import ackGroupNoweb from './fixtures/message-ack-group-noweb.webhook.json';
import ackGowsError from './fixtures/message-ack-gows-error.webhook.json';
import ackNoweb from './fixtures/message-ack-noweb.webhook.json';
import messageSample from './fixtures/message.json';
import noLid from './fixtures/no-lid.json';
import noMessage from './fixtures/no-message.json';
import notWorking from './fixtures/not-working.json';
import noSession from './fixtures/no-session.json';
import plusOnly from './fixtures/plus-only.json';
import revokedSample from './fixtures/received-revoked.webhook.json';
import sentGows from './fixtures/sent-gows.json';
import sentNoweb from './fixtures/sent-noweb.json';
import sentWebjs from './fixtures/sent-webjs-group.json';
import sessionNotFound from './fixtures/session-not-found.json';
import sessionSample from './fixtures/session.json';
import update from './fixtures/session-update.request.json';
import unauthorized from './fixtures/unauthorized.json';
import versionSample from './fixtures/version.json';
import { startReceiver, type Receiver } from '../../test/sandbox/receiver.mts';
import { expectSameShape } from '../../test/sandbox/shape.mts';

let sandbox: Sandbox;
let receiver: Receiver;
let http: AxiosInstance;

const TO = '4915112345678@c.us';
const GROUP = '120363402931855007@g.us';

beforeAll(async () => {
	receiver = await startReceiver();
});
beforeEach(async () => {
	receiver.clear();
	sandbox = await startSandbox({ clockFactor: 1000 });
	const { baseUrl, apiKey } = sandbox.accounts.waha;
	http = axios.create({
		baseURL: baseUrl,
		headers: { 'X-Api-Key': apiKey },
		validateStatus: () => true,
	});
});
afterEach(async () => await sandbox.close());
afterAll(async () => await receiver.close());

const dialect = () => sandbox.dialect('waha');
const sendText = (changes: object = {}) =>
	http.post('/api/sendText', { session: 'default', chatId: TO, text: 'Hi there!', ...changes });
const put = (config: object) => http.put('/api/sessions/default', { config });
const hook = (more: object = {}) => ({
	url: receiver.url,
	events: ['message.any', 'message.ack', 'message.ack.group', 'message.revoked'],
	...more,
});
const eventsOf = (name: string) =>
	receiver.bodies().filter(({ event }) => event === name) as Array<{ payload: Payload }>;
type Payload = { id: string; ack: number; ackName: string };
const ackNames = () => eventsOf('message.ack').map(({ payload }) => payload.ackName);

describe('the answer to a send', () => {
	it.each([
		['NOWEB', sentNoweb, TO],
		['GOWS', sentGows, TO],
		['WEBJS', sentWebjs, GROUP],
	] as const)('should be as %s gives it', async (engine, sample, chatId) => {
		dialect().setServer({ engine });
		const { status, data } = await sendText({ chatId });
		expect(status).toBe(201);
		expectSameShape(data, sample);
	});

	it('should be empty where it was in WEBJS 2025.6.5, although the message is sent', async () => {
		dialect().setRepliesEmpty(true);
		const { status, data } = await sendText();
		expect([status, data]).toEqual([201, '']);
		expect(sandbox.messages('waha')).toHaveLength(1);
	});

	it.each([
		['NOWEB', '2026.7.1', true],
		['GOWS', '2026.4.3', true],
		['NOWEB', '2026.4.1', false],
		['WEBJS', '2026.7.1', false],
		['WPP', '2026.7.1', false],
	] as const)('should have the id that was chosen: %s %s %s', async (engine, version, takes) => {
		dialect().setServer({ engine, version });
		await sendText({ id: '3EB0CHOSEN' });
		expect(sandbox.messages('waha')[0].id === '3EB0CHOSEN').toBe(takes);
		const { status } = await http.get('/api/default/new-message-id');
		expect(status).toBe(takes ? 200 : 501);
	});
});

it.each([
	['sendImage', 'image'],
	['sendFile', 'document'],
	['sendVideo', 'video'],
	['sendVoice', 'voice'],
])('should take %s, of old only with Plus', async (route, type) => {
	const file = { mimetype: 'x/y', url: 'https://example.com/1', filename: 'a' };
	const body = { session: 'default', chatId: TO, file, caption: 'C' };
	expect((await http.post(`/api/${route}`, body)).status).toBe(201);
	expect(sandbox.messages('waha')).toMatchObject([{ type, mediaUrl: file.url, caption: 'C' }]);
	expect((await http.post(`/api/${route}`, { ...body, file: {} })).status).toBe(422);
	dialect().setServer({ version: '2026.5.1' });
	const { status, data } = await http.post(`/api/${route}`, body);
	expect(status).toBe(422);
	expectSameShape(data, plusOnly);
	dialect().setServer({ tier: 'PLUS' });
	expect((await http.post(`/api/${route}`, body)).status).toBe(201);
});

it('should refuse in the vendor’s forms', async () => {
	const none = await axios.get(`${sandbox.accounts.waha.baseUrl}/api/sessions/default`, {
		validateStatus: () => true,
	});
	expect([none.status, none.data]).toEqual([401, unauthorized]);
	const noSuch = await sendText({ session: 'shop' });
	expect([noSuch.status, noSuch.data]).toEqual([422, noSession]);
	const unknown = await http.get('/api/sessions/shop');
	expect([unknown.status, unknown.data]).toEqual([404, sessionNotFound]);
	const thrown = await sendText({ chatId: '525537130404@c.us', text: 'secret text' });
	expect(thrown.status).toBe(500);
	expect(Object.keys(thrown.data)).toEqual(Object.keys(noLid));
	expect(thrown.data.exception.message).toMatch(/no LID found for/);
	expect(thrown.data.request.body.text).toBe('secret text');
	expect((await sendText({ chatId: undefined })).status).toBe(500);
	sandbox.setHealth('waha', 'SCAN_QR_CODE');
	const idle = await sendText();
	expect(idle.status).toBe(422);
	expect(idle.data).toEqual({ ...notWorking, status: 'SCAN_QR_CODE' });
	expect(sandbox.messages('waha')).toEqual([]);
});

it('should tell its version, and of a session what the page shows', async () => {
	const version = await http.get('/api/server/version');
	expectSameShape(version.data, versionSample);
	await put({ proxy: null, webhooks: [], debug: false });
	const { data } = await http.get('/api/sessions/default');
	expect(Object.keys(data)).toEqual(Object.keys(sessionSample));
});

describe('a message', () => {
	it('should be found as the engine finds it', async () => {
		const { data } = await sendText();
		const { id } = data.key;
		const paths = [`${TO}/messages/true_${TO}_${id}`, `all/messages/${id}`, `${TO}/messages/${id}`];
		const statuses = async () =>
			await Promise.all(
				paths.map(async (path) => (await http.get(`/api/default/chats/${path}`)).status),
			);
		expect(await statuses()).toEqual([200, 200, 200]);
		dialect().setServer({ engine: 'WEBJS' });
		expect(await statuses()).toEqual([200, 404, 404]);
		const unknown = await http.get(`/api/default/chats/${TO}/messages/true_${TO}_NONE`);
		expect([unknown.status, unknown.data]).toEqual([404, noMessage]);
	});

	it('should be shown as in the sample', async () => {
		const { data } = await sendText();
		const { data: message } = await http.get(`/api/default/chats/all/messages/${data.key.id}`);
		const { _data, ...rest } = message;
		const { _data: raw, ...sample } = messageSample;
		expectSameShape(rest, sample);
		expect(_data).toMatchObject({
			key: Object.fromEntries(Object.keys(raw.key).map((key) => [key, expect.anything()])),
		});
	});

	it('should be listed by chat and time, ten at once, the newest first', async () => {
		for (let i = 0; i < 12; i++) await sendText({ text: `text ${i}` });
		await sendText({ chatId: GROUP });
		const list = async (query: string, chat = TO) =>
			(await http.get<Array<{ body: string }>>(`/api/default/chats/${chat}/messages?${query}`))
				.data;
		expect(await list('')).toHaveLength(10);
		expect((await list('limit=1'))[0].body).toBe('text 11');
		expect((await list('limit=5&offset=10')).map(({ body }) => body)).toEqual(['text 1', 'text 0']);
		expect(await list('', 'all')).toHaveLength(10);
		expect(await list('filter.fromMe=false')).toEqual([]);
		expect(await list(`filter.timestamp.gte=${Math.ceil(Date.now() / 1000) + 60}`)).toEqual([]);
		expect(await list('', '1@c.us')).toEqual([]);
	});
});

describe('the webhooks', () => {
	it('should be as NOWEB posts them', async () => {
		await put({ webhooks: [hook()], metadata: { crm: '7' } });
		await sendText();
		await sandbox.idle();
		expect(ackNames()).toEqual(['SERVER', 'DEVICE', 'READ']);
		expectSameShape(eventsOf('message.ack')[1], {
			...ackNoweb,
			environment: { ...ackNoweb.environment },
		});
		expect(eventsOf('message.any')).toMatchObject([{ payload: { ack: 0, ackName: 'PENDING' } }]);
	});

	it('should be as GOWS posts them: no SERVER, and an error', async () => {
		dialect().setServer({ engine: 'GOWS' });
		await put({ webhooks: [hook()] });
		await sendText();
		await sandbox.idle();
		expect(ackNames()).toEqual(['DEVICE', 'READ']);
		expect(eventsOf('message.any')).toMatchObject([{ payload: { ack: 1, ackName: 'SERVER' } }]);
		sandbox.script('waha', ['failed']);
		await sendText();
		await sandbox.idle();
		const error = eventsOf('message.ack').at(-1)!;
		expectSameShape(error.payload, ackGowsError.payload);
		expect(error.payload).toMatchObject({ ack: -1, ackName: 'ERROR' });
	});

	it('should tell of groups by an event of their own, since 2025.12.2', async () => {
		sandbox.script('waha', ['delivered', 'read']);
		await put({ webhooks: [hook()] });
		await sendText({ chatId: GROUP });
		await sandbox.idle();
		const [delivered] = eventsOf('message.ack.group');
		expectSameShape(delivered.payload, ackGroupNoweb.payload);
		expect(delivered.payload).toMatchObject({ ack: 1, ackName: 'SERVER' });
		dialect().setServer({ engine: 'WEBJS' });
		receiver.clear();
		await sendText({ chatId: GROUP });
		await sandbox.idle();
		expectSameShape(eventsOf('message.ack.group')[1].payload, ackGroup.payload);
		dialect().setServer({ version: '2025.10.4', tier: 'PLUS' });
		receiver.clear();
		await sendText({ chatId: GROUP });
		await sandbox.idle();
		expect(eventsOf('message.ack')).toHaveLength(2);
	});

	it('should be signed, with the headers of the vendor and one’s own', async () => {
		const customHeaders = [{ name: 'X-Own', value: 'mine' }];
		await put({ webhooks: [hook({ hmac: { key: 'k' }, customHeaders })] });
		await sendText();
		await sandbox.idle();
		const { headers, body } = receiver.received[0];
		const signature = createHmac('sha512', 'k').update(JSON.stringify(body)).digest('hex');
		expect(headers).toMatchObject({
			'content-type': 'application/json',
			'user-agent': 'WAHA/2026.7.1',
			'x-webhook-hmac': signature,
			'x-webhook-hmac-algorithm': 'sha512',
			'x-webhook-timestamp': String(body.timestamp),
			'x-own': 'mine',
		});
		expect(headers['x-webhook-request-id']).toMatch(/^01[0-9A-Z]{24}$/);
	});

	it('should tell of a message that was taken back', async () => {
		await put({ webhooks: [hook()] });
		sandbox.script('waha', []);
		const { data } = await sendText();
		await http.delete(`/api/default/chats/${TO}/messages/true_${TO}_${data.key.id}`);
		await sandbox.idle();
		const [revoked] = eventsOf('message.revoked');
		expect(Object.keys(revoked.payload).sort()).toEqual(Object.keys(revokedSample.payload).sort());
		expect(revoked.payload).toMatchObject({ revokedMessageId: data.key.id });
	});

	it('should be repeated as the webhook says, until one is taken', async () => {
		const retries = { policy: 'exponential', delaySeconds: 2, attempts: 2 };
		await put({ webhooks: [hook({ events: ['message.any'], retries })] });
		receiver.answer(500, 404);
		await sendText();
		await sandbox.idle();
		expect(sandbox.deliveries('waha').map(({ status }) => status)).toEqual([500, 404, 200]);
		receiver.answer(500, 500, 500, 500);
		await sendText();
		await sandbox.idle();
		expect(sandbox.deliveries('waha')).toHaveLength(6);
	});

	it('should tell of what was written on the phone', async () => {
		await put({ webhooks: [hook()] });
		await sandbox.idle();
		sandbox.sendFromPhone('waha', TO, 'Hey');
		await sandbox.idle();
		expect(eventsOf('message.any')).toMatchObject([{ payload: { source: 'app', body: 'Hey' } }]);
	});
});

describe('the configuration', () => {
	const configOf = async () => (await http.get('/api/sessions/default')).data;

	it('should be replaced as a whole, and restart the session', async () => {
		const first = await put(update.config);
		expect(first.status).toBe(200);
		expect(first.data).toMatchObject({ status: 'STARTING', config: update.config });
		// A send waits for it.
		expect((await sendText()).status).toBe(201);
		expect((await configOf()).status).toBe('WORKING');
		await put({ webhooks: [] });
		expect((await configOf()).config).toEqual({ webhooks: [] });
		expect(dialect().session.restarts).toBe(2);
	});

	it('should not start a session that is stopped', async () => {
		sandbox.setHealth('waha', 'STOPPED');
		await put({ webhooks: [] });
		await sandbox.idle();
		expect((await configOf()).status).toBe('STOPPED');
	});

	it.each([
		['no URL', { url: 'n8n' }],
		['an unknown event', { events: ['message.melted'] }],
		['no list of events', { events: 'message' }],
		['an unknown policy', { retries: { policy: 'never' } }],
	])('should be refused with %s', async (_, more) => {
		const { status, data } = await put({ webhooks: [hook(more)] });
		expect([status, data.error]).toEqual([400, 'Bad Request']);
		expect(data.message).toEqual([expect.stringContaining('config.webhooks.0.')]);
		expect(dialect().session.restarts).toBe(0);
	});

	it('should not know acknowledgements of groups before 2025.12.2', async () => {
		dialect().setServer({ version: '2025.12.1', tier: 'PLUS' });
		expect((await put({ webhooks: [hook()] })).status).toBe(400);
	});

	it('should be forgotten by an old Core, unlike the environment', async () => {
		dialect().setServer({ version: '2025.10.4' });
		dialect().setEnvironment({
			WHATSAPP_HOOK_URL: `${receiver.url}/env`,
			WHATSAPP_HOOK_EVENTS: 'message.any',
			WHATSAPP_HOOK_HMAC_KEY: 'k',
		});
		await put({ webhooks: [hook({ events: ['message.any'] })] });
		await sandbox.idle();
		expect(sandbox.dialect('waha').webhookUrls()).toHaveLength(2);
		dialect().restart();
		expect((await configOf()).config).toBeUndefined();
		await sendText();
		await sandbox.idle();
		expect(receiver.received.map(({ path }) => path)).toEqual(['/webhook/env']);
		expect((await http.get('/api/server/environment')).data).toMatchObject({
			WHATSAPP_HOOK_HMAC_KEY: 'k',
		});
	});
});
