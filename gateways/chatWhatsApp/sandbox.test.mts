import axios, { type AxiosInstance } from 'axios';

import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import cancelled from './fixtures/cancelled.json';
import messageSent from './fixtures/message-sent.webhook.json';
import rateLimited from './fixtures/rate-limited.json';
import scheduleImageRequest from './fixtures/schedule-image.request.json';
import scheduleRequest from './fixtures/schedule.request.json';
import scheduledList from './fixtures/scheduled-list.json';
import scheduled from './fixtures/scheduled.json';
import sent from './fixtures/sent.json';
import { startReceiver, type Receiver } from '../../test/sandbox/receiver.mts';
import { day, expectSameShape, fromNow, hour, minute } from '../../test/sandbox/shape.mts';

let sandbox: Sandbox;
let receiver: Receiver;
let http: AxiosInstance;
let sessionPath: string;

const asSession = (headers: Record<string, string>) =>
	axios.create({
		baseURL: sandbox.accounts.chatWhatsApp.baseUrl,
		headers,
		validateStatus: () => true,
	});

async function start(options: Parameters<typeof startSandbox>[0] = {}) {
	sandbox = await startSandbox({ clockFactor: 3600, ...options });
	const { apiKey, sessionId } = sandbox.accounts.chatWhatsApp;
	sessionPath = `/sessions/${sessionId}`;
	http = asSession({ 'X-API-Key': apiKey });
	sandbox.setWebhook('chatWhatsApp', { url: receiver.url });
}

const schedule = (changes: Record<string, unknown> = {}) =>
	http.post(`${sessionPath}/scheduled`, {
		...scheduleRequest,
		scheduledAt: fromNow(day),
		...changes,
	});

beforeAll(async () => {
	receiver = await startReceiver();
});
beforeEach(async () => {
	receiver.clear();
	await start();
});
afterEach(async () => await sandbox.close());
afterAll(async () => await receiver.close());

describe('who may call', () => {
	it.each([
		['X-API-Key', () => ({ headers: { 'X-API-Key': sandbox.accounts.chatWhatsApp.apiKey } })],
		[
			'Bearer',
			() => ({ headers: { Authorization: `Bearer ${sandbox.accounts.chatWhatsApp.apiKey}` } }),
		],
		['api_key', () => ({ params: { api_key: sandbox.accounts.chatWhatsApp.apiKey } })],
		['an admin key', () => ({ headers: { 'X-API-Key': sandbox.accounts.chatWhatsApp.adminKey } })],
	])('should let in by %s', async (_name, config) => {
		const answer = await asSession({}).get(`${sessionPath}/status`, config());
		expect(answer.status).toBe(200);
		expect(answer.data).toEqual({
			success: true,
			session: { id: sandbox.accounts.chatWhatsApp.sessionId, name: 'sandbox', state: 'ready' },
		});
	});

	it.each<Record<string, string>>([
		{},
		{ 'X-API-Key': 'wask_wrong' },
		{ Authorization: 'Bearer wask_wrong' },
	])('should refuse %j', async (headers) => {
		const answer = await asSession(headers).get(`${sessionPath}/status`);
		expect(answer.status).toBe(401);
		expect(answer.data).toEqual({ success: false, error: 'Invalid API key' });
	});

	it("should refuse another's session", async () => {
		const { otherSessionId } = sandbox.accounts.chatWhatsApp;
		const answer = await http.get(`/sessions/${otherSessionId}/status`);
		expect(answer.status).toBe(403);
		expect(answer.data.error).toBe('This API key can only access its own session');
	});

	it('should tell that a session is missing', async () => {
		sandbox.setHealth('chatWhatsApp', 'missing');
		const unknown = await http.get('/sessions/00000000-0000-4000-8000-000000000000/status');
		const gone = await http.get(`${sessionPath}/status`);
		for (const answer of [unknown, gone]) {
			expect(answer.status).toBe(404);
			expect(answer.data).toEqual({ success: false, error: 'Session not found' });
		}
	});

	it.each([
		['starting', 'Session is still connecting. Please wait.'],
		['qr_ready', 'Session not authenticated. Please scan the QR code first using GET /sessions/'],
	])('should not send or schedule while %s', async (state, text) => {
		sandbox.setHealth('chatWhatsApp', state);
		const answers = [
			await http.post(`${sessionPath}/send`, { to: '919988066776', text: 'Hi' }),
			await schedule(),
		];
		for (const { status, data } of answers) {
			expect(status).toBe(400);
			expect(data.error).toContain(text);
		}
		expect(sandbox.messages('chatWhatsApp')).toEqual([]);
	});

	it('should give the QR code only when there is one', async () => {
		sandbox.setHealth('chatWhatsApp', 'starting');
		const early = await http.get(`${sessionPath}/qr`);
		expect(early.data.error).toBe('QR code not available yet. Session state: starting');
		await new Promise((resolve) => setTimeout(resolve, 10));
		sandbox.setHealth('chatWhatsApp', 'qr_ready');
		const answer = await http.get(`${sessionPath}/qr`);
		expect(answer.data).toEqual({ success: true, qr: expect.stringMatching(/^2@/) });
	});

	it('should create a session with its webhook', async () => {
		const admin = asSession({ 'X-API-Key': sandbox.accounts.chatWhatsApp.adminKey });
		const answer = await admin.post('/sessions/create', { name: 'new', webhookUrl: receiver.url });
		expectSameShape(answer.data, {
			success: true,
			session: { id: 'x', name: 'x', state: 'starting', createdAt: 'x' },
			apiKey: 'wask_x',
			warning: 'x',
		});
		const own = asSession({ 'X-API-Key': answer.data.apiKey });
		const { data } = await own.get(`/sessions/${answer.data.session.id}/status`);
		expect(data.session.state).toBe('starting');
	});
});

describe('scheduled messages', () => {
	it('should answer as documented, from the creation to the cancellation', async () => {
		const scheduledAt = fromNow(day);
		const created = await schedule({ scheduledAt });
		expect(created.status).toBe(201);
		expectSameShape(created.data, scheduled);
		expect(created.data.scheduled).toMatchObject({ ...scheduleRequest, scheduledAt });
		const { id } = created.data.scheduled;

		const list = await http.get(`${sessionPath}/scheduled`, { params: { status: 'pending' } });
		expectSameShape(list.data, scheduledList);
		const one = await http.get(`${sessionPath}/scheduled/${id}`);
		expectSameShape(one.data, scheduled);
		expect(one.data).toEqual(created.data);

		const removed = await http.delete(`${sessionPath}/scheduled/${id}`);
		expect(removed.data).toEqual(cancelled);
		const after = await http.get(`${sessionPath}/scheduled/${id}`);
		expect(after.data.scheduled.status).toBe('cancelled');
		const again = await http.delete(`${sessionPath}/scheduled/${id}`);
		expect(again.status).toBe(400);
		await sandbox.idle();
		expect(receiver.received).toEqual([]);
	});

	it('should echo what a media message was sent with', async () => {
		const scheduledAt = fromNow(day);
		const { data } = await http.post(`${sessionPath}/scheduled`, {
			...scheduleImageRequest,
			scheduledAt,
		});
		const { to, type, media, caption } = scheduleImageRequest;
		const { id, createdAt } = data.scheduled;
		expect(data.scheduled).toEqual({
			...{ id, to, type, media, caption, scheduledAt, status: 'pending', createdAt },
		});
		expect(sandbox.messages('chatWhatsApp')[0]).toMatchObject({ mediaUrl: media, caption, type });
	});

	it('should filter the list by status', async () => {
		await schedule();
		const { data } = await http.get(`${sessionPath}/scheduled?status=sent`);
		expect(data).toEqual({ success: true, scheduled: [] });
	});

	it.each([
		['no recipient', { to: undefined }],
		['no text', { text: undefined }],
		['no time', { scheduledAt: undefined }],
		['a past time', { scheduledAt: fromNow(-1000) }],
		['more than 30 days', { scheduledAt: fromNow(30 * day + minute) }],
		['an offset', { scheduledAt: '2099-01-01T10:00:00+05:30' }],
		['no time at all', { scheduledAt: 'tomorrow' }],
		['an unknown type', { type: 'audio' }],
	])('should refuse %s', async (_name, changes) => {
		const { status, data } = await schedule(changes);
		expect(status).toBe(400);
		expectSameShape(data, { success: false, error: 'x' });
		expect(sandbox.messages('chatWhatsApp')).toEqual([]);
	});

	it('should send when the scaled time has come, and post the documented webhook', async () => {
		const scheduledAt = fromNow(5 * minute);
		const started = Date.now();
		const { data } = await schedule({ scheduledAt });
		await sandbox.idle();
		expect(Date.now() - started).toBeGreaterThanOrEqual(75);
		expect(Date.now() - started).toBeLessThan(30_000);
		const [webhook] = receiver.bodies();
		expectSameShape(webhook, messageSent);
		const [message] = sandbox.messages('chatWhatsApp');
		expect(webhook).toEqual({
			...messageSent,
			timestamp: scheduledAt,
			scheduledId: data.scheduled.id,
			result: { messageId: message.id, to: '919988066776@s.whatsapp.net' },
		});
		expect(message).toMatchObject({ status: 'sent', sentAt: scheduledAt });
		const one = await http.get(`${sessionPath}/scheduled/${data.scheduled.id}`);
		expect(one.data.scheduled.status).toBe('sent');
		expect(sandbox.deliveries('chatWhatsApp')).toMatchObject([
			{ event: 'message.sent', attempt: 1, status: 200, url: receiver.url },
		]);
	});

	it('should fail on request, and tell it by the API only', async () => {
		sandbox.script('chatWhatsApp', ['failed'], { to: '+919988066776' });
		const failing = await schedule();
		const other = await schedule({ to: '919988066777' });
		sandbox.fireDue();
		await sandbox.idle();
		const { data } = await http.get(`${sessionPath}/scheduled?status=failed`);
		expect(data.scheduled).toHaveLength(1);
		expect(data.scheduled[0].id).toBe(failing.data.scheduled.id);
		expect(receiver.bodies()).toMatchObject([{ scheduledId: other.data.scheduled.id }]);
	});

	it('should not repeat a webhook that was refused: the vendor tells nothing of retries', async () => {
		receiver.answer(500);
		await schedule({ scheduledAt: fromNow(minute) });
		await sandbox.idle();
		expect(sandbox.deliveries('chatWhatsApp')).toMatchObject([{ attempt: 1, status: 500 }]);
	});

	it('should forget everything in a restart', async () => {
		const { data } = await schedule();
		sandbox.restart('chatWhatsApp');
		await sandbox.idle();
		const one = await http.get(`${sessionPath}/scheduled/${data.scheduled.id}`);
		expect(one.status).toBe(404);
		const list = await http.get(`${sessionPath}/scheduled`);
		expect(list.data.scheduled).toEqual([]);
		expect(receiver.received).toEqual([]);
		expect(sandbox.messages('chatWhatsApp')).toMatchObject([{ forgotten: true }]);
	});

	it('should hold a message of more than 24.8 days', async () => {
		const { data } = await schedule({ scheduledAt: fromNow(29 * day) });
		await sandbox.close();
		await start({ clockFactor: 1 });
		await schedule({ scheduledAt: fromNow(29 * day) });
		await new Promise((resolve) => setTimeout(resolve, 30));
		expect(data.scheduled.status).toBe('pending');
		expect(sandbox.messages('chatWhatsApp')).toMatchObject([{ status: 'pending' }]);
	});

	it('should fire early only what is due at the time that fireDue is told', async () => {
		await schedule({ scheduledAt: fromNow(hour), to: '911111111111' });
		await schedule({ scheduledAt: fromNow(20 * day), to: '922222222222' });
		sandbox.fireDue(new Date(Date.now() + 2 * hour));
		await sandbox.idle({ ignoreScheduled: true });
		expect(receiver.bodies()).toMatchObject([{ result: { to: '911111111111@s.whatsapp.net' } }]);
	});
});

describe('direct messages', () => {
	it('should answer as documented', async () => {
		const { status, data } = await http.post(`${sessionPath}/send`, {
			to: '+919988066776',
			text: 'Hi',
		});
		expect(status).toBe(200);
		expectSameShape(data, sent);
		expect(data).toMatchObject({ to: sent.to, type: 'text', status: 'sent' });
		expect(data.messageId).toMatch(/^3EB0[0-9A-F]{12}$/);
		await sandbox.idle();
		expect(receiver.received).toEqual([]);
	});

	it('should take an image', async () => {
		const body = { to: '919988066776', image: 'https://example.com/a.jpg', filename: 'a.jpg' };
		const { data } = await http.post(`${sessionPath}/send/image`, body);
		expect(data.type).toBe('image');
		expect(sandbox.messages('chatWhatsApp')).toMatchObject([
			{ mediaUrl: body.image, fileName: 'a.jpg', type: 'image', text: null },
		]);
	});

	it.each(['video', 'document', 'audio'])('should know no path for %s', async (type) => {
		const { status, data } = await http.post(`${sessionPath}/send/${type}`, { to: '1' });
		expect(status).toBe(404);
		expectSameShape(data, { success: false, error: 'x' });
	});
});

describe('limits', () => {
	it('should tell the general limit on every answer, and refuse the 101st call', async () => {
		await sandbox.close();
		await start({ clockFactor: 1 });
		const first = await http.get(`${sessionPath}/status`);
		expect(first.headers).toMatchObject({
			'x-ratelimit-limit': '100',
			'x-ratelimit-remaining': '99',
		});
		const reset = Number(first.headers['x-ratelimit-reset']);
		expect(reset).toBeGreaterThanOrEqual(Math.floor(Date.now() / 1000) + 59);
		expect(reset).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000) + 60);
		for (let call = 2; call <= 100; call++) await http.get(`${sessionPath}/status`);
		const { status, data } = await http.get(`${sessionPath}/status`);
		expect(status).toBe(429);
		expectSameShape(data, rateLimited);
		expect(data.error).toBe(
			`Rate limit exceeded. Please wait ${data.retryAfter} seconds before trying again.`,
		);
	});

	it('should take 30 messages a minute, and more after the wait that it tells', async () => {
		await sandbox.close();
		await start({ clockFactor: 30 });
		const send = () => http.post(`${sessionPath}/send`, { to: '919988066776', text: 'Hi' });
		const first = await send();
		expect(first.headers['x-ratelimit-limit']).toBe('30');
		let answer = first;
		for (let call = 0; call < 40 && answer.status === 200; call++) answer = await send();
		expect(answer.status).toBe(429);
		expect(answer.data.retryAfter).toBeGreaterThanOrEqual(1);
		expect(answer.data.retryAfter).toBeLessThanOrEqual(2);
		await new Promise((resolve) => setTimeout(resolve, answer.data.retryAfter * 1000));
		expect((await send()).status).toBe(200);
	});

	it('should enforce nothing when told so', async () => {
		await sandbox.close();
		await start({ rateLimits: false, clockFactor: 1 });
		const calls = Array.from({ length: 120 }, () => http.get(`${sessionPath}/status`));
		const statuses = (await Promise.all(calls)).map(({ status }) => status);
		expect(new Set(statuses)).toEqual(new Set([200]));
	});
});
