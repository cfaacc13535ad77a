import fc from 'fast-check';
import { hypersenderSms } from '.';
import callMissed from './fixtures/call-missed.webhook.json';
import heartbeat from './fixtures/heartbeat-received.webhook.json';
import delivered from './fixtures/message-delivered.webhook.json';
import expired from './fixtures/message-expired.webhook.json';
import failed from './fixtures/message-failed.webhook.json';
import received from './fixtures/received-page.webhook.json';
import scheduled from './fixtures/message-scheduled.webhook.json';
import sent from './fixtures/message-sent.webhook.json';
import phoneOnline from './fixtures/phone-online.webhook.json';
import { mutated } from '../../test/gateways/mutated.mts';
import { receivedAt } from './testValues.mts';

const parse = (body: unknown) => hypersenderSms.parseWebhook(body, { receivedAt });

const REQUEST = '133554b5-ae44-44a0-8f4f-7bbac5657a11';
const phone = (number: string) => ({ address: number, phone: number, kind: 'phone' });
const common = {
	event: 'status',
	gateway: 'hypersenderSms',
	channel: 'sms',
	reference: REQUEST,
	viewer: null,
	failure: null,
	origin: null,
	receivedAt,
};
const first = {
	...common,
	account: '9dedf71e-97bf-47eb-8df5-3088a7865603',
	messageId: '9e0818ff-a1ce-435a-b17b-6205cd8dd6c3',
	scheduleId: `${REQUEST}~9e0818ff-a1ce-435a-b17b-6205cd8dd6c3`,
	recipient: phone('+201478398428'),
};
const idOf = (status: string) => `hypersenderSms|${first.account}||${first.messageId}||${status}`;

describe("the vendor's samples", () => {
	it('scheduled', () => {
		const account = '9defcf1e-552c-4bef-a843-872edec576ef';
		const id = '9e081e22-94ef-41d3-b8f2-cab2db1a030f';
		expect(parse(scheduled)).toEqual([
			{
				...common,
				eventId: `hypersenderSms|${account}||${id}||scheduled`,
				account,
				status: 'scheduled',
				statusRank: 10,
				isFinal: false,
				gatewayStatus: 'message.notification.scheduled',
				messageId: id,
				scheduleId: `${REQUEST}~${id}`,
				recipient: phone('+201891838278'),
				occurredAt: '2025-01-22T20:17:05.000Z',
				raw: scheduled,
			},
		]);
	});

	it('sent', () => {
		expect(parse(sent)).toEqual([
			{
				...first,
				eventId: idOf('sent'),
				status: 'sent',
				statusRank: 30,
				isFinal: false,
				gatewayStatus: 'message.phone.sent',
				occurredAt: '2025-01-22T20:04:03.000Z',
				raw: sent,
			},
		]);
	});

	it('delivered', () => {
		expect(parse(delivered)).toEqual([
			{
				...first,
				eventId: idOf('delivered'),
				status: 'delivered',
				statusRank: 40,
				isFinal: false,
				gatewayStatus: 'message.phone.delivered',
				occurredAt: '2025-01-22T20:04:06.000Z',
				raw: delivered,
			},
		]);
	});

	it('failed', () => {
		const account = '9defcf1e-552c-4bef-a843-872edec576ef';
		const id = '9e064045-039b-4f94-a378-aa47b86a7e3f';
		expect(parse(failed)).toEqual([
			{
				...common,
				eventId: `hypersenderSms|${account}||${id}||failed`,
				account,
				status: 'failed',
				statusRank: 35,
				isFinal: true,
				gatewayStatus: 'message.send.failed',
				messageId: id,
				scheduleId: `${REQUEST}~${id}`,
				recipient: phone('+201329304829'),
				failure: {
					code: 'UNKNOWN',
					reason: 'Reason from the phone or Hypersender: UNKNOWN',
				},
				occurredAt: '2025-01-21T22:05:04.000Z',
				raw: failed,
			},
		]);
	});

	it('expired, whose sample has no time but that of its last change', () => {
		expect(parse(expired)).toEqual([
			{
				...first,
				eventId: idOf('expired'),
				status: 'expired',
				statusRank: 90,
				isFinal: true,
				gatewayStatus: 'message.send.expired',
				occurredAt: '2025-01-22T20:04:05.000Z',
				raw: expired,
			},
		]);
	});

	it.each([
		received,
		callMissed,
		phoneOnline,
		heartbeat,
		...['offline', 'missed', 'disabled'].map((state) => ({
			event: `phone.heartbeat.${state}`,
			data: {},
		})),
	])('$event gives no event', (body) => expect(parse(body)).toEqual([]));
});

describe('times', () => {
	const at = (data: Record<string, unknown>) =>
		parse({ ...sent, data: { ...sent.data, ...data } })[0].occurredAt;

	it.each([
		['UTC, whatever zone the phone is in', { timezone: 'Africa/Cairo' }],
		['UTC where it has no zone', { timezone: null }],
		['UTC where its zone is none', { timezone: 'Mars' }],
		['an offset in the text', { sent_at: '2025-01-22T22:04:03+02:00' }],
	])('reads %s', (_, data) => expect(at(data)).toBe('2025-01-22T20:04:03.000Z'));

	it('takes the time of expiry where the gateway tells it', () => {
		const data = { ...expired.data, expired_at: '2025-01-25 20:02:43' };
		expect(parse({ ...expired, data })[0].occurredAt).toBe('2025-01-25T20:02:43.000Z');
	});

	it('reads nothing of a text that is no time', () => expect(at({ sent_at: 'soon' })).toBeNull());
});

it('names no scheduleId for what was not scheduled', () => {
	const body = { ...sent, data: { ...sent.data, schedule_send_at: null } };
	expect(parse(body)).toMatchObject([{ scheduleId: null, messageId: first.messageId }]);
});

it("goes by the event's name, since the status may be ahead of it", () => {
	const body = { ...sent, data: { ...sent.data, status: 'delivered' } };
	expect(parse(body)).toMatchObject([{ status: 'sent', gatewayStatus: 'message.phone.sent' }]);
});

it('says so where a failure has no reason', () => {
	const body = { ...failed, data: { ...failed.data, failure_reason: null } };
	expect(parse(body)).toMatchObject([
		{ failure: { code: null, reason: 'Hypersender reported no reason' } },
	]);
});

it.each(['message.phone.read', 'constructor', '__proto__', 'toString'])(
	'tells the unheard-of %s as unknown',
	(event) => {
		expect(parse({ ...sent, event })).toMatchObject([
			{ status: 'unknown', gatewayStatus: event, messageId: first.messageId, occurredAt: null },
		]);
	},
);

it.each([null, undefined, [], [sent], 'x', 7, true, {}, { data: {} }, { event: {} }])(
	'%j tells of nothing',
	(body) => expect(parse(body)).toEqual([]),
);

it('gives the same delivery twice the same id, whenever it comes', () => {
	const again = hypersenderSms.parseWebhook(structuredClone(sent), {
		receivedAt: '2030-01-01T00:00:00Z',
	});
	expect(again[0].eventId).toBe(parse(sent)[0].eventId);
});

describe('whatever comes', () => {
	it('never throws on JSON', () => {
		fc.assert(fc.property(fc.jsonValue(), (body) => void parse(body)));
	});

	it('never throws on changed samples', () => {
		const samples = [scheduled, sent, delivered, failed, expired, received, callMissed];
		fc.assert(
			fc.property(mutated(samples), (body) => {
				for (const event of parse(body)) {
					expect(event.occurredAt === null || !Number.isNaN(Date.parse(event.occurredAt))).toBe(
						true,
					);
					expect(typeof event.eventId).toBe('string');
				}
			}),
			{ numRuns: 500 },
		);
	});

	it('does not follow __proto__', () => {
		const body: unknown = JSON.parse(
			`{"event":"message.phone.sent","data":{"__proto__":${JSON.stringify(sent.data)}}}`,
		);
		expect(parse(body)).toMatchObject([{ messageId: null, reference: null, recipient: null }]);
		const inherited: unknown = { event: sent.event, data: Object.create(sent.data) as unknown };
		expect(parse(inherited)).toMatchObject([{ messageId: null, reference: null }]);
	});

	it('ends, however large it is: what grew with the square would take hours', () => {
		const long = '1'.repeat(2_000_000);
		const data = Object.fromEntries(Object.keys(sent.data).map((key) => [key, long]));
		parse({ event: 'message.phone.sent', data });
		parse({ event: long, data });
	});
});
