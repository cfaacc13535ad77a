import axios, { type AxiosInstance } from 'axios';

import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import flat from './fixtures/queued-request-flat.json';
import messageAck from './fixtures/message-ack.webhook.json';
import notOnWhatsApp from './fixtures/not-on-whatsapp.json';
import queued from './fixtures/queued.json';
import receivedReply from './fixtures/received-reply.webhook.json';
import receivedText from './fixtures/received-text.webhook.json';
import { startReceiver, type Receiver } from '../../test/sandbox/receiver.mts';
import { expectSameShape } from '../../test/sandbox/shape.mts';

let sandbox: Sandbox;
let receiver: Receiver;
let http: AxiosInstance;

interface Envelope {
	event: string;
	data: { id: string; payload: Record<string, unknown> };
}

beforeAll(async () => {
	receiver = await startReceiver();
});
beforeEach(async () => {
	receiver.clear();
	sandbox = await startSandbox({ clockFactor: 100 });
	const { baseUrl, instanceId, apiToken } = sandbox.accounts.hypersenderWhatsApp;
	http = axios.create({
		baseURL: `${baseUrl}/${instanceId}`,
		headers: { Authorization: `Bearer ${apiToken}` },
		validateStatus: () => true,
	});
	sandbox.setWebhook('hypersenderWhatsApp', { url: receiver.url, secret: 'my secret' });
});
afterEach(async () => await sandbox.close());
afterAll(async () => await receiver.close());

const chatId = '201063178738@c.us';

const sendText = (changes: Record<string, unknown> = {}) =>
	http.post('/send-text-safe', { chatId, text: 'Hello', ...changes });

const resultOf = async (uuid: string) => (await http.get(`/queued-requests/${uuid}`)).data;

const envelopes = () => receiver.bodies() as unknown as Envelope[];

it('should queue, then tell the id of the message', async () => {
	sandbox.setHealth('hypersenderWhatsApp', 'STARTING');
	const { status, data } = await sendText();
	expect(status).toBe(200);
	expectSameShape(data, queued);
	expect(data.queued_request_link).toMatch(`/queued-requests/${data.queued_request_uuid}`);
	const early = await resultOf(data.queued_request_uuid);
	expect(Object.keys(early)).toEqual([
		...['uuid', 'request', 'response_status', 'response_body', 'response_header'],
	]);
	expect(early).toMatchObject({
		response_status: null,
		response_body: null,
		response_header: null,
	});
	sandbox.setHealth('hypersenderWhatsApp', 'WORKING');
	await sandbox.idle();
	const late = await axios.get(data.queued_request_link, {
		headers: { Authorization: `Bearer ${sandbox.accounts.hypersenderWhatsApp.apiToken}` },
	});
	const [message] = sandbox.messages('hypersenderWhatsApp');
	expect(late.data.response_status).toBe(201);
	expect(late.data.response_body).toEqual({
		key: { remoteJid: '201063178738@s.whatsapp.net', fromMe: true, id: message.id },
		messageTimestamp: expect.stringMatching(/^\d{10}$/),
		status: 'PENDING',
		message: { extendedTextMessage: { text: 'Hello' } },
	});
	expectSameShape(late.data.response_body, flat.response_body);
	expect(late.data.request).toMatchObject({ chatId, text: 'Hello', session: expect.any(String) });
	expect(message).toMatchObject({ queuedRequestId: data.queued_request_uuid, status: 'PLAYED' });
});

it('should acknowledge from 0 to 4, in the documented form', async () => {
	await sendText();
	await sandbox.idle();
	const [message] = sandbox.messages('hypersenderWhatsApp');
	const [any, ...acks] = envelopes();
	expect(any).toMatchObject({
		event: 'message.any',
		data: { payload: { id: `true_${chatId}_${message.id}`, fromMe: true, source: 'app' } },
	});
	expect(acks.map(({ data }) => [data.payload.ack, data.payload.ackName])).toEqual([
		[0, 'PENDING'],
		[1, 'SERVER'],
		[2, 'DEVICE'],
		[3, 'READ'],
		[4, 'PLAYED'],
	]);
	for (const ack of acks) expectSameShape(ack, messageAck);
	expect(new Set(envelopes().map(({ data }) => data.id)).size).toBe(6);
	expect(receiver.received[0].headers).toMatchObject({
		authorization: 'my secret',
		'x-userid': sandbox.accounts.hypersenderWhatsApp.userId,
		'x-instanceid': sandbox.accounts.hypersenderWhatsApp.instanceId,
	});
});

it('should take the common words in a script', async () => {
	sandbox.script('hypersenderWhatsApp', ['sent', 'failed', 'revoked']);
	await sendText();
	await sandbox.idle();
	const told = envelopes().map(({ event, data }) => [event, data.payload.ack]);
	expect(told).toEqual([
		['message.any', 0],
		['message.ack', 1],
		['message.ack', -1],
		['message.revoked', undefined],
	]);
});

it('should refuse numbers that are not on WhatsApp, within the queue', async () => {
	const unknown = await sendText({ chatId: '201063170000@c.us' });
	const missing = await sendText({ chatId: '201063170404@c.us' });
	await sandbox.idle();
	const result = await resultOf(unknown.data.queued_request_uuid);
	expect([result.response_status, result.response_body]).toEqual([422, notOnWhatsApp]);
	expectSameShape(result.response_body, notOnWhatsApp);
	expect((await resultOf(missing.data.queued_request_uuid)).response_status).toBe(404);
	expect(sandbox.messages('hypersenderWhatsApp')).toEqual([]);
	expect(receiver.received).toEqual([]);
});

it.each([
	['send-text', { text: 'x' }, 'text'],
	['send-image', { url: 'https://example.com/a.jpg', caption: 'x' }, 'image'],
	['send-file', { url: 'https://example.com/a.pdf', filename: 'a.pdf' }, 'document'],
	['send-video', { url: 'https://example.com/a.mp4', asNote: false }, 'video'],
	['send-voice', { url: 'https://example.com/a.ogg' }, 'voice'],
])('should take %s', async (path, fields, type) => {
	const { data } = await http.post(path, { chatId, ...fields });
	await sandbox.idle();
	expect((await resultOf(data.queued_request_uuid)).response_status).toBe(201);
	expect(sandbox.messages('hypersenderWhatsApp')).toMatchObject([{ type, body: fields }]);
});

it('should put a validation error into the result', async () => {
	const { status, data } = await sendText({ chatId: '+201063178738' });
	expect(status).toBe(200);
	await sandbox.idle();
	expect(await resultOf(data.queued_request_uuid)).toMatchObject({
		response_status: 422,
		response_body: { statusCode: 422 },
	});
});

it('should keep the queue while the instance does not work', async () => {
	sandbox.setHealth('hypersenderWhatsApp', 'SCAN_QR_CODE');
	const { data } = await sendText();
	await sandbox.idle();
	expect((await resultOf(data.queued_request_uuid)).response_status).toBeNull();
	sandbox.setHealth('hypersenderWhatsApp', 'WORKING');
	await sandbox.idle();
	expect((await resultOf(data.queued_request_uuid)).response_status).toBe(201);
});

it('should tell its health, ten times a minute', async () => {
	await sandbox.close();
	sandbox = await startSandbox();
	const { baseUrl, instanceId, apiToken } = sandbox.accounts.hypersenderWhatsApp;
	const headers = { Authorization: `Bearer ${apiToken}` };
	const health = () =>
		axios.get(`${baseUrl}/${instanceId}/health`, { headers, validateStatus: () => true });
	const { data } = await health();
	expect(data).toEqual({
		instance_id: instanceId,
		connected_at: expect.any(String),
		status: 'WORKING',
	});
	const more = [];
	for (let call = 0; call < 10; call++) more.push((await health()).status);
	expect(more).toEqual([...Array(9).fill(200), 429]);
});

it('should revoke a message that is deleted', async () => {
	sandbox.script('hypersenderWhatsApp', ['sent']);
	await sendText();
	await sandbox.idle();
	const [{ id }] = sandbox.messages('hypersenderWhatsApp');
	await http.delete('/delete-message', { params: { chatId, messageId: id } });
	await sandbox.idle();
	expect(envelopes().at(-1)).toMatchObject({
		event: 'message.revoked',
		data: { payload: { _data: { key: { id } } } },
	});
});

it('should let nobody in without the token, nor to another instance', async () => {
	const wrong = await http.get('/health', { headers: { Authorization: 'Bearer wrong' } });
	expect(wrong.status).toBe(401);
	const { baseUrl } = sandbox.accounts.hypersenderWhatsApp;
	const other = await http.get(`${baseUrl}/00000000-0000-4000-8000-000000000000/health`);
	expect(other.status).toBe(404);
});

it('should tell an incoming message in the event of own ones, its direction turned', async () => {
	const person = { from: '201063178738', name: 'Anna' };
	const text = 'Yes, Tuesday is fine';
	sandbox.receive('hypersenderWhatsApp', { ...person, text });
	sandbox.receive('hypersenderWhatsApp', { ...person, text, replyTo: 'ABCD1234EF567890' });
	await sandbox.idle();
	const [first, second] = receiver.bodies();
	expectSameShape(first, receivedText);
	expectSameShape(second, receivedReply);
	expect(() => sandbox.receive('hypersenderWhatsApp', { ...person, text, buttonId: 'x' })).toThrow(
		'no buttons',
	);
});
