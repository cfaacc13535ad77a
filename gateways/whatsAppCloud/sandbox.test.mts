import axios, { type AxiosInstance } from 'axios';
import { createHmac } from 'node:crypto';

import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { expectSameShape, shapeOf } from '../../test/sandbox/shape.mts';
import health from './fixtures/health.json';
import invalidToken from './fixtures/invalid-token.json';
import phoneNumber from './fixtures/phone-number.json';
import rateLimited from './fixtures/rate-limited.json';
import sentTemplate from './fixtures/sent-template.json';
import sentText from './fixtures/sent-text.json';
import failed from './fixtures/status-failed.webhook.json';
import read from './fixtures/status-read.webhook.json';
import template from './fixtures/template.json';
import { startCallback, type Callback } from './testCallback.mts';

let sandbox: Sandbox;
let callback: Callback;
let http: AxiosInstance;
let account: Sandbox['accounts']['whatsAppCloud'];
const dialect = () => sandbox.dialect('whatsAppCloud');

beforeAll(async () => {
	callback = await startCallback();
});
beforeEach(async () => {
	callback.clear();
	await start();
});
afterEach(async () => await sandbox.close());
afterAll(async () => await callback.close());

async function start(options: Parameters<typeof startSandbox>[0] = {}) {
	await sandbox?.close();
	sandbox = await startSandbox({ clockFactor: 100, ...options });
	account = sandbox.accounts.whatsAppCloud;
	http = axios.create({
		baseURL: `${account.baseUrl}/v25.0`,
		headers: { Authorization: `Bearer ${account.accessToken}` },
		validateStatus: () => true,
	});
}

const send = async (more: object = {}, to = '+16505551234') =>
	await http.post(`/${account.phoneNumberId}/messages`, {
		messaging_product: 'whatsapp',
		to,
		type: 'text',
		text: { body: 'Hello' },
		biz_opaque_callback_data: 'café-17',
		...more,
	});

const sendTemplate = async (name: string, language: string, components: unknown[] = []) =>
	await send({ type: 'template', template: { name, language: { code: language }, components } });

/** The HTTP status and Meta's code. */
const refusal = ({ status, data }: Awaited<ReturnType<typeof send>>) => [status, data.error?.code];

/** The template of the samples whose header is an image. */
const withImage = async (image: object) =>
	await sendTemplate('reservation_confirmation', 'en_US', [
		{ type: 'header', parameters: [{ type: 'image', image }] },
		{
			type: 'body',
			parameters: ['number_of_guests', 'day', 'date', 'time'].map((name) => ({
				type: 'text',
				parameter_name: name,
				text: 'x',
			})),
		},
	]);

it('the header of a template takes a link or an upload, and no other id', async () => {
	const form = new FormData();
	form.set('messaging_product', 'whatsapp');
	form.set('type', 'image/png');
	form.set('file', new Blob(['not really a photo'], { type: 'image/png' }), 'a.png');
	const { id } = (await http.post(`/${account.phoneNumberId}/media`, form)).data;
	expect((await withImage({ id })).status).toBe(200);
	expect((await withImage({ link: 'https://example.com/a.png' })).status).toBe(200);
	expect(refusal(await withImage({ id: '4490' }))).toEqual([400, 100]);
});

interface Status {
	status: string;
	recipient_id?: string;
	errors?: unknown[];
}
type Change = { field: string; value: { statuses?: Status[] } };
const changes = () =>
	callback.received.flatMap(({ body }) =>
		(body as { entry: Array<{ changes: Change[] }> }).entry.flatMap((entry) => entry.changes),
	);
const statuses = () => changes().flatMap(({ value }) => value.statuses ?? []);

describe('sending', () => {
	it('should answer as the samples', async () => {
		expectSameShape((await send()).data, sentText);
		const sent = await sendTemplate('appointment_reminder', 'en', [
			{ type: 'body', parameters: ['a', 'b'].map((text) => ({ type: 'text', text })) },
			{
				type: 'button',
				sub_type: 'url',
				index: '1',
				parameters: [{ type: 'text', text: '17' }],
			},
		]);
		expectSameShape(sent.data, sentTemplate);
	});

	it('should take the version or not', async () => {
		const { status } = await http.get(`${account.baseUrl}/${account.phoneNumberId}`);
		expect(status).toBe(200);
		const wrong = await http.get(`${account.baseUrl}/v25/${account.phoneNumberId}`);
		expect(wrong.status).toBe(404);
	});

	it('should put the own country’s code before a number without +', async () => {
		expect((await send({}, '6505551234')).data.contacts[0].wa_id).toBe('16505551234');
		expect((await send({}, '+49 (151) 2345-678')).data.contacts[0].wa_id).toBe('491512345678');
	});

	it('should refuse a wrong token as in the sample', async () => {
		const headers = { Authorization: 'Bearer wrong' };
		const { status, data } = await http.get(`/${account.phoneNumberId}`, { headers });
		expect(status).toBe(401);
		expectSameShape(data, invalidToken);
		expect(data.error.code).toBe(190);
	});

	it('should refuse another ID, and a missing permission', async () => {
		const { data } = await http.post('/1/messages', {});
		expect(data.error).toMatchObject({ code: 100, error_subcode: 33 });
		dialect().permissions.delete('whatsapp_business_messaging');
		expect(refusal(await send())).toEqual([403, 10]);
	});

	it.each<[string, object]>([
		['no product', { messaging_product: undefined }],
		['no phone number', { to: 'Pablo' }],
		['an unknown type', { type: 'fax' }],
		['no text', { text: {} }],
		['a long text', { text: { body: 'x'.repeat(4097) } }],
		['a caption of audio', { type: 'audio', audio: { link: 'https://a.example', caption: 'x' } }],
		['no link', { type: 'image', image: { caption: 'x' } }],
		['a long reference', { biz_opaque_callback_data: 'x'.repeat(513) }],
	])('should refuse %s', async (_, more) => {
		expect(refusal(await send(more))).toEqual([400, 100]);
	});

	it('should refuse a message to itself', async () => {
		expect(refusal(await send({}, `+${account.displayPhoneNumber}`))).toEqual([400, 131021]);
	});
});

describe('templates', () => {
	const text = (...texts: string[]) => ({
		type: 'body',
		parameters: texts.map((each) => ({ type: 'text', text: each })),
	});
	const url = (index: string) => ({
		type: 'button',
		sub_type: 'url',
		index,
		parameters: [{ type: 'text', text: '17' }],
	});

	it.each<[string, string, string, unknown[], number | undefined]>([
		['as it should be', 'appointment_reminder', 'en', [text('a', 'b'), url('1')], undefined],
		['too few variables', 'appointment_reminder', 'en', [text('a'), url('1')], 132000],
		['too many variables', 'appointment_reminder', 'en', [text('a', 'b', 'c'), url('1')], 132000],
		['no suffix of the URL', 'appointment_reminder', 'en', [text('a', 'b')], 132000],
		[
			'the suffix at another button',
			'appointment_reminder',
			'en',
			[text('a', 'b'), url('0')],
			132012,
		],
		['another language', 'appointment_reminder', 'en_US', [], 132001],
		['an unknown name', 'appointment', 'en', [], 132001],
		['one that is not approved', 'address_update', 'en', [], 132001],
		['numbers for names', 'reservation_confirmation', 'en_US', [text('4', 'x', 'y', 'z')], 132012],
	])('should check %s', async (_, name, language, components, code) => {
		const { status, data } = await sendTemplate(name, language, components);
		expect([status, data.error?.code]).toEqual([code === undefined ? 200 : 400, code]);
	});

	it.each([
		['PAUSED', 132015],
		['DISABLED', 132016],
	])('should refuse one that is %s', async (status, code) => {
		dialect().templates[0].status = status;
		expect(refusal(await sendTemplate('appointment_reminder', 'en'))).toEqual([400, code]);
	});

	it('should be listed in pages, with the fields asked for', async () => {
		const list = `/${account.wabaId}/message_templates`;
		const { data } = await http.get(list, { params: { limit: 2, fields: 'name,status' } });
		expect(data.data).toEqual([
			{ name: 'appointment_reminder', status: 'APPROVED', id: expect.any(String) },
			{ name: 'reservation_confirmation', status: 'APPROVED', id: expect.any(String) },
		]);
		const next = await http.get(data.paging.next);
		expect(next.data.data).toMatchObject([{ name: 'address_update' }]);
		expect(next.data.paging).not.toHaveProperty('next');
		const named = await http.get(list, { params: { name: 'address_update' } });
		const sample: string[] = Object.keys(template).filter((key) => key !== 'sub_category');
		expect(Object.keys(named.data.data[0]).sort()).toEqual(sample.sort());
		const approved = await http.get(list, { params: { status: 'approved' } });
		expect(approved.data.data).toHaveLength(2);
	});
});

describe('the window', () => {
	it.each(['answer', 'webhook'] as const)('should be closed to free text, by %s', async (by) => {
		dialect().setWebhook({ url: callback.url });
		dialect().closeWindow('+16505551234', by);
		const free = await send();
		if (by === 'answer') expect(refusal(free)).toEqual([400, 131047]);
		else {
			expect(free.status).toBe(200);
			await sandbox.idle();
			expect(statuses()).toMatchObject([{ status: 'failed', errors: [{ code: 131047 }] }]);
			expectSameShape(statuses()[0].errors, failed.entry[0].changes[0].value.statuses[0].errors);
		}
		expect((await send({}, '+16505550000')).status).toBe(200);
		expect((await sendTemplate('appointment_reminder', 'en')).data.error.code).toBe(132000);
		sandbox.receive('whatsAppCloud', { from: '16505551234', text: 'Hi' });
		expect((await send()).status).toBe(200);
	});

	it('should be one of many reasons', async () => {
		dialect().refuse('+16505551234', 131050);
		expect(refusal(await send())).toEqual([400, 131050]);
	});
});

describe('pace', () => {
	it('should be eighty a second', async () => {
		await start({ clockFactor: 0.1 });
		const all = await Promise.all(
			Array.from({ length: 100 }, async (_, index) => await send({}, `+1650555${2000 + index}`)),
		);
		const refused = all.filter(({ status }) => status !== 200);
		expect(refused).toHaveLength(20);
		const sample = shapeOf({ ...rateLimited.error, error_subcode: undefined });
		expect(shapeOf({ ...refused[0].data.error, error_subcode: undefined })).toHaveLength(
			(sample as unknown[]).length,
		);
		expect(refusal(refused[0])).toEqual([400, 130429]);
	});

	it('should be one to each user in six seconds, after forty-five', async () => {
		await start({ clockFactor: 1 });
		const codes = [];
		for (let i = 0; i < 47; i++) codes.push((await send()).data.error?.code);
		expect(codes.filter((code) => code === undefined).length).toBeGreaterThanOrEqual(45);
		expect(codes.at(-1)).toBe(131056);
		expect((await send({}, '+16505550000')).status).toBe(200);
	});
});

describe('webhooks', () => {
	it('should be signed over the bytes, with escapes', async () => {
		dialect().setWebhook({ url: callback.url });
		await send();
		await sandbox.idle();
		expect(statuses().map(({ status }) => status)).toEqual(['sent', 'delivered', 'read']);
		for (const { headers, text } of callback.received) {
			expect(text).toContain('caf\\u00e9-17');
			const signature = createHmac('sha256', account.appSecret).update(text).digest('hex');
			expect(headers['x-hub-signature-256']).toBe(`sha256=${signature}`);
		}
		// What the sample lacks, the reference brings.
		const last = structuredClone(callback.received.at(-1)!.body) as typeof read;
		const status = last.entry[0].changes[0].value.statuses[0] as Record<string, unknown>;
		delete status.biz_opaque_callback_data;
		expectSameShape(last, read);
	});

	it('should tell that a voice message was played', async () => {
		dialect().setWebhook({ url: callback.url });
		await send({ type: 'audio', audio: { link: 'https://a.example/v.ogg', voice: true } });
		await sandbox.idle();
		expect(statuses().at(-1)).toMatchObject({ status: 'played' });
	});

	it('should come in batches where a test says so', async () => {
		dialect().setWebhook({ url: callback.url });
		dialect().callbacks.batchMs = 60_000;
		await Promise.all(['+16505551234', '+16505551235'].map(async (to) => await send({}, to)));
		sandbox.receive('whatsAppCloud', { from: '16505551234', text: 'Hi' });
		await sandbox.idle();
		expect(callback.received).toHaveLength(1);
		expect(changes()).toHaveLength(7);
		expect(statuses()).toHaveLength(6);
	});

	it('should not show the number of a user who hides it', async () => {
		dialect().setWebhook({ url: callback.url });
		dialect().hidePhone('+16505551234');
		await send();
		await sandbox.idle();
		expect(statuses()[0]).not.toHaveProperty('recipient_id');
		expect(statuses()[0]).toMatchObject({ recipient_user_id: expect.stringMatching(/^US\./) });
	});

	it('should come again until they are answered with 200', async () => {
		await start({ clockFactor: 6000 });
		dialect().setWebhook({ url: callback.url });
		callback.answer(202, 500);
		sandbox.script('whatsAppCloud', ['sent']);
		await send();
		await sandbox.idle();
		expect(sandbox.deliveries('whatsAppCloud').map(({ status }) => status)).toEqual([
			202, 500, 200,
		]);
	});
});

describe('the number’s own webhook', () => {
	const override = async (url: string, verify_token?: string) =>
		await http.post(`/${account.phoneNumberId}`, {
			webhook_configuration: { override_callback_uri: url, verify_token },
		});
	const configuration = async () => {
		const fields = 'webhook_configuration';
		const { data } = await http.get(`/${account.phoneNumberId}`, { params: { fields } });
		return data;
	};

	it('should be tried out, go before the app’s, and fall back to it', async () => {
		dialect().setWebhook({ url: 'https://app.example/hook' });
		callback.verifyToken = 'right';
		expect((await override(callback.url, 'wrong')).data.error.code).toBe(2200);
		expect((await override('http://127.0.0.1:9/hook', 'right')).data.error.code).toBe(2200);
		expect((await override(`${callback.url}?${'x'.repeat(200)}`, 'right')).status).toBe(400);
		expect((await override(callback.url, 'right')).data).toEqual({ success: true });
		expect(await configuration()).toEqual({
			webhook_configuration: {
				phone_number: callback.url,
				application: 'https://app.example/hook',
			},
			id: account.phoneNumberId,
		});
		await send();
		await sandbox.idle();
		expect(statuses()).toHaveLength(3);
		await override('');
		expect((await configuration()).webhook_configuration).toEqual({
			application: 'https://app.example/hook',
		});
	});

	it('should need an app that is subscribed to the account', async () => {
		dialect().callbacks.isSubscribed = false;
		callback.verifyToken = 'right';
		const { data } = await override(callback.url, 'right');
		expect(data.error).toMatchObject({
			code: 100,
			error_data: { details: expect.stringContaining('must be subscribed') },
		});
		const apps = `/${account.wabaId}/subscribed_apps`;
		expect((await http.get(apps)).data).toEqual({ data: [] });
		expect((await http.post(apps)).data).toEqual({ success: true });
		expect((await http.get(apps)).data.data).toHaveLength(1);
		expect((await override(callback.url, 'right')).status).toBe(200);
	});
});

describe('the number', () => {
	it('should be shown as in the samples', async () => {
		const fields = Object.keys(phoneNumber).join();
		dialect().setWebhook({ url: 'https://www.luckyshrub.com/webhooks' });
		const { data } = await http.get(`/${account.phoneNumberId}`, { params: { fields } });
		expect(data).toEqual(phoneNumber);
		const params = { fields: 'health_status' };
		expect((await http.get(`/${account.phoneNumberId}`, { params })).data).toEqual(health);
		const wrong = await http.get(`/${account.phoneNumberId}`, { params: { fields: 'age' } });
		expect(refusal(wrong)).toEqual([400, 100]);
	});
});
