import axios, { type AxiosInstance } from 'axios';

import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import chatHistory from './fixtures/chat-history.json';
import messageSent from './fixtures/message-sent.json';
import messagesQueue from './fixtures/messages-queue.json';
import outgoingApiMessage from './fixtures/outgoing-api-message.webhook.json';
import outgoingMessageStatus from './fixtures/outgoing-message-status.webhook.json';
import quotaExceeded from './fixtures/quota-exceeded.json';
import receivedButton from './fixtures/received-button.webhook.json';
import receivedReply from './fixtures/received-reply.webhook.json';
import receivedText from './fixtures/received-text.webhook.json';
import { startReceiver, type Receiver } from '../../test/sandbox/receiver.mts';
import { expectSameShape } from '../../test/sandbox/shape.mts';

let sandbox: Sandbox;
let receiver: Receiver;
let http: AxiosInstance;

beforeAll(async () => {
	receiver = await startReceiver();
});
beforeEach(async () => {
	receiver.clear();
	await start();
	sandbox.setWebhook('greenApi', { url: receiver.url, secret: 'webhook-token' });
});
afterEach(async () => await sandbox.close());
afterAll(async () => await receiver.close());

async function start(options: Parameters<typeof startSandbox>[0] = {}) {
	sandbox = await startSandbox({ clockFactor: 1000, rateLimits: false, ...options });
	http = axios.create({
		baseURL: sandbox.accounts.greenApi.baseUrl,
		validateStatus: () => true,
	});
}

const pathOf = (method: string, changes: { id?: number; token?: string } = {}) => {
	const { idInstance, apiTokenInstance } = sandbox.accounts.greenApi;
	return `/waInstance${changes.id ?? idInstance}/${method}/${changes.token ?? apiTokenInstance}`;
};

const get = (method: string, params = {}) => http.get(pathOf(method), { params });
const post = (method: string, body: unknown) => http.post(pathOf(method), body);

const chatId = '11001234568@c.us';
const sendMessage = (changes: Record<string, unknown> = {}) =>
	post('sendMessage', { chatId, message: 'Hello', ...changes });

const told = () =>
	receiver.bodies().map(({ typeWebhook, status }) => (status ?? typeWebhook) as string);

it('should tell a wrong instance, token and method apart', async () => {
	const statuses = [
		(await http.get(pathOf('getStateInstance', { id: 1 }))).status,
		(await http.get(pathOf('getStateInstance', { token: 'wrong' }))).status,
		(await get('getNothing')).status,
		(await get('getStateInstance')).status,
	];
	expect(statuses).toEqual([403, 401, 404, 200]);
});

it('should post the documented webhooks, with the token', async () => {
	const { data } = await sendMessage();
	expectSameShape(data, messageSent);
	await sandbox.idle();
	expect(told()).toEqual(['outgoingAPIMessageReceived', 'sent', 'delivered', 'read']);
	const [message, status] = receiver.bodies();
	expectSameShape(message, outgoingApiMessage);
	const { description, ...withoutDescription } = outgoingMessageStatus;
	expect(typeof description).toBe('string');
	expectSameShape(status, withoutDescription);
	expect(status).toMatchObject({ chatId, idMessage: data.idMessage, sendByApi: true });
	expect(receiver.received[0].headers.authorization).toBe('Bearer webhook-token');
});

it('should fail like the reference document', async () => {
	const reason = 'Parameter value is not valid, Invalid phone number or wa_id';
	sandbox.script('greenApi', [{ status: 'failed', reason }]);
	await sendMessage();
	await sandbox.idle();
	const status = receiver.bodies().at(-1);
	expectSameShape(status, outgoingMessageStatus);
	expect(status).toMatchObject({ status: 'failed', description: reason });
});

it('should tell of messages that were written on the phone', async () => {
	sandbox.script('greenApi', ['sent']);
	sandbox.sendFromPhone('greenApi', chatId, 'Hello');
	await sandbox.idle();
	expect(told()).toEqual(['outgoingMessageReceived', 'sent']);
	expect(receiver.bodies()[1].sendByApi).toBe(false);
});

it.each([
	['image', 'a.JPG'],
	['video', 'a.mp4'],
	['audio', 'a.ogg'],
	['document', 'a.pdf'],
])('should know the kind %s by the extension', async (type, fileName) => {
	const body = { chatId, urlFile: 'https://example.com/a', fileName, caption: 'x' };
	const { data } = await post('sendFileByUrl', body);
	expectSameShape(data, messageSent);
	expect(sandbox.messages('greenApi')).toMatchObject([{ type, fileName, caption: 'x' }]);
});

it.each([[{ chatId: undefined }], [{ chatId: '+11001234568' }], [{ message: '' }]])(
	'should refuse %j',
	async (changes) => {
		expect((await sendMessage(changes)).status).toBe(400);
	},
);

describe('settings', () => {
	it('should change partly, and take effect only later', async () => {
		await sandbox.close();
		await start({ clockFactor: 300 });
		const change = { webhookUrl: receiver.url, outgoingWebhook: 'yes' };
		const { data } = await post('setSettings', change);
		expect(data).toEqual({ saveSettings: true });
		sandbox.post('greenApi', { too: 'early' });
		const settings = (await get('getSettings')).data;
		expect(settings).toMatchObject({ ...change, outgoingAPIMessageWebhook: 'no' });
		expect(Object.keys(settings).slice(0, 3)).toEqual(['wid', 'webhookUrl', 'webhookUrlToken']);
		await sandbox.idle();
		sandbox.post('greenApi', { in: 'effect' });
		await sandbox.idle();
		expect(receiver.bodies()).toEqual([{ in: 'effect' }]);
		expect(receiver.received[0].headers).not.toHaveProperty('authorization');
	});

	it.each([
		[{}],
		[{ unknown: 'yes' }],
		[{ outgoingWebhook: true }],
		[{ delaySendMessagesMilliseconds: 100 }],
	])('should refuse %j', async (change) => {
		expect((await post('setSettings', change)).status).toBe(400);
	});

	it.each([
		[{ outgoingWebhook: 'no' }, ['outgoingAPIMessageReceived', 'failed']],
		[{ outgoingAPIMessageWebhook: 'no' }, ['sent', 'failed']],
		[{ outgoingMessageWebhook: 'no' }, ['outgoingAPIMessageReceived', 'sent', 'failed']],
		[{ outgoingMessageWebhook: 'no', outgoingAPIMessageWebhook: 'no' }, ['failed']],
	])('should send what the flags %j say, and failed always', async (change, expected) => {
		await post('setSettings', change);
		await sandbox.idle();
		sandbox.script('greenApi', ['sent', 'failed']);
		await sendMessage();
		await sandbox.idle();
		expect(told()).toEqual(expected);
	});

	it('should allow one call a second', async () => {
		await sandbox.close();
		await start({ clockFactor: 1, rateLimits: true });
		expect((await get('getSettings')).status).toBe(200);
		const { status, headers } = await get('getSettings');
		expect(status).toBe(429);
		expect(headers).not.toHaveProperty('retry-after');
		expect((await get('getStateInstance')).status).toBe(200);
		await new Promise((resolve) => setTimeout(resolve, 1000));
		expect((await get('getSettings')).status).toBe(200);
	});
});

it('should tell only noAccount of numbers without WhatsApp', async () => {
	await sendMessage({ chatId: '11001230000@c.us' });
	await sandbox.idle();
	expect(told()).toEqual(['noAccount']);
});

describe('the queue', () => {
	it('should be shown, and cleared as a whole', async () => {
		sandbox.setHealth('greenApi', 'notAuthorized');
		expect((await get('getStateInstance')).data).toEqual({ stateInstance: 'notAuthorized' });
		const first = await sendMessage();
		await sendMessage({ message: 'Second' });
		const { data } = await get('showMessagesQueue');
		expect(data).toHaveLength(2);
		expect(data[0]).toEqual({
			messageID: first.data.idMessage,
			type: 'sendMessage',
			body: { chatId, message: 'Hello' },
		});
		expect((await get('clearMessagesQueue')).data).toEqual({ isCleared: true });
		sandbox.setHealth('greenApi', 'authorized');
		await sandbox.idle();
		expect(receiver.received).toEqual([]);
	});

	it('should be sent in order once the instance is authorized', async () => {
		sandbox.setHealth('greenApi', 'notAuthorized');
		sandbox.script('greenApi', ['sent']);
		const ids = [(await sendMessage()).data.idMessage, (await sendMessage()).data.idMessage];
		sandbox.setHealth('greenApi', 'authorized');
		await sandbox.idle();
		const sent = receiver.bodies().filter(({ status }) => status === 'sent');
		expect(sent.map(({ idMessage }) => idMessage)).toEqual(ids);
	});

	it('should refuse while the instance starts', async () => {
		sandbox.setHealth('greenApi', 'starting');
		const { status, data } = await sendMessage();
		expect([status, data.message]).toEqual([400, 'instance in starting process try later']);
	});
});

it('should keep a journal of what was sent', async () => {
	sandbox.setHealth('greenApi', 'notAuthorized');
	const { data } = await sendMessage();
	expect((await get('lastOutgoingMessages')).data).toEqual([]);
	sandbox.setHealth('greenApi', 'authorized');
	await sandbox.idle();
	const entry = { idMessage: data.idMessage, chatId, sendByApi: true, statusMessage: 'read' };
	const { idMessage } = entry;
	expect((await post('getMessage', { chatId, idMessage })).data).toMatchObject(entry);
	expect((await get('lastOutgoingMessages', { minutes: 1 })).data).toMatchObject([entry]);
	expect((await post('getMessage', { chatId, idMessage: 'unknown' })).status).toBe(400);
});

it('should repeat each minute until exactly 200, and hold up the later ones', async () => {
	sandbox.script('greenApi', ['sent']);
	receiver.answer(500, 204);
	await sendMessage();
	await sandbox.idle();
	const deliveries = sandbox.deliveries('greenApi');
	expect(deliveries.map(({ event, attempt, status }) => [event, attempt, status])).toEqual([
		['outgoingAPIMessageReceived', 1, 500],
		['outgoingAPIMessageReceived', 2, 204],
		['outgoingAPIMessageReceived', 3, 200],
		['outgoingMessageStatus', 1, 200],
	]);
	const [first, second] = receiver.received;
	expect(second.at - first.at).toBeGreaterThanOrEqual(58);
});

it('should answer 466 on request', async () => {
	sandbox.faults.add({ kind: 'quota', gateway: 'greenApi' });
	const { status, data } = await sendMessage();
	expect(status).toBe(466);
	expectSameShape(data, quotaExceeded);
	expect(data.invokeStatus).toMatchObject({ method: 'sendMessage', status: 'QUOTE_EXCEEDED' });
});

it.each([
	['photo.png', 'image'],
	['clip.mov', 'video'],
	['clip.3gp', 'document'],
	['note.ogg', 'audio'],
	['note.ape', 'document'],
	['list.csv', 'document'],
])('should send %s as %s, by the vendor’s list', async (fileName, type) => {
	const urlFile = `https://example.com/${fileName}`;
	await post('sendFileByUrl', { chatId: '120650379300963@lid', urlFile, fileName });
	expect(sandbox.messages('greenApi')).toMatchObject([{ to: '120650379300963@lid', type }]);
});

it('should speak the WABA flavour', async () => {
	expect((await post('sendTemplate', { chatId, templateId: 'x' })).status).toBe(404);
	sandbox.dialect('greenApi').setWaba(true, 'waba');
	sandbox.script('greenApi', ['noActiveSession']);
	const { data } = await post('sendTemplate', { chatId, templateId: 'x', params: ['1'] });
	expectSameShape(data, messageSent);
	await sandbox.idle();
	expect(receiver.bodies().at(-1)).toMatchObject({
		instanceData: { typeInstance: 'waba' },
		status: 'noActiveSession',
	});
	const phone = { outgoingMessageWebhook: 'yes' };
	expect((await get('getSettings')).data).not.toHaveProperty('outgoingMessageWebhook');
	expect((await post('setSettings', phone)).status).toBe(400);
	expect((await post('setSettings', { ...phone, outgoingWebhook: 'yes' })).status).toBe(200);
	expect((await get('getSettings')).data).toMatchObject({ outgoingWebhook: 'yes' });
});

describe('the history of a chat', () => {
	it('should hold what was sent, the newest first, with the fields of the sample', async () => {
		for (const message of ['one', 'two']) await sendMessage({ message });
		await sendMessage({ chatId: '11001234569@c.us' });
		await sandbox.idle();
		const { data } = await post('getChatHistory', { chatId });
		expect(data.map(({ textMessage }: { textMessage: string }) => textMessage)).toEqual([
			'two',
			'one',
		]);
		const sample = chatHistory.find(({ type }) => type === 'outgoing')!;
		// `sendByApi` is of a newer age than the sample.
		expect(Object.keys(data[0]).sort()).toEqual([...Object.keys(sample), 'sendByApi'].sort());
		expect((await post('getChatHistory', { chatId, count: 1 })).data).toEqual([data[0]]);
		expect((await post('getChatHistory', {})).status).toBe(400);
	});

	it('should not hold what still waits in the queue, which tells it as it was sent', async () => {
		sandbox.setHealth('greenApi', 'notAuthorized');
		await sendMessage({ message: 'waits' });
		expect((await post('getChatHistory', { chatId })).data).toEqual([]);
		const [entry] = (await get('showMessagesQueue')).data;
		expect(Object.keys(entry)).toEqual(Object.keys(messagesQueue[0]));
		expect(entry).toMatchObject({ type: 'sendMessage', body: { chatId, message: 'waits' } });
	});

	it('should be asked for once a second', async () => {
		await sandbox.close();
		await start({ rateLimits: true, clockFactor: 1 });
		const ask = async () => (await post('getChatHistory', { chatId })).status;
		expect([await ask(), await ask()]).toEqual([200, 429]);
	});
});

it('should tell incoming messages as the samples do, where incomingWebhook asks for them', async () => {
	const person = { from: '71234567890', name: 'Green API' };
	sandbox.receive('greenApi', { ...person, text: 'nobody asks' });
	await sandbox.idle();
	expect(receiver.bodies()).toEqual([]);
	const target = { url: receiver.url, secret: 'webhook-token' };
	sandbox.setWebhook('greenApi', { ...target, received: true });
	const text = 'Tuesday is fine';
	sandbox.receive('greenApi', { ...person, text });
	sandbox.receive('greenApi', { ...person, text, replyTo: '3EB0608D6A2901063D63' });
	sandbox.receive('greenApi', { ...person, text, replyTo: 'BAE5BBB8415CF1AA', buttonId: '1' });
	await sandbox.idle();
	const samples = [receivedText, receivedReply, receivedButton];
	for (const [index, sample] of samples.entries()) {
		expectSameShape(receiver.bodies()[index], sample);
	}
});
