import axios, { type AxiosInstance } from 'axios';

import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import messagesList from './fixtures/messages-list.json';
import messagesPostApi from './fixtures/messages-post-api.webhook.json';
import messagesPostMobile from './fixtures/messages-post-mobile.webhook.json';
import sentMessage from './fixtures/sent-message.json';
import settingsWebhooks from './fixtures/settings-webhooks.request.json';
import statusesPostDelivered from './fixtures/statuses-post-delivered.webhook.json';
import statusesPostRead from './fixtures/statuses-post-read.webhook.json';
import statusesPostSent from './fixtures/statuses-post-sent.webhook.json';
import statusesPost from './fixtures/statuses-post.webhook.json';
import receivedButton from './fixtures/received-button.webhook.json';
import receivedText from './fixtures/received-text.webhook.json';
import { startReceiver, type Receiver } from '../../test/sandbox/receiver.mts';
import { expectSameShape, shapeOf } from '../../test/sandbox/shape.mts';

let sandbox: Sandbox;
let receiver: Receiver;
let http: AxiosInstance;

beforeAll(async () => {
	receiver = await startReceiver();
});
beforeEach(async () => {
	receiver.clear();
	sandbox = await startSandbox({ clockFactor: 100 });
	const { baseUrl, apiToken } = sandbox.accounts.whapi;
	http = axios.create({
		baseURL: baseUrl,
		headers: { Authorization: `Bearer ${apiToken}` },
		validateStatus: () => true,
	});
});
afterEach(async () => await sandbox.close());
afterAll(async () => await receiver.close());

const sendText = (changes: Record<string, unknown> = {}) =>
	http.post('/messages/text', { to: '61371989951', body: 'Hello', ...changes });

const patchWebhooks = (...webhooks: unknown[]) => http.patch('/settings', { webhooks });

const webhook = (path: string, ...events: string[]) => ({
	url: receiver.url + path,
	mode: 'body',
	events: events.map((event) => {
		const [type, method] = event.split('.');
		return { type, method };
	}),
});

const statusesOf = () =>
	receiver.bodies().flatMap(({ statuses }) => (statuses ?? []) as Array<{ status: string }>);

it('should answer pending, and tell more when asked', async () => {
	const { status, data } = await sendText();
	expect(status).toBe(200);
	const [ok, message] = shapeOf(data) as Array<[string, unknown]>;
	const [sampleOk, sampleMessage] = shapeOf(sentMessage) as Array<[string, unknown[]]>;
	expect(ok).toEqual(sampleOk);
	// More fields may follow those of the sample.
	const fields = (message[1] as unknown[]).slice(0, sampleMessage[1].length);
	expect(fields).toEqual(sampleMessage[1]);
	expect(data.message).toMatchObject({
		status: 'pending',
		chat_id: '61371989951@s.whatsapp.net',
		text: { body: 'Hello' },
	});
	await sandbox.idle();
	const one = await http.get(`/messages/${data.message.id}`);
	expect(one.data.status).toBe('read');
	const all = await http.get('/messages/list');
	expect(all.data.messages.map(({ id }: { id: string }) => id)).toEqual([data.message.id]);
	const statuses = await http.get(`/statuses/${data.message.id}`);
	expect(statuses.data.statuses).toMatchObject([{ id: data.message.id, status: 'read' }]);
});

it('should post the documented webhooks', async () => {
	sandbox.setWebhook('whapi', { url: receiver.url, headers: { 'X-Own': 'mine' } });
	await sendText();
	await sandbox.idle();
	const [message, ...statuses] = receiver.bodies();
	expectSameShape(message, messagesPostApi);
	expect(statusesOf().map(({ status }) => status)).toEqual(['sent', 'delivered', 'read']);
	const samples = [statusesPostSent, statusesPostDelivered, statusesPostRead];
	samples.forEach((sample, index) => {
		expectSameShape(statuses[index], sample);
		const { id, recipient_id, timestamp, ...rest } = sample.statuses[0];
		expect([typeof id, typeof recipient_id, typeof timestamp]).toEqual(Array(3).fill('string'));
		expect(statuses[index]).toMatchObject({ statuses: [rest], event: sample.event });
	});
	expectSameShape(statuses[1], statusesPost);
	expect(receiver.received[0].headers['x-own']).toBe('mine');
	expect(receiver.received[0].headers).not.toHaveProperty('authorization');
});

it('should tell of messages that were written on the phone', async () => {
	sandbox.setWebhook('whapi', { url: receiver.url });
	sandbox.sendFromPhone('whapi', '61371989951@s.whatsapp.net', 'Hey bro');
	await sandbox.idle();
	expectSameShape(receiver.bodies()[0], messagesPostMobile);
	expect(receiver.bodies()[0]).toMatchObject({ messages: [{ source: 'mobile' }] });
});

it('should add the errors of a failure', async () => {
	sandbox.setWebhook('whapi', { url: receiver.url });
	sandbox.script('whapi', [{ status: 'failed', reason: 'not allowed' }]);
	await sendText();
	await sandbox.idle();
	expect(statusesOf()).toMatchObject([
		{ code: 0, status: 'failed', errors: [{ code: expect.any(Number), message: 'not allowed' }] },
	]);
});

it('should be played only as a voice message', async () => {
	sandbox.setWebhook('whapi', { url: receiver.url });
	await http.post('/messages/voice', { to: '61371989951', media: 'https://example.com/a.ogg' });
	await sandbox.idle();
	expect(statusesOf().at(-1)?.status).toBe('played');
});

it.each(['image', 'video', 'document', 'audio'])('should take %s', async (type) => {
	const body = { to: '120363@g.us', media: `https://example.com/${type}`, caption: 'x' };
	const wrong = await http.post(`/messages/${type}`, { to: body.to });
	expect(wrong.status).toBe(400);
	const { data } = await http.post(`/messages/${type}`, { ...body, to: '120363000000@g.us' });
	expect(data.message[type]).toMatchObject({ link: body.media, caption: 'x' });
});

it.each([['61371989951@c.us'], ['+61371989951'], ['']])('should refuse to = "%s"', async (to) => {
	const { status, data } = await sendText({ to });
	expect(status).toBe(400);
	expectSameShape(data, { error: { code: 400, message: 'x' } });
});

describe('settings', () => {
	it('should replace the webhooks as a whole, and leave the rest', async () => {
		const first = await patchWebhooks(...settingsWebhooks.webhooks);
		expect(Object.keys(first.data)).toEqual(['before_update', 'after_update', 'changes']);
		expect(first.data.before_update.webhooks).toEqual([]);
		expect(first.data.after_update.webhooks).toEqual(settingsWebhooks.webhooks);
		expect(first.data.changes).toEqual(['webhooks']);
		const second = await patchWebhooks(webhook('/other', 'statuses.post'));
		expect(second.data.before_update).toEqual(first.data.after_update);
		const { data } = await http.get('/settings');
		expect(data.webhooks).toEqual([webhook('/other', 'statuses.post')]);
		expect(data.callback_backoff_delay_ms).toEqual(expect.any(Number));
	});

	it('should change nothing when the settings are nested', async () => {
		await patchWebhooks(webhook('', 'statuses.post'));
		const { status, data } = await http.patch('/settings', { settings: { webhooks: [] } });
		expect([status, data.changes]).toEqual([200, []]);
		expect((await http.get('/settings')).data.webhooks).toHaveLength(1);
	});

	it.each([
		['no url', {}],
		['an unknown mode', { url: 'https://n8n.example', mode: 'other' }],
		[
			'six headers',
			{ url: 'https://n8n.example', headers: { a: '1', b: '2', c: '3', d: '4', e: '5', f: '6' } },
		],
	])('should refuse a webhook with %s', async (_name, invalid) => {
		expect((await patchWebhooks(invalid)).status).toBe(400);
	});

	it('should send each webhook only the events that it asks for, in its mode', async () => {
		await patchWebhooks(
			webhook('/statuses', 'statuses.post'),
			webhook('/messages', 'messages.post'),
			{ ...webhook('/path', 'messages.post'), mode: 'path' },
			{ ...webhook('/method', 'messages.post'), mode: 'method' },
		);
		sandbox.script('whapi', ['sent']);
		await sendText();
		await sandbox.idle();
		const calls = receiver.received.map(({ method, path }) => `${method} ${path}`).sort();
		expect(calls).toEqual([
			'POST /webhook/messages',
			'POST /webhook/method',
			'POST /webhook/path/message/post',
			'POST /webhook/statuses',
		]);
	});

	it('should list the events', async () => {
		const { data } = await http.get('/settings/events');
		expect(data).toContainEqual({ type: 'statuses', method: 'post' });
	});
});

it('should repeat with growing pauses until it is taken', async () => {
	await http.patch('/settings', {
		webhooks: [webhook('', 'messages.post')],
		callback_backoff_delay_ms: 4000,
		max_callback_backoff_delay_ms: 6000,
	});
	receiver.answer(500, 201, 404);
	await sendText();
	await sandbox.idle();
	const deliveries = sandbox.deliveries('whapi');
	expect(deliveries.map(({ attempt, status }) => [attempt, status])).toEqual([
		[1, 500],
		[2, 201],
		[3, 404],
		[4, 200],
	]);
	const at = receiver.received.map((each) => each.at);
	const pauses = at.slice(1).map((time, index) => time - at[index]);
	expect(pauses[0]).toBeGreaterThanOrEqual(38);
	expect(pauses[1]).toBeGreaterThanOrEqual(58);
	expect(pauses[2]).toBeLessThan(4000);
});

it('should give up some time', async () => {
	await sandbox.close();
	sandbox = await startSandbox({ clockFactor: 100_000 });
	sandbox.setWebhook('whapi', { url: 'http://127.0.0.1:9/nobody' });
	sandbox.post('whapi', { any: 'thing' }, 'service.post');
	await sandbox.idle();
	expect(sandbox.deliveries('whapi')).toHaveLength(10);
	expect(sandbox.deliveries('whapi')[9].error).toMatch(/ECONNREFUSED/);
});

it('should tell its health, and be launched unless told not to', async () => {
	sandbox.setHealth('whapi', 'STOP');
	const asleep = await http.get('/health?wakeup=false');
	expect(Object.keys(asleep.data)).toEqual([
		...['channel_id', 'start_at', 'uptime', 'version', 'status', 'user'],
	]);
	expect(asleep.data.status.text).toBe('STOP');
	expect((await sendText()).status).toBe(401);
	expect((await http.get('/health')).data.status).toEqual({ code: 2, text: 'LAUNCH' });
	sandbox.setHealth('whapi', 'AUTH');
	expect((await http.get('/health?wakeup=false')).data.status).toEqual({ code: 4, text: 'AUTH' });
	expect((await http.get('/limits')).status).toBe(204);
});

it('should not know a wrong token, nor an unknown message', async () => {
	const wrong = await http.get('/settings', { headers: { Authorization: 'Bearer wrong' } });
	expect([wrong.status, wrong.data]).toEqual([
		404,
		{ error: { code: 404, message: 'Channel not found' } },
	]);
	const none = await axios.get(`${sandbox.accounts.whapi.baseUrl}/settings`, {
		validateStatus: () => true,
	});
	expect(none.status).toBe(401);
	expect((await http.get('/messages/unknown')).status).toBe(404);
});

it('should delete a sent message', async () => {
	sandbox.setWebhook('whapi', { url: receiver.url });
	sandbox.script('whapi', []);
	const { data } = await sendText();
	const removed = await http.delete(`/messages/${data.message.id}`);
	expect(removed.data).toEqual({ success: true });
	await sandbox.idle();
	expect(statusesOf()).toMatchObject([{ code: 6, status: 'deleted' }]);
});

describe('the messages of a chat', () => {
	const chat = '61371989951@s.whatsapp.net';
	const list = async (params: Record<string, unknown> = {}, id = chat) =>
		await http.get(`/messages/list/${id}`, { params });

	it('should be listed as in the sample, the newest first', async () => {
		await sendText({ body: 'one' });
		await sendText({ to: '61371989952' });
		await sendText({ body: 'two' });
		const { status, data } = await list();
		expect(status).toBe(200);
		expect(data.messages.map(({ text }: { text: { body: string } }) => text.body)).toEqual([
			'two',
			'one',
		]);
		expect(data).toMatchObject({ count: 2, total: 2, offset: 0 });
		expect(Object.keys(data)).toEqual(Object.keys(messagesList));
		const fields = Object.keys(messagesList.messages[0]).sort();
		expect(Object.keys(data.messages[0]).sort()).toEqual(fields);
	});

	it('should be filtered by direction and time, and paged', async () => {
		await sendText({ body: 'one' });
		await sendText({ body: 'two' });
		const now = Math.floor(Date.now() / 1000);
		const count = async (params: Record<string, unknown>) =>
			(await list(params)).data.messages.length;
		expect(await count({ from_me: 'true', time_from: now - 60 })).toBe(2);
		expect(await count({ from_me: 'false' })).toBe(0);
		expect(await count({ time_from: now + 60 })).toBe(0);
		expect(await count({ time_to: now - 60 })).toBe(0);
		expect(await count({ count: 1 })).toBe(1);
		expect((await list({ count: 1, offset: 1 })).data.messages[0].text.body).toBe('one');
	});

	it('should not be there for a chat that nobody wrote to, or that is none', async () => {
		const { status, data } = await list();
		expect([status, data.error.message]).toEqual([404, 'Specified chat not found']);
		expect((await list({}, 'somebody')).status).toBe(400);
	});
});

it('should tell an incoming message as the samples do, to whoever asks for messages', async () => {
	sandbox.setWebhook('whapi', { url: receiver.url });
	const person = { from: '919984351847', name: 'Gerald' };
	const id = sandbox.receive('whapi', { ...person, text: 'Hello world' });
	const pressed = { text: 'Button1', buttonId: 'randomId1', replyTo: 'yqKj.Z7XWg0g1lA-wD8Sij1GoQ' };
	sandbox.receive('whapi', { ...person, ...pressed });
	await sandbox.idle();
	const [text, button] = receiver.bodies();
	expectSameShape(text, receivedText);
	expect(text.messages).toMatchObject([{ id, from_me: false, text: { body: 'Hello world' } }]);
	const [{ reply }] = button.messages as typeof receivedButton.messages;
	expect(reply).toEqual(receivedButton.messages[0].reply);
});
