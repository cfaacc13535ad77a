import { gatewayOf } from '../registry';
import { requireScheduler } from '../capabilityChecks';
import type { PreparedRequest } from '../transport/request';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { AssignedMessages } from '../../stores/assignedMessages';
import { createGatewayStore } from '../../stores/gatewayStore';
import { KeyedMutex } from '../../stores/keyedMutex';
import cancelled from './fixtures/cancelled.json';
import messages from './fixtures/messages.json';
import scheduled from './fixtures/scheduled.json';
import { twilio } from './index';
import {
	ACCOUNT_SID,
	answering,
	byNumber,
	credential,
	formOf,
	image,
	message,
	SERVICE_SID,
} from './testValues.mts';

const scheduler = twilio.scheduler! as Required<NonNullable<typeof twilio.scheduler>>;
const PATH = `https://api.twilio.com/2010-04-01/Accounts/${ACCOUNT_SID}/Messages`;
/** The sample, by SMS. */
const waiting = { ...scheduled, to: '+15558675310' };
const page = (records: object[], next: string | null = null) => ({
	messages: records,
	next_page_uri: next,
});

describe('schedules', () => {
	const formSent = async (wanted = message, using = credential) => {
		const { connection, requests } = answering([waiting], using);
		const given = await scheduler.schedule(connection, wanted);
		return { given, form: new URLSearchParams(formOf(requests[0])) };
	};

	it('with time, kind and Messaging Service', async () => {
		const { given, form } = await formSent();
		expect([...form]).toEqual([
			['To', '+15558675310'],
			['MessagingServiceSid', SERVICE_SID],
			['Body', 'Hello! 👍'],
			['ScheduleType', 'fixed'],
			['SendAt', '2026-11-30T20:36:27Z'],
		]);
		expect(given).toMatchObject({
			scheduleId: scheduled.sid,
			messageId: scheduled.sid,
			account: `${ACCOUNT_SID}/${SERVICE_SID}`,
			storedIn: 'gateway',
			status: 'scheduled',
			scheduledAt: message.scheduledAt,
			createdAt: '2021-11-29T22:40:10.000Z',
			type: 'text',
			text: message.text,
		});
	});

	it('at whole seconds', async () => {
		const { given, form } = await formSent({ ...message, scheduledAt: '2026-11-30T20:36:27.900Z' });
		expect(form.get('SendAt')).toBe('2026-11-30T20:36:27Z');
		expect(given.scheduledAt).toBe('2026-11-30T20:36:27.000Z');
	});

	it('by a sender of the service', async () => {
		const { form } = await formSent(message, { ...credential, twilioSender: '+15017122661' });
		expect([form.get('From'), form.get('MessagingServiceSid')]).toEqual([
			'+15017122661',
			SERVICE_SID,
		]);
	});

	it.each<[minutes: number | undefined, validity: string | null]>([
		[undefined, null],
		[1, '60'],
		[90, '5400'],
		[599, '35940'],
		[600, null],
		[1_440, null],
	])('%s minutes of Valid For are a ValidityPeriod of %s', async (validForMinutes, validity) => {
		const { form } = await formSent({ ...message, validForMinutes });
		expect(form.get('ValidityPeriod')).toBe(validity);
	});

	it('tells the status that Twilio tells, whatever its samples say', async () => {
		const { connection } = answering([{ ...waiting, status: 'accepted' }]);
		await expect(scheduler.schedule(connection, message)).resolves.toMatchObject({
			status: 'queued',
			gatewayStatus: 'accepted',
		});
	});

	it('never without a Messaging Service, not even by itself', async () => {
		const { connection, requests } = answering([waiting], byNumber);
		await expect(scheduler.schedule(connection, message)).rejects.toMatchObject({
			kind: 'unsupported',
			details: { hint: expect.stringContaining('"Store Messages In" to "n8n Data Table"') },
		});
		expect(requests).toEqual([]);
		const without = gatewayOf(byNumber);
		expect(without.scheduler).toBeUndefined();
		expect(() => requireScheduler(without, 'text')).toThrow(
			'Twilio has no scheduler of its own without a "Messaging Service SID" in the credential',
		);
		expect(gatewayOf(credential).capabilities.scheduling).toMatchObject({
			minLeadMs: 900_000,
			maxLeadMs: 3_024_000_000,
		});
	});
});

it('gets a message without its time', async () => {
	const { connection, requests } = answering([scheduled]);
	await expect(scheduler.get(connection, scheduled.sid)).resolves.toMatchObject({
		scheduleId: scheduled.sid,
		status: 'scheduled',
		scheduledAt: null,
		recipient: { address: 'whatsapp:+15558675310', phone: '+15558675310' },
		text: 'Hello! 👍',
	});
	expect(requests[0].url).toBe(`${PATH}/${scheduled.sid}.json`);
});

describe('cancels', () => {
	it('by the status', async () => {
		const { connection, requests } = answering([cancelled]);
		await scheduler.cancel(connection, cancelled.sid);
		expect(requests).toHaveLength(1);
		expect(requests[0]).toMatchObject({ method: 'POST', url: `${PATH}/${cancelled.sid}.json` });
		expect(formOf(requests[0])).toEqual([['Status', 'canceled']]);
	});

	it('only what Twilio says is cancelled', async () => {
		const { connection } = answering([waiting]);
		await expect(scheduler.cancel(connection, 'SM1')).rejects.toThrow('"status": "canceled"');
	});

	it('says why not', async () => {
		const body = { code: 30409, message: 'This message cannot be canceled', status: 400 };
		const { connection, requests } = answering([{ status: 400, headers: {}, body }]);
		await expect(scheduler.cancel(connection, 'SM1')).rejects.toMatchObject({
			kind: 'rejected',
			details: { code: '30409', hint: expect.stringContaining('being sent or was sent') },
		});
		expect(requests).toHaveLength(1);
	});
});

describe('lists', () => {
	const listed = async (records: object[], filter = {}, using = credential) => {
		const { connection, requests } = answering([page(records)], using);
		const found = await scheduler.list(connection, filter);
		return { ids: found.map(({ scheduleId }) => scheduleId), requests };
	};

	it('what waits and what was cancelled, of this sender and channel', async () => {
		const record = (sid: string, more: object) => ({ ...waiting, sid, ...more });
		const { ids, requests } = await listed([
			record('SM1', {}),
			record('SM2', { status: 'canceled' }),
			record('SM3', { status: 'delivered' }),
			record('SM4', { messaging_service_sid: 'MGother' }),
			record('SM5', { to: 'whatsapp:+15558675310' }),
			record('SM6', { direction: 'inbound', status: 'received' }),
		]);
		expect(ids).toEqual(['SM1', 'SM2']);
		expect(requests[0].query).toEqual({ PageSize: '1000' });
	});

	it('by recipient, which Twilio can; a group has none', async () => {
		const { requests } = await listed([], { recipient: message.recipient });
		expect(requests[0].query).toMatchObject({ To: '+15558675310' });
		const group = { address: '1@g.us', phone: null, kind: 'group' };
		expect((await listed([waiting], { recipient: group })).requests).toEqual([]);
	});

	it('nothing of a status that it cannot tell', async () => {
		const { ids, requests } = await listed([waiting], { status: 'sent' });
		expect([ids, requests]).toEqual([[], []]);
	});

	it('page by page, by the query of the next page alone', async () => {
		const next = messages.next_page_uri;
		const { connection, requests } = answering([
			page([{ ...waiting, sid: 'SM1' }], `https://evil.example${next}`),
			page([
				{ ...waiting, sid: 'SM2' },
				{ ...waiting, sid: 'SM1' },
			]),
		]);
		const found = await scheduler.list(connection, {});
		expect(found.map(({ scheduleId }) => scheduleId)).toEqual(['SM1', 'SM2']);
		expect(requests.map(({ url }) => url)).toEqual([`${PATH}.json`, `${PATH}.json`]);
		expect(requests[1].query).toEqual({
			To: '+123456789',
			From: '+987654321',
			'DateSent>': '2008-01-02',
			PageSize: '2',
			Page: '1',
			PageToken: 'PAMMc26223853f8c46b4ab7dfaa6abba0a26',
		});
	});

	it('ends where a page has nothing new, and says where it does not end', async () => {
		const again = answering([page([waiting], '/x?PageToken=1')]);
		expect(await scheduler.list(again.connection, {})).toHaveLength(1);
		expect(again.requests).toHaveLength(2);
		let count = 0;
		const endless = fakeGateway(twilio, credential, () =>
			ok(page([{ ...waiting, sid: `SM${count++}` }], `/x?PageToken=${count}`)),
		);
		await expect(scheduler.list(endless.connection, {})).rejects.toMatchObject({
			details: { hint: expect.stringContaining('"Recipient"') },
		});
		expect(endless.requests).toHaveLength(50);
	});

	it('is an error without the list', async () => {
		const { connection } = answering([{}]);
		await expect(scheduler.list(connection, {})).rejects.toThrow('the list "messages"');
	});

	it('refuses a filter by time: no time is known', async () => {
		const { connection } = answering([page([waiting])]);
		const store = createGatewayStore(gatewayOf(credential), connection, {
			assigned: new AssignedMessages(),
			mutex: new KeyedMutex(),
			sleep: async () => {},
		});
		const filter = { scheduledAfter: '2026-01-01T00:00:00.000Z' };
		await expect(store.list(filter)).rejects.toThrow(
			'does not tell when a scheduled message is due',
		);
		await expect(store.list({ status: 'scheduled' })).resolves.toHaveLength(1);
	});
});

describe('effectively once', () => {
	const NOW = Date.parse('2026-11-21T10:00:00Z');
	const at = (ms: number) => new Date(NOW + ms).toUTCString().replace('GMT', '+0000');
	const made = (more: object) => ({ ...waiting, date_created: at(0), body: message.text, ...more });
	const attempt = { unresolved: null, begin: () => {}, clear: () => {} };

	/** The first create is taken as `taken` and its answer lost; the list has `others` as well. */
	async function afterLostAnswer(taken: object[], others: object[] = []) {
		let creates = 0;
		const all = [...others];
		const answer = ({ method }: PreparedRequest) => {
			if (method === 'GET') return ok(page(all));
			creates++;
			if (creates > 1) return ok(made({ sid: 'SMsecond' }), 201);
			all.push(...taken);
			return { status: 500, headers: {}, body: {} };
		};
		const { connection, requests } = fakeGateway(twilio, credential, answer, { now: NOW });
		const store = createGatewayStore(gatewayOf(credential), connection, {
			assigned: new AssignedMessages(),
			mutex: new KeyedMutex(),
			sleep: async () => {},
		});
		const { scheduleId, scheduledAt } = await store.schedule(message, attempt);
		const [list] = requests.filter(({ method }) => method === 'GET');
		return { scheduleId, scheduledAt, creates, query: list.query };
	}

	it('a message that was taken is found by recipient and content', async () => {
		const found = await afterLostAnswer([made({ sid: 'SMfirst' })]);
		expect(found).toMatchObject({ scheduleId: 'SMfirst', creates: 1 });
		expect(found.query).toMatchObject({ To: '+15558675310' });
	});

	it('one that was not taken is created again', async () => {
		expect(await afterLostAnswer([])).toMatchObject({
			scheduleId: 'SMsecond',
			scheduledAt: message.scheduledAt,
			creates: 2,
		});
	});

	it.each<[what: string, other: object]>([
		['older', { date_created: at(-3_600_000) }],
		['of other words', { body: 'Hello' }],
		['with a file', { num_media: '1' }],
		['by another service', { messaging_service_sid: 'MGother' }],
		['cancelled', { status: 'canceled' }],
		['on WhatsApp', { to: 'whatsapp:+15558675310' }],
	])('a message that is %s is another one', async (_, other) => {
		const found = await afterLostAnswer([], [made({ sid: 'SMother', ...other })]);
		expect(found).toMatchObject({ scheduleId: 'SMsecond', creates: 2 });
	});

	it('equal messages that wait cannot be told from each other', async () => {
		const { connection, requests } = answering([page([made({})])]);
		await expect(scheduler.find(connection, message, { byContent: true })).rejects.toMatchObject({
			kind: 'unsupported',
			details: { hint: expect.stringContaining('"Deduplication Key"') },
		});
		expect(requests).toEqual([]);
	});

	it('a send whose answer was lost is found by the list, and what waits is none', async () => {
		const { connection } = answering([
			page([
				made({ sid: 'SMwaits' }),
				made({ sid: 'SMsent', status: 'sent' }),
				made({ sid: 'SMfailed', status: 'failed' }),
				made({ sid: 'SMold', status: 'sent', date_created: at(-3_600_000) }),
			]),
		]);
		const found = await twilio.findSent!(connection, message, NOW);
		expect(found.map(({ messageId }) => messageId)).toEqual(['SMsent', 'SMfailed']);
	});

	it('a file that Twilio has not fetched counts none yet', async () => {
		const file = { status: 'queued', body: '', num_media: '0' };
		const { connection } = answering([page([made({ sid: 'MM1', ...file })])]);
		const found = await twilio.findSent!(connection, image, NOW);
		expect(found).toMatchObject([{ messageId: 'MM1', type: 'image' }]);
	});
});
