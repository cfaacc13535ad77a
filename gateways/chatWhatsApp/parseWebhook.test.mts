import fc from 'fast-check';
import { chatWhatsApp } from '.';
import { isStatus } from '../../messages/status';
import sent from './fixtures/message-sent.webhook.json';
import { posted } from '../../test/gateways/posted.mts';
import { mutated } from '../../test/gateways/mutated.mts';

const receivedAt = '2026-02-01T15:00:01.000Z';
const parse = (body: unknown) => chatWhatsApp.parseWebhook(body, { receivedAt });

/** The vendor's sample, as one of ours. */
const event = {
	event: 'status',
	eventId: 'chatWhatsApp|e67a00be-ed45-4356-9488-049cabb9895d||3EB0ABC123456789||sent',
	gateway: 'chatWhatsApp',
	channel: 'whatsapp',
	account: 'e67a00be-ed45-4356-9488-049cabb9895d',
	status: 'sent',
	statusRank: 30,
	isFinal: false,
	gatewayStatus: 'message.sent',
	messageId: '3EB0ABC123456789',
	scheduleId: 'sched_abc123',
	reference: null,
	recipient: { address: '919988066776@s.whatsapp.net', phone: '+919988066776', kind: 'phone' },
	viewer: null,
	failure: null,
	origin: 'api',
	occurredAt: '2026-02-01T15:00:00.000Z',
	receivedAt,
	raw: sent,
};

it("reads the vendor's sample", () => {
	expect(parse(sent)).toEqual([event]);
});

/** The vendor documents no webhook of an incoming message: one that looks like it is no status. */
it.each<[string, unknown]>([
	['message.received', { ...sent, event: 'message.received' }],
	['incoming_message', { ...sent, event: 'incoming_message' }],
	['a message of others', { ...sent, event: 'message', data: { fromMe: false, body: 'Hello' } }],
	['a key of others', { ...sent, event: 'message', message: { key: { fromMe: false } } }],
	['fromMe at the top', { ...sent, event: 'message', fromMe: false }],
])('tells nothing of an incoming message: %s', (_, body) => {
	expect(parse(body)).toEqual([]);
	expect(chatWhatsApp.parseReceived).toBeUndefined();
});

it('still tells an undocumented event of an own message', () => {
	const body = { ...sent, event: 'message.edited', data: { fromMe: true } };
	expect(parse(body)).toMatchObject([{ status: 'unknown' }]);
});

it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
	[
		'another status as unknown, with both words',
		{ status: 'failed' },
		{ status: 'unknown', gatewayStatus: 'message.sent: failed', origin: null },
	],
	['no status as unknown', { status: null }, { status: 'unknown', gatewayStatus: 'message.sent' }],
	[
		'another event as unknown',
		{ event: 'message.failed' },
		{ status: 'unknown', gatewayStatus: 'message.failed: success', statusRank: 0 },
	],
	['no result', { result: null }, { messageId: null, recipient: null, scheduleId: 'sched_abc123' }],
	['a list as result', { result: [sent.result] }, { messageId: null, recipient: null }],
	['no schedule id', { scheduledId: undefined }, { scheduleId: null }],
	['no session', { sessionId: {} }, { account: null }],
	['a time without offset', { timestamp: '2026-02-01T15:00:00' }, { occurredAt: null }],
	['a time that is none', { timestamp: 'soon' }, { occurredAt: null }],
	[
		'a group',
		{ result: { messageId: 'x', to: '120363039326117111@g.us' } },
		{ recipient: { address: '120363039326117111@g.us', phone: null, kind: 'group' } },
	],
])('tells %s', (_, changes, expected) => {
	const body = { ...sent, ...changes };
	expect(parse(body)).toMatchObject([{ ...expected, raw: body }]);
});

it.each([
	'constructor',
	'__proto__',
	'toString',
	'message.delivered',
	'session.ready',
	'x'.repeat(5_000),
])('tells the unheard-of event %.40s as unknown', (word) => {
	const [told] = parse({ ...sent, event: word });
	expect(told).toMatchObject({ status: 'unknown', statusRank: 0, isFinal: false });
	expect(told.gatewayStatus).toBe(`${word}: success`);
});

it.each([
	null,
	undefined,
	[],
	[sent],
	'x',
	7,
	true,
	{},
	{ event: '' },
	{ event: {} },
	{ event: null },
])('%j tells of nothing', (body) => expect(parse(body)).toEqual([]));

it('gives the same delivery twice the same id, whenever it comes', () => {
	const later = { receivedAt: '2030-01-01T00:00:00.000Z' };
	expect(chatWhatsApp.parseWebhook(structuredClone(sent), later)[0].eventId).toBe(event.eventId);
});

it('does not follow __proto__', () => {
	const text = `{"event":"message.sent","status":"success","__proto__":${JSON.stringify(sent)}}`;
	const told = parse(JSON.parse(text) as unknown);
	expect(told).toMatchObject([{ account: null, messageId: null, scheduleId: null }]);
	expect(parse(Object.create(sent))).toEqual([]);
	expect({}).not.toHaveProperty('event');
});

describe('whatever comes', () => {
	const sound = (body: unknown) => {
		for (const told of parse(body)) {
			expect(Object.keys(told)).toEqual(Object.keys(event));
			expect(isStatus(told.status)).toBe(true);
			expect(told.eventId.length).toBeLessThan(330);
			if (told.occurredAt !== null) {
				expect(new Date(told.occurredAt).toISOString()).toBe(told.occurredAt);
			}
			expect(told.status === 'sent').toBe(
				(body as typeof sent).event === 'message.sent' &&
					(body as typeof sent).status === 'success',
			);
		}
	};

	it('never throws on JSON', () => {
		fc.assert(fc.property(fc.jsonValue(), sound), { numRuns: 300 });
	});

	it('never throws on changed samples, and never tells more than they say', () => {
		fc.assert(fc.property(mutated([sent]), sound), { numRuns: 500 });
	});

	it('ends, however large it is: what grew with the square would take hours', () => {
		const long = '1'.repeat(2_000_000);
		parse({ ...sent, event: long, timestamp: long, scheduledId: long, result: { to: long } });
	});
});

it('trusts a delivery with the secret in its address, and no other', () => {
	const verify = (secret: unknown) =>
		chatWhatsApp.verifyWebhook(
			{ webhookSecret: 's3cret' },
			posted({ headers: {}, query: { secret }, body: sent }),
		);
	expect(verify('s3cret')).toEqual({ verified: true });
	for (const secret of ['S3cret', 's3cre', '', undefined, ['s3cret']]) {
		expect(verify(secret).verified).toBe(false);
	}
});
