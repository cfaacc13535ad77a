import { execFile } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import { promisify } from 'node:util';

import axios, { type AxiosInstance } from 'axios';

import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import { startReceiver, type Receiver } from '../../test/sandbox/receiver.mts';
import { day, fromNow, hour, minute } from '../../test/sandbox/shape.mts';
import accountSample from './fixtures/account.json';
import cancelled from './fixtures/cancelled.json';
import contents from './fixtures/contents.json';
import deliveredSms from './fixtures/delivered-sms.webhook.json';
import deliveredWhatsApp from './fixtures/delivered-whatsapp.webhook.json';
import list from './fixtures/messages.json';
import scheduledSample from './fixtures/scheduled.json';
import sent from './fixtures/sent.json';
import service from './fixtures/service.json';
import tooMany from './fixtures/too-many-requests.json';
import unauthorized from './fixtures/unauthorized.json';
import undelivered from './fixtures/undelivered.webhook.json';

let sandbox: Sandbox;
let receiver: Receiver;
let http: AxiosInstance;
let messages: string;

const as = (username: string, password: string) =>
	axios.create({
		baseURL: sandbox.accounts.twilio.baseUrl,
		auth: { username, password },
		validateStatus: () => true,
	});

beforeAll(async () => {
	receiver = await startReceiver();
});
beforeEach(async () => {
	receiver.clear();
	sandbox = await startSandbox({ clockFactor: 3_600 });
	const { accountSid, authToken } = sandbox.accounts.twilio;
	http = as(accountSid, authToken);
	messages = `/2010-04-01/Accounts/${accountSid}/Messages`;
	sandbox.setWebhook('twilio', { url: receiver.url });
});
afterEach(async () => await sandbox.close());
afterAll(async () => await receiver.close());

type Fields = Record<string, string | string[] | undefined>;

const form = (fields: Fields) =>
	new URLSearchParams(
		Object.entries(fields).flatMap(([name, values]) =>
			[values ?? []].flat().map((value): [string, string] => [name, value]),
		),
	);

const create = async (changes: Fields = {}) =>
	await http.post(
		`${messages}.json`,
		form({
			To: '+15558675310',
			MessagingServiceSid: sandbox.accounts.twilio.serviceSid,
			Body: 'Hello',
			...changes,
		}),
	);
const byNumber = () => ({
	MessagingServiceSid: undefined,
	From: sandbox.accounts.twilio.phoneNumber,
});
/** Whole seconds, as documented. */
const wholeSeconds = (instant: string) => instant.replace(/\.\d+Z$/, 'Z');
const inTime = (ms: number) => ({ ScheduleType: 'fixed', SendAt: wholeSeconds(fromNow(ms)) });

/** The samples differ in the order of their keys. */
const typesOf = (value: object) =>
	Object.fromEntries(
		Object.entries(value)
			.map(([key, each]) => [key, each === null ? 'null' : typeof each] as const)
			.sort(([a], [b]) => (a < b ? -1 : 1)),
	);

describe('who may call', () => {
	it('the account by its token, and an API key, which may not read the account', async () => {
		const { accountSid, apiKeySid, apiKeySecret } = sandbox.accounts.twilio;
		const own = await http.get(`/2010-04-01/Accounts/${accountSid}.json`);
		expect(own.status).toBe(200);
		expect(Object.keys(own.data)).toEqual(Object.keys(accountSample));
		const key = as(apiKeySid, apiKeySecret);
		expect((await key.get(`${messages}.json`)).status).toBe(200);
		expect((await key.get(`/2010-04-01/Accounts/${accountSid}.json`)).status).toBe(401);
	});

	it('nobody else, and no other account', async () => {
		const { accountSid } = sandbox.accounts.twilio;
		const wrong = await as(accountSid, 'wrong').get(`${messages}.json`);
		expect([wrong.status, wrong.data]).toEqual([401, unauthorized]);
		const other = await http.get(`/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`);
		expect([other.status, other.data.code]).toEqual([404, 20404]);
	});
});

describe('a message', () => {
	it('by a number is queued, has the form of the sample, and can be read and listed', async () => {
		const { status, data } = await create(byNumber());
		expect(status).toBe(201);
		expect(Object.keys(data).sort()).toEqual(Object.keys(sent).sort());
		expect(data).toMatchObject({ status: 'queued', direction: 'outbound-api', num_media: '0' });
		expect(data.date_created).toMatch(/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000$/);
		expect((await http.get(`${messages}/${data.sid}.json`)).data).toMatchObject({ sid: data.sid });
		const page = (await http.get(`${messages}.json`)).data;
		expect(Object.keys(page).sort()).toEqual(Object.keys(list).sort());
	});

	it('by a service is accepted, and chooses its sender later', async () => {
		const { data } = await create();
		expect(data).toMatchObject({ status: 'accepted', from: null, date_sent: null });
		await sandbox.idle();
		const { phoneNumber } = sandbox.accounts.twilio;
		const after = (await http.get(`${messages}/${data.sid}.json`)).data;
		expect(after).toMatchObject({ status: 'delivered', from: phoneNumber });
		expect(after.date_sent).not.toBeNull();
	});

	it('with files counts them, and its id says so', async () => {
		const MediaUrl = ['https://example.com/a.png', 'https://example.com/b.pdf'];
		const { data } = await create({ ...byNumber(), MediaUrl });
		expect(data.sid).toMatch(/^MM[0-9a-f]{32}$/);
		expect(data.num_media).toBe('2');
		expect(sandbox.messages('twilio')).toMatchObject([{ type: 'image', caption: 'Hello' }]);
	});

	it.each<[code: number, changes: Fields]>([
		[21604, { To: undefined }],
		[21211, { To: '5558675310' }],
		[21603, { MessagingServiceSid: undefined }],
		[21705, { MessagingServiceSid: 'MG1' }],
		[21701, { MessagingServiceSid: `MG${'0'.repeat(32)}` }],
		[21660, { From: '+15005550000' }],
		[21266, { From: '+15558675310' }],
		[63007, { From: 'whatsapp:+15017122661' }],
		[21619, { Body: undefined }],
		[21617, { Body: 'x'.repeat(1_601) }],
		[21620, { MediaUrl: 'a.png' }],
		[21623, { MediaUrl: Array<string>(11).fill('https://example.com/a.png') }],
		[21609, { StatusCallback: 'https://my_host.example/' }],
		[21624, { ValidityPeriod: '36001' }],
		[21624, { ValidityPeriod: '0' }],
		[21655, { ContentSid: 'HX1', Body: undefined }],
		[21654, { ContentVariables: '{}' }],
		[21656, { ContentSid: `HX${'51'.repeat(16)}`, Body: undefined, ContentVariables: '{"1":1}' }],
		[35127, { ContentSid: `HX${'51'.repeat(16)}`, ContentVariables: '{"1":"a"}' }],
		[35126, { ScheduleType: 'later', SendAt: '2099-01-01T00:00:00Z' }],
		[35111, { ScheduleType: 'fixed' }],
		[35114, { ScheduleType: 'fixed', SendAt: '2099-01-01 00:00' }],
		[35114, inTime(14 * minute)],
		[35114, inTime(36 * day)],
	])('is refused by %s: %j', async (code, changes) => {
		const { status, data } = await create(changes);
		expect([status, data.code]).toEqual([400, code]);
		expect(Object.keys(data)).toEqual(Object.keys(unauthorized));
		expect(sandbox.messages('twilio')).toEqual([]);
	});

	describe('to somebody who has not written for 24 hours', () => {
		const To = 'whatsapp:+15558675310';
		const reportedOf = async (changes: Fields) => {
			const { status, data } = await create({ To, ...changes });
			// Twilio takes it, whatever comes of it.
			expect([status, data.error_code]).toEqual([201, null]);
			await sandbox.idle();
			return receiver.bodies().map(({ MessageStatus, ErrorCode }) => ErrorCode ?? MessageStatus);
		};
		const template = (digits: string) => ({
			Body: undefined,
			ContentSid: `HX${digits.repeat(16)}`,
		});
		const ALL = ['queued', 'sent', 'delivered', 'read'];
		beforeEach(() => sandbox.dialect('twilio').windows.close('+15558675310'));

		it.each<[string, Fields, string[]]>([
			['a text fails', {}, ['queued', '63016']],
			['a file fails', { MediaUrl: 'https://example.com/a.png' }, ['queued', '63016']],
			['a template that is not approved fails', template('54'), ['queued', '63016']],
			['an approved template arrives', template('51'), ALL],
			['an SMS arrives', { To: '+15558675310' }, ['queued', 'sent', 'delivered']],
			['somebody else gets a text', { To: 'whatsapp:+15558675311' }, ALL],
		])('%s', async (_, changes, reported) => {
			expect(await reportedOf(changes)).toEqual(reported);
		});

		it('a text fails at its time, and its record says why', async () => {
			expect(await reportedOf(inTime(hour))).toEqual(['queued', '63016']);
			const [{ id }] = sandbox.messages('twilio');
			const { data } = await http.get(`${messages}/${id}.json`);
			expect(data).toMatchObject({ status: 'failed', error_code: 63016 });
			expect(data.error_message).toMatch(/outside the allowed window/);
		});

		it('a text arrives once they have written on WhatsApp, by an SMS it does not', async () => {
			sandbox.receive('twilio', { from: '+15558675310', text: 'Hi' });
			expect(await reportedOf({})).toEqual(['queued', '63016']);
			receiver.clear();
			sandbox.receive('twilio', { from: '+15558675310', text: 'Hi', name: 'Anna' });
			expect(await reportedOf({})).toEqual(ALL);
		});
	});

	it('is not taken as JSON, nor from an account that is suspended', async () => {
		const asJson = await http.post(`${messages}.json`, { To: '+15558675310', Body: 'x' });
		expect(asJson.data.code).toBe(21604);
		sandbox.setHealth('twilio', 'suspended');
		expect((await create()).data.code).toBe(20005);
	});
});

describe('the scheduler', () => {
	it('answers as the sample, tells no time, and sends at its time', async () => {
		const { data } = await create(inTime(hour));
		expect(typesOf(data)).toEqual(typesOf(scheduledSample));
		expect(data).toMatchObject({ status: 'scheduled', date_sent: null, from: null });
		expect(JSON.stringify(data)).not.toMatch(/send_at|SendAt/);
		await sandbox.idle();
		expect(receiver.bodies().map(({ MessageStatus }) => MessageStatus)).toEqual([
			'queued',
			'sent',
			'delivered',
		]);
	});

	it('cancels once, and reports that', async () => {
		const { sid } = (await create(inTime(hour))).data;
		const cancel = async (fields: Fields) =>
			await http.post(`${messages}/${sid}.json`, form(fields));
		expect((await cancel({ Status: 'canceled', Body: '' })).data.code).toBe(30400);
		const done = await cancel({ Status: 'canceled' });
		expect([done.status, done.data.status]).toEqual([200, cancelled.status]);
		const again = await cancel({ Status: 'canceled' });
		expect([again.status, again.data.code]).toEqual([400, 30409]);
		await sandbox.idle();
		expect(receiver.bodies().map(({ MessageStatus }) => MessageStatus)).toEqual(['canceled']);
	});

	it('without a service sends at once: the worse of what two pages say', async () => {
		const { data } = await create({ ...byNumber(), ...inTime(hour) });
		expect(data.status).toBe('queued');
	});
});

describe('the list', () => {
	it('has pages, newest first, and filters by recipient but not by status', async () => {
		const sids: string[] = [];
		for (const To of ['+15558675310', '+15558675311', '+15558675310']) {
			sids.unshift((await create({ To, ...inTime(day) })).data.sid);
		}
		const read: string[] = [];
		let path: string | null = `${messages}.json?PageSize=2&Status=sent`;
		while (path !== null) {
			const { data } = (await http.get(path)) as { data: typeof list };
			read.push(...data.messages.map(({ sid }) => sid));
			path = data.next_page_uri;
		}
		expect(read).toEqual(sids);
		const one = await http.get(`${messages}.json`, { params: { To: '+15558675311' } });
		expect(one.data.messages).toHaveLength(1);
		expect((await http.get(`${messages}.json?PageSize=1001`)).data.code).toBe(20007);
	});
});

describe('a status callback', () => {
	/** By other code than the dialect's: sorted by name, name and value, behind the URL. */
	const signatureOf = (url: string, fields: Record<string, unknown>) =>
		createHmac('sha1', sandbox.accounts.twilio.authToken)
			.update(
				url +
					Object.entries(fields)
						.sort(([a], [b]) => (a < b ? -1 : 1))
						.map(([name, value]) => `${name}${String(value)}`)
						.join(''),
			)
			.digest('base64');

	it('has the fields of the samples, and is signed', async () => {
		await create();
		await create({ To: 'whatsapp:+15558675310' });
		await sandbox.idle();
		const of = (to: string, status: string) =>
			receiver.received.find(({ body }) => body.To === to && body.MessageStatus === status)!;
		const sms = of('+15558675310', 'delivered');
		expect(Object.keys(sms.body)).toEqual(Object.keys(deliveredSms));
		const whatsApp = of('whatsapp:+15558675310', 'delivered');
		const known = Object.keys(deliveredWhatsApp).filter((key) => key !== 'ChannelInstallSid');
		expect(Object.keys(whatsApp.body)).toEqual(expect.arrayContaining(known));
		expect(of('whatsapp:+15558675310', 'read')).toBeDefined();
		for (const { headers, body, path } of receiver.received) {
			expect(headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
			const url = new URL(path, receiver.url).href;
			expect(headers['x-twilio-signature']).toBe(signatureOf(url, body));
		}
	});

	it('goes to the message’s own URL, without its fragment, before that of the service', async () => {
		const own = `${receiver.url}?reference=order-17`;
		await create({ StatusCallback: `${own}#rc=2` });
		await create({ ...byNumber(), To: '+15558675311' });
		await sandbox.idle();
		expect(receiver.received.length).toBeGreaterThan(0);
		for (const { path, body, headers } of receiver.received) {
			expect(path).toBe('/webhook?reference=order-17');
			expect(headers['x-twilio-signature']).toBe(signatureOf(own, body));
		}
	});

	it('of a failure has its code', async () => {
		sandbox.script('twilio', ['sent', { status: 'undelivered', reason: '30003' }]);
		const { sid } = (await create(byNumber())).data;
		await create();
		await sandbox.idle();
		const last = receiver.bodies().at(-1)!;
		expect(last).toMatchObject({ MessageStatus: 'undelivered', ErrorCode: '30003' });
		expect(Object.keys(last)).toEqual(expect.arrayContaining(Object.keys(undelivered)));
		const { data } = await http.get(`${messages}/${sid}.json`);
		expect(data).toMatchObject({
			status: 'undelivered',
			error_code: 30003,
			error_message: 'Unreachable destination handset',
		});
	});

	it('is JSON with its hash, where it is no form', async () => {
		const events = [{ specversion: '1.0', data: {} }];
		sandbox.post('twilio', events as never);
		await sandbox.idle();
		const [{ path, text, headers }] = receiver.received;
		const hash = createHash('sha256').update(text).digest('hex');
		expect(path).toBe(`/webhook?bodySHA256=${hash}`);
		expect(JSON.parse(text)).toEqual(events);
		expect(headers['x-twilio-signature']).toBe(signatureOf(new URL(path, receiver.url).href, {}));
	});
});

describe('beside messages', () => {
	it('the Messaging Service keeps one URL, and what is not named stays', async () => {
		const path = `/v1/Services/${sandbox.accounts.twilio.serviceSid}`;
		const before = (await http.get(path)).data;
		expect(Object.keys(before)).toEqual(Object.keys(service));
		expect(before.status_callback).toBe(receiver.url);
		const { data } = await http.post(path, form({ StatusCallback: 'https://other.example/' }));
		expect(data).toEqual({ ...before, status_callback: 'https://other.example/' });
		expect(sandbox.look('twilio').webhookUrls).toEqual(['https://other.example/']);
		await http.post(path, form({ FriendlyName: 'x' }));
		expect((await http.get(path)).data.status_callback).toBe('https://other.example/');
		await http.post(path, form({ StatusCallback: '' }));
		expect((await http.get(path)).data.status_callback).toBeNull();
		expect((await http.get('/v1/Services/MG1')).status).toBe(404);
	});

	it('templates have the form of the sample, page by page', async () => {
		const { data } = await http.get('/v1/ContentAndApprovals?PageSize=3');
		expect(Object.keys(data.contents[0]).sort()).toEqual(Object.keys(contents.contents[0]).sort());
		expect(Object.keys(data.meta)).toEqual(Object.keys(contents.meta));
		const next = (await http.get(data.meta.next_page_url)).data;
		expect(next.contents).toHaveLength(1);
		expect(next.meta.next_page_url).toBeNull();
	});

	it('a limit answers as documented', async () => {
		sandbox.faults.add({ kind: 'rateLimit', gateway: 'twilio' });
		const { status, data } = await create();
		expect([status, data.code]).toEqual([429, tooMany.code]);
		expect(Object.keys(data)).toEqual(Object.keys(tooMany));
	});

	it('the command that it shows sends a first message', async () => {
		const command = sandbox.curl('twilio');
		await promisify(execFile)('sh', ['-c', `${command} -s`]);
		expect(sandbox.messages('twilio')).toMatchObject([{ to: '+919988066776', text: 'Hello' }]);
	});
});
