import axios, { type AxiosInstance } from 'axios';
import { DateTime } from 'luxon';

import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import messageFailed from './fixtures/message-failed.webhook.json';
import messageScheduled from './fixtures/message-scheduled.webhook.json';
import messageSent from './fixtures/message-sent.webhook.json';
import receivedText from './fixtures/received-text.webhook.json';
import { startReceiver, type Receiver } from '../../test/sandbox/receiver.mts';
import { day, expectSameShape, minute } from '../../test/sandbox/shape.mts';

let sandbox: Sandbox;
let receiver: Receiver;
let http: AxiosInstance;

type Sms = Record<string, string | number | null>;

beforeAll(async () => {
	receiver = await startReceiver();
});
beforeEach(async () => {
	receiver.clear();
	sandbox = await startSandbox({ clockFactor: 3600 });
	const { baseUrl, instanceId, apiToken } = sandbox.accounts.hypersenderSms;
	http = axios.create({
		baseURL: `${baseUrl}/${instanceId}`,
		headers: { Authorization: `Bearer ${apiToken}` },
		validateStatus: () => true,
	});
	sandbox.setWebhook('hypersenderSms', { url: receiver.url, secret: 'x-sms-webhook' });
});
afterEach(async () => await sandbox.close());
afterAll(async () => await receiver.close());

const CLOCK = 'yyyy-MM-dd HH:mm:ss';
const wallTime = (ms: number, zone = 'Africa/Cairo') =>
	DateTime.fromMillis(Date.now() + ms, { zone }).toFormat(CLOCK);

/** What a time of the account's clock is in UTC, in which the gateway answers. */
const inUtc = (text: string, zone = 'Africa/Cairo') =>
	DateTime.fromFormat(text, CLOCK, { zone }).toUTC().toFormat(CLOCK);

const send = (changes: Record<string, unknown> = {}) =>
	http.post('/send-message', {
		content: 'test message',
		to: '+201891838278',
		request_id: '133554b5-ae44-44a0-8f4f-7bbac5657a11',
		...changes,
	});

const schedule = (ms: number) => send({ schedule_send_at: wallTime(ms) });

const eventsOf = () => receiver.bodies().map(({ event, data }) => [event, (data as Sms).status]);

/** The webhook of an event, its `data` as a record of plain values. */
const dataOf = (event: string) =>
	receiver.bodies().find((body) => body.event === event)?.data as Sms;

it('should let nobody in without the token, nor to another instance', async () => {
	const { baseUrl } = sandbox.accounts.hypersenderSms;
	const wrong = await http.get('/messages', { headers: { Authorization: 'Bearer wrong' } });
	expect(wrong.status).toBe(401);
	const other = await http.get('/00000000-0000-4000-8000-000000000000/messages', {
		baseURL: baseUrl,
	});
	expect(other.status).toBe(404);
});

it('should answer with the whole message, and post the webhook of a scheduled one', async () => {
	const scheduleSendAt = wallTime(3 * minute);
	const { status, data } = await send({ schedule_send_at: scheduleSendAt });
	expect(status).toBe(200);
	// The webhook's fields, and the thread.
	const { phone: samplePhone, ...sample } = messageScheduled.data;
	const { phone, message_thread, ...rest } = data;
	expectSameShape(rest, sample);
	expectSameShape(phone, samplePhone);
	expect(Object.keys(data).slice(0, 5)).toEqual([
		...['id', 'request_id', 'phone', 'message_thread', 'message_thread_id'],
	]);
	expect(message_thread.id).toBe(data.message_thread_id);
	expect(data).toMatchObject({
		status: 'scheduled',
		schedule_send_at: inUtc(scheduleSendAt),
		timezone: 'Africa/Cairo',
	});
	await sandbox.idle();
	expectSameShape(receiver.bodies()[0], messageScheduled);
	expect(receiver.bodies()[0]).toMatchObject({
		event: 'message.notification.scheduled',
		data: { id: data.id, timezone: expect.stringMatching(/^GMT\+[23]$/) },
	});
});

it('should send the vendor’s headers with every webhook', async () => {
	await send();
	await sandbox.idle();
	const { instanceId, userId } = sandbox.accounts.hypersenderSms;
	expect(receiver.received[0].headers).toMatchObject({
		'x-userid': userId,
		'x-instanceid': instanceId,
		authorization: 'x-sms-webhook',
	});
	expect(sandbox.deliveries('hypersenderSms')[0].headers).toHaveProperty('x-userId', userId);
});

it('should post sent and delivered at their nominal times', async () => {
	const due = wallTime(5 * minute);
	await send({ schedule_send_at: due });
	const dueInUtc = inUtc(due);
	await sandbox.idle();
	expect(eventsOf()).toEqual([
		['message.notification.scheduled', 'scheduled'],
		['message.phone.sent', 'sent'],
		['message.phone.delivered', 'delivered'],
	]);
	expectSameShape(receiver.bodies()[1], messageSent);
	expect(dataOf('message.phone.sent')).toMatchObject({
		schedule_send_at: dueInUtc,
		sent_at: dueInUtc,
		delivered_at: null,
	});
	const delivered = dataOf('message.phone.delivered');
	expect(delivered.sent_at).toBe(dueInUtc);
	const later = DateTime.fromFormat(dueInUtc, CLOCK).plus({ seconds: 1 });
	expect(delivered.delivered_at).toBe(later.toFormat(CLOCK));
	expect(sandbox.messages('hypersenderSms')).toMatchObject([
		{ status: 'delivered', requestId: '133554b5-ae44-44a0-8f4f-7bbac5657a11' },
	]);
});

it('should fail with the documented fields', async () => {
	sandbox.script('hypersenderSms', [{ status: 'failed', reason: 'NO_SERVICE' }]);
	await schedule(minute);
	await sandbox.idle();
	const data = dataOf('message.send.failed');
	expectSameShape(data, messageFailed.data);
	expect(data).toMatchObject({ failure_reason: 'NO_SERVICE', sent_at: null, status: 'failed' });
});

it('should expire like the sample: without expired_at', async () => {
	sandbox.script('hypersenderSms', ['sent', 'expired']);
	await send();
	await sandbox.idle();
	expect(eventsOf().at(-1)).toEqual(['message.send.expired', 'expired']);
	expect(dataOf('message.send.expired').expired_at).toBeNull();
});

it('should understand the time in the account’s zone', async () => {
	sandbox.dialect('hypersenderSms').setTimezone('Asia/Kolkata');
	expect(sandbox.accounts.hypersenderSms.timezone).toBe('Asia/Kolkata');
	const local = wallTime(minute, 'Asia/Kolkata');
	await send({ schedule_send_at: local });
	const [{ scheduledAt }] = sandbox.messages('hypersenderSms');
	const expected = DateTime.fromFormat(local, CLOCK, { zone: 'Asia/Kolkata' });
	expect(Date.parse(scheduledAt!)).toBe(expected.toMillis());
	await sandbox.idle();
	const sent = dataOf('message.phone.sent');
	expect(sent.timezone).toBe('GMT+5:30');
	expect(sent.schedule_send_at).toBe(inUtc(local, 'Asia/Kolkata'));
});

it('should give ids that carry the time of created_at, as the vendor’s samples do', async () => {
	const { data } = await schedule(day);
	const made = Number.parseInt(data.id.replaceAll('-', '').slice(0, 12), 16) / 100;
	expect(DateTime.fromMillis(made, { zone: 'utc' }).toFormat(CLOCK)).toBe(data.created_at);
});

it.each([
	['no content', { content: '' }, 'content'],
	['a number without +', { to: '201891838278' }, 'to'],
	['a time with a zone', { schedule_send_at: '2099-01-01T10:00:00Z' }, 'schedule_send_at'],
	['a past time', { schedule_send_at: '2020-01-01 10:00:00' }, 'schedule_send_at'],
	['too many attempts', { max_send_attempts: 16 }, 'max_send_attempts'],
])('should refuse %s', async (_name, changes, field) => {
	const { status, data } = await send(changes);
	expect(status).toBe(422);
	expect(Object.keys(data.errors)).toEqual([field]);
});

it('should refuse more than 3 days', async () => {
	expect((await schedule(3 * day + minute)).status).toBe(422);
	expect((await schedule(3 * day - minute)).status).toBe(200);
});

describe('the list', () => {
	it('should come in pages of at most 50, the last changed first', async () => {
		for (let index = 0; index < 52; index++) await schedule(day);
		const { data } = await http.get('/messages', { params: { per_page: 80, page: 2 } });
		expect(data.data).toHaveLength(2);
		expect(Object.keys(data)).toEqual(['data', 'links', 'meta']);
		expect(data.meta).toMatchObject({ current_page: 2, last_page: 2, per_page: 50, total: 52 });
		expect(data.links.next).toBeNull();
		const previous = await http.get(data.links.prev, { baseURL: '' });
		expect(previous.data.data).toHaveLength(50);
		expect(Object.keys(previous.data.data[0])).not.toContain('phone');
	});

	it('should be filtered by status, request id and time', async () => {
		const first = await schedule(day);
		await send({ request_id: 'other' });
		const list = async (params: Record<string, string>) =>
			(await http.get('/messages', { params })).data.data.map(({ id }: Sms) => id);
		const { id } = first.data;
		expect(await list({ 'filter[status]': 'scheduled' })).toEqual([id]);
		expect(await list({ 'filter[request_id]': first.data.request_id })).toEqual([id]);
		const range = `${wallTime(0, 'utc')},${wallTime(2 * day, 'utc')}`;
		expect(await list({ 'filter[schedule_send_at]': range })).toEqual([id]);
		expect(await list({ 'filter[schedule_send_at]': `${wallTime(2 * day, 'utc')},` })).toEqual([]);
	});

	it('should be sorted, and include the phone on request', async () => {
		const later = await schedule(2 * day);
		const sooner = await schedule(day);
		const params = { sort: 'schedule_send_at', include: 'phone,messageThread' };
		const { data } = await http.get('/messages', { params });
		expect(data.data.map(({ id }: Sms) => id)).toEqual([sooner.data.id, later.data.id]);
		expect(data.data[0]).toHaveProperty('phone.phone_number', '+201479837429');
		expect(data.data[0]).toHaveProperty('message_thread.id');
	});
});

it.each(['messageId', 'message_id'])('should delete by %s, and not send it', async (name) => {
	const { data } = await schedule(day);
	const removed = await http.delete('/delete-message', { params: { [name]: data.id } });
	expect([removed.status, removed.data]).toEqual([200, {}]);
	expect((await http.get('/messages')).data.data).toEqual([]);
	const asked = await http.get('/messages', { params: { 'filter[status]': 'deleted' } });
	expect(asked.data.data).toHaveLength(1);
	const again = await http.delete('/delete-message', { params: { [name]: data.id } });
	expect(again.status).toBe(404);
	await sandbox.idle();
	expect(eventsOf()).toEqual([['message.notification.scheduled', 'scheduled']]);
});

it("should tell an SMS that the phone got as the SDK's sample does", async () => {
	const id = sandbox.receive('hypersenderSms', { from: '201422904893', text: 'Yes' });
	await sandbox.idle();
	const [body] = receiver.bodies();
	expectSameShape(body, receivedText);
	expect(body.data).toMatchObject({ id, from_phone_number: '+201422904893', content: 'Yes' });
	expect(() => sandbox.receive('hypersenderSms', { from: '1', text: 'x', group: 'g' })).toThrow(
		'no groups',
	);
});
