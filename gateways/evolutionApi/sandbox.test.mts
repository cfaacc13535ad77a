import Ajv from 'ajv';
import axios, { type AxiosInstance } from 'axios';

import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { startReceiver, type Receiver } from '../../test/sandbox/receiver.mts';
import { expectSameShape, shapeOf } from '../../test/sandbox/shape.mts';
import connectionState from './fixtures/connection-state.json';
import connectionUpdate from './fixtures/connection-update.webhook.json';
import deleted from './fixtures/messages-delete.webhook.json';
import found from './fixtures/messages-found.json';
import graphError from './fixtures/graph-error.json';
import licence from './fixtures/licence-required.json';
import messageSent from './fixtures/message-sent.json';
import messageSentV1 from './fixtures/message-sent-v1.json';
import none from './fixtures/messages-none.json';
import notOnWhatsApp from './fixtures/not-on-whatsapp.json';
import schemaError from './fixtures/schema-error.json';
import schemas from './fixtures/requests.schema.json';
import sendMessage from './fixtures/send-message.webhook.json';
import statusMessages from './fixtures/status-messages.json';
import unauthorized from './fixtures/unauthorized.json';
import unknownInstance from './fixtures/unknown-instance.json';
import update from './fixtures/messages-update.webhook.json';
import updateEdit from './fixtures/messages-update-edit.webhook.json';
import updateMeta from './fixtures/messages-update-meta.webhook.json';
import updateV1 from './fixtures/messages-update-v1.webhook.json';
import webhookRow from './fixtures/webhook.json';
import webhookSet from './fixtures/webhook-set.request.json';
import welcome from './fixtures/welcome.json';

let sandbox: Sandbox;
let receiver: Receiver;
let http: AxiosInstance;

const apiOf = (apikey: string) =>
	axios.create({
		baseURL: sandbox.accounts.evolutionApi.baseUrl,
		headers: { apikey },
		validateStatus: () => true,
	});

beforeAll(async () => {
	receiver = await startReceiver();
});
beforeEach(async () => {
	receiver.clear();
	sandbox = await startSandbox({ clockFactor: 600 });
	http = apiOf(sandbox.accounts.evolutionApi.apiKey);
});
afterEach(async () => await sandbox.close());
afterAll(async () => await receiver.close());

const INSTANCE = encodeURIComponent('my shop');
const text = { number: '553188561070', text: 'Hello' };
const sendText = (body: object = text) => http.post(`/message/sendText/${INSTANCE}`, body);
const setWebhook = (more: object = {}) =>
	http.post(`/webhook/set/${INSTANCE}`, {
		webhook: { ...webhookSet.webhook, url: receiver.url, ...more },
	});
const findWebhook = async () => (await http.get(`/webhook/find/${INSTANCE}`)).data as unknown;
const findMessages = (body: object) => http.post(`/chat/findMessages/${INSTANCE}`, body);
const dialect = () => sandbox.dialect('evolutionApi');
const eventsOf = () => receiver.bodies().map(({ event }) => event);
const dataOf = (event: string) =>
	receiver
		.bodies()
		.filter((body) => body.event === event)
		.map(({ data }) => data as Record<string, unknown>);

/** Without the fields that only some answers have. */
const without = (value: object, ...names: string[]) =>
	Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));

describe('who may ask', () => {
	it('tells its version to anybody', async () => {
		const { status, data } = await apiOf('').get('/');
		expect(status).toBe(200);
		expectSameShape(data, welcome);
		expect(data.version).toBe('2.3.7');
	});

	it.each([
		['no key', ''],
		['a wrong one', 'x'],
	])('refuses %s', async (_, key) => {
		const { status, data } = await apiOf(key).get(`/instance/connectionState/${INSTANCE}`);
		expect([status, data]).toEqual([401, unauthorized]);
	});

	it('takes the key of the server, too', async () => {
		const { globalKey } = sandbox.accounts.evolutionApi;
		const { status } = await apiOf(globalKey).get(`/instance/connectionState/${INSTANCE}`);
		expect(status).toBe(200);
	});

	it('looks for the instance before the key', async () => {
		const { status, data } = await apiOf('x').get('/instance/connectionState/invalid-instance');
		expect([status, data]).toEqual([404, unknownInstance]);
	});

	it('answers nothing but its version without a licence', async () => {
		dialect().setVersion('2.4.0-rc2');
		dialect().setLicence(false);
		const { status, data } = await sendText();
		expect(status).toBe(503);
		expectSameShape(data, licence);
		expect([data.error, data.code]).toEqual([licence.error, licence.code]);
		expect((await apiOf('').get('/')).data.version).toBe('2.4.0-rc2');
		expect(sandbox.messages('evolutionApi')).toEqual([]);
	});
});

describe('a send', () => {
	it('is answered as the vendor answers', async () => {
		const { status, data } = await sendText();
		expect(status).toBe(201);
		expectSameShape(data, without(messageSent, 'contextInfo'));
		expect(data.status).toBe('PENDING');
		expect(data.key.id).toHaveLength(messageSent.key.id.length);
	});

	it.each(['image', 'video', 'document', 'audio'])('takes %s', async (mediatype) => {
		const media = 'https://files.example/a.pdf';
		const body = { number: '1@g.us', mediatype, media, fileName: 'a.pdf', caption: 'c' };
		const { status, data } = await http.post(`/message/sendMedia/${INSTANCE}`, body);
		expect(status).toBe(201);
		expect(data.messageType).toBe(`${mediatype}Message`);
		expect(data.message[`${mediatype}Message`]).toMatchObject({ caption: 'c', fileName: 'a.pdf' });
	});

	it('takes voice notes', async () => {
		const body = { number: text.number, audio: 'https://files.example/a.ogg' };
		const { data } = await http.post(`/message/sendWhatsAppAudio/${INSTANCE}`, body);
		expect(data.message.audioMessage.ptt).toBe(true);
	});

	it.each<[string, object, unknown]>([
		['no text', { number: '1' }, [['instance requires property "text"']]],
		['a number that is one', { ...text, number: 491511234 }, [['Invalid format']]],
		['an empty text', { ...text, text: ' ' }, ['Text is required']],
		[
			'the body of version 1',
			{ number: '1', textMessage: { text: 'x' } },
			[['instance requires property "text"']],
		],
		[
			'a number without WhatsApp',
			{ ...text, number: '491510000' },
			[{ jid: '491510000@s.whatsapp.net', exists: false, number: '491510000' }],
		],
		['a LID', { ...text, number: '1@lid' }, [{ jid: '1@lid', exists: false, number: '1@lid' }]],
	])('refuses %s', async (_, body, message) => {
		const { status, data } = await sendText(body);
		expect([status, data]).toEqual([
			400,
			{ status: 400, error: 'Bad Request', response: { message } },
		]);
	});

	it('refuses in the form of the samples', async () => {
		expectSameShape((await sendText({ number: '1' })).data, schemaError);
		expectSameShape((await sendText({ ...text, number: '491510000' })).data, notOnWhatsApp);
	});

	it.each(['http://minio:9000/a.png', 'http://localhost/a.png', 'x'])(
		'refuses the file at %s',
		async (media) => {
			const body = { number: '1', mediatype: 'image', media };
			const { data } = await http.post(`/message/sendMedia/${INSTANCE}`, body);
			expect(data.response.message).toEqual(['Owned media must be a url or base64']);
		},
	);

	it('fails while the instance is not connected, in words that say so', async () => {
		sandbox.setHealth('evolutionApi', 'close');
		const { status, data } = await sendText();
		expect([status, data.response.message]).toEqual([400, ['Error: Connection Closed']]);
	});

	it.each([
		['+55 31 98856-1070', '553188561070'],
		['5511988561070', '5511988561070'],
		['5215512345678', '525512345678'],
		['5491123456789', '541123456789'],
		['120363039326117111', '120363039326117111@g.us'],
	])('to %s goes to %s', async (number, to) => {
		const { data } = await sendText({ ...text, number });
		expect(data.key.remoteJid).toBe(to.includes('@') ? to : `${to}@s.whatsapp.net`);
	});

	it('to a LID goes out from 2.4 on', async () => {
		dialect().setVersion('2.4.0-rc2');
		expect((await sendText({ ...text, number: '1@lid' })).status).toBe(201);
	});
});

describe('the state', () => {
	it('is told', async () => {
		const ask = async () => (await http.get(`/instance/connectionState/${INSTANCE}`)).data;
		expectSameShape(await ask(), connectionState);
		sandbox.setHealth('evolutionApi', 'connecting');
		expect(await ask()).toEqual({ instance: { instanceName: 'my shop', state: 'connecting' } });
		dialect().unload();
		expect(await ask()).toEqual({ instance: { instanceName: 'my shop' } });
		dialect().setMeta(true);
		expect((await ask()).instance.state).toBe('open');
	});

	it('goes out when it changes', async () => {
		await setWebhook({ events: ['CONNECTION_UPDATE'] });
		sandbox.setHealth('evolutionApi', 'close');
		await sandbox.idle();
		expectSameShape(dataOf('connection.update')[0], connectionUpdate.data);
	});
});

describe('webhooks', () => {
	it('are posted in the documented form, with the headers of the row', async () => {
		await setWebhook();
		const { data } = await sendText();
		await sandbox.idle();
		expect(eventsOf()).toEqual([
			'send.message',
			...Array.from({ length: 3 }, () => 'messages.update'),
		]);
		const [sent, first] = receiver.bodies();
		expectSameShape(sent, { ...sendMessage, data: without(sendMessage.data, 'contextInfo') });
		expectSameShape(first, update);
		expect(dataOf('messages.update').map(({ status }) => status)).toEqual([
			'SERVER_ACK',
			'DELIVERY_ACK',
			'READ',
		]);
		expect(dataOf('messages.update')[0].keyId).toBe(data.key.id);
		expect(receiver.received[0].headers.authorization).toBe(
			webhookSet.webhook.headers.Authorization,
		);
	});

	it('say a clock time of São Paulo to be UTC', async () => {
		await setWebhook();
		const before = Date.now();
		await sendText();
		await sandbox.idle();
		const [{ date_time: told }] = receiver.bodies();
		expect(Date.parse(String(told))).toBeLessThan(before - 2 * 3_600_000);
	});

	it('carry the key of the instance and the URL, with whatever is in its query', async () => {
		await setWebhook({ url: `${receiver.url}?secret=x` });
		await sendText();
		await sandbox.idle();
		expect(receiver.bodies()[0]).toMatchObject({
			apikey: sandbox.accounts.evolutionApi.apiKey,
			destination: `${receiver.url}?secret=x`,
		});
		expect(receiver.received[0].path).toBe('/webhook?secret=x');
	});

	it.each([
		['2.3.7', 'SERVER_ACK'],
		['2.3.6', 'DELETED'],
	])('of an edit at %s look like %s', async (version, status) => {
		dialect().setVersion(version);
		await setWebhook();
		const { data } = await sendText();
		await sandbox.idle();
		receiver.clear();
		dialect().edit(data.key.id, 'new text');
		await sandbox.idle();
		const [edit] = dataOf('messages.update');
		expect(edit.status).toBe(status);
		expect(shapeOf(edit.message)).toEqual(shapeOf(updateEdit.data.message));
	});

	it('of a deletion have the key', async () => {
		await setWebhook();
		const { data } = await sendText();
		await sandbox.idle();
		await http.delete(`/chat/deleteMessageForEveryone/${INSTANCE}`, { data: data.key });
		await sandbox.idle();
		expectSameShape(dataOf('messages.delete')[0], deleted.data);
	});

	it('tell what was written on the phone as another event', async () => {
		await setWebhook({ events: ['MESSAGES_UPSERT', 'MESSAGES_UPDATE'] });
		sandbox.sendFromPhone('evolutionApi', '553188561070', 'Hey');
		await sandbox.idle();
		expect(eventsOf()[0]).toBe('messages.upsert');
		expect(eventsOf()).not.toContain('send.message');
	});

	it.each([
		[[500, 200], 2],
		[[404], 1],
		[[401], 1],
	])('answered by %j are tried %d times', async (answers, attempts) => {
		await setWebhook({ events: ['SEND_MESSAGE'] });
		receiver.answer(...answers);
		await sendText();
		await sandbox.idle();
		expect(receiver.received).toHaveLength(attempts);
	});

	it('go to the URL with the name of the event where the row says so', async () => {
		await setWebhook({ events: ['SEND_MESSAGE'], byEvents: true });
		await sendText();
		await sandbox.idle();
		expect(receiver.received[0].path).toBe('/webhook/send-message');
	});
});

describe('the row of the webhook', () => {
	it('is null before there was one, and then has other names than were written', async () => {
		expect(await findWebhook()).toBeNull();
		const { status, data } = await setWebhook({ headers: webhookRow.headers });
		expect(status).toBe(201);
		expectSameShape(data, webhookRow);
		expect(await findWebhook()).toEqual(data);
		expect(data).toMatchObject({ url: receiver.url, webhookByEvents: false, webhookBase64: false });
		const schema = schemas['POST webhook/set'];
		expect(new Ajv({ strict: false }).validate(schema, webhookSet)).toBe(true);
	});

	it('wants a wrapper', async () => {
		const { status, data } = await http.post(`/webhook/set/${INSTANCE}`, webhookSet.webhook);
		expect([status, data]).toEqual([400, schemaError]);
	});

	it('keeps what is not named: headers of others as well', async () => {
		await setWebhook({ base64: true });
		const before = (await findWebhook()) as Record<string, unknown>;
		const webhook = { enabled: true, url: 'https://x.example/', events: ['CALL'] };
		await http.post(`/webhook/set/${INSTANCE}`, { webhook });
		expect(await findWebhook()).toMatchObject({
			url: 'https://x.example/',
			headers: before.headers,
			webhookBase64: true,
		});
	});

	it('loses its events when it is turned off', async () => {
		await setWebhook();
		await setWebhook({ enabled: false });
		expect(await findWebhook()).toMatchObject({ enabled: false, events: [] });
		await sendText();
		await sandbox.idle();
		expect(receiver.received).toEqual([]);
	});

	it('gets all events where none is named, and fails where the list is missing', async () => {
		const { data } = await setWebhook({ events: [] });
		expect(data.events).toHaveLength(31);
		const { status } = await setWebhook({ events: undefined });
		expect(status).toBe(500);
	});

	it('refuses an event that it does not have', async () => {
		const { status, data } = await setWebhook({ events: ['MESSAGES_BEAMED'] });
		expect(status).toBe(400);
		expect(data.response.message[0][0]).toContain('is not one of enum values');
	});

	it.each([
		['2.3.7', 201],
		['2.2.3', 400],
	])('of version %s answers %d to a URL that is none', async (version, expected) => {
		dialect().setVersion(version);
		expect((await setWebhook({ enabled: false, url: '' })).status).toBe(expected);
	});
});

describe('what is stored', () => {
	it('is found by its id, with all statuses that it had', async () => {
		const { data } = await sendText();
		await sandbox.idle();
		const { status, data: answer } = await findMessages({ where: { key: { id: data.key.id } } });
		expect(status).toBe(200);
		expectSameShape(answer, found);
		expect(
			answer.messages.records[0].MessageUpdate.map((each: { status: string }) => each.status),
		).toEqual(['SERVER_ACK', 'DELIVERY_ACK', 'READ']);
		const where = { id: data.key.id };
		const updates = await http.post(`/chat/findStatusMessage/${INSTANCE}`, { where });
		expect(updates.data[0]).toMatchObject({
			keyId: data.key.id,
			fromMe: true,
			status: statusMessages[0].status,
		});
	});

	it('comes page by page, the newest first, within two times', async () => {
		const ids: string[] = [];
		for (let count = 0; count < 3; count++) ids.push((await sendText()).data.key.id);
		const read = async (body: object) =>
			(await findMessages(body)).data.messages.records.map(
				(record: { key: { id: string } }) => record.key.id,
			);
		expect(await read({ where: {}, page: 1, offset: 2 })).toEqual([ids[2], ids[1]]);
		expect(await read({ where: {}, page: 2, offset: 2 })).toEqual([ids[0]]);
		const year = (years: number) => new Date(Date.now() + years * 31_536_000_000).toISOString();
		const within = (gte: string, lte: string) => ({ where: { messageTimestamp: { gte, lte } } });
		expect(await read(within(year(-1), year(1)))).toHaveLength(3);
		expect(await read(within(year(1), year(2)))).toEqual([]);
		// One alone does nothing.
		expect(await read({ where: { messageTimestamp: { gte: year(1) } } })).toHaveLength(3);
	});

	it('may be nothing: the server can be told to store none', async () => {
		dialect().setStores(false);
		const { data } = await sendText();
		const where = { key: { id: data.key.id } };
		expect((await findMessages({ where, offset: 10 })).data).toEqual(none);
	});
});

describe('version 1', () => {
	beforeEach(() => dialect().setVersion('1.8.6'));
	const old = { number: text.number, textMessage: { text: 'Hello' } };

	it('takes its own bodies, and answers in its own form', async () => {
		const { status, data } = await sendText(old);
		expect(status).toBe(201);
		expectSameShape(data, messageSentV1);
		const refused = await sendText();
		expect(refused.data.response.message).toEqual([['instance requires property "textMessage"']]);
	});

	it('tells the id and the time of a status, and knows no headers', async () => {
		await http.post(`/webhook/set/${INSTANCE}`, {
			url: receiver.url,
			events: ['MESSAGES_UPDATE'],
			enabled: true,
		});
		await sendText(old);
		await sandbox.idle();
		expectSameShape(dataOf('messages.update')[0], updateV1.data);
		expect(receiver.received[0].headers).not.toHaveProperty('authorization');
		expect(await findWebhook()).toEqual({
			enabled: true,
			url: receiver.url,
			events: ['MESSAGES_UPDATE'],
			webhook_by_events: false,
			webhook_base64: false,
		});
	});

	it('finds messages as a bare list', async () => {
		const { data } = await sendText(old);
		const answer = await findMessages({ where: { key: { id: data.key.id } } });
		expect(answer.data).toMatchObject([{ key: data.key, owner: 'my shop' }]);
	});
});

describe("Meta's channel", () => {
	beforeEach(() => dialect().setMeta(true));

	it('hands on what Meta refuses, with 201', async () => {
		const { status, data } = await sendText({ ...text, number: '491510000' });
		expect([status, data]).toEqual([201, graphError]);
		expect(sandbox.messages('evolutionApi')).toEqual([]);
	});

	it("tells Meta's words, and that others wrote the message", async () => {
		await setWebhook();
		const { data } = await sendText();
		expect(data.key.id).toMatch(/^wamid\./);
		await sandbox.idle();
		const updates = dataOf('messages.update');
		expect(updates.map(({ status }) => status)).toEqual(['SENT', 'DELIVERED', 'READ']);
		expectSameShape(updates[1], updateMeta.data);
	});
});
