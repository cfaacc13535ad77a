import fc from 'fast-check';
import { hypersenderWhatsApp } from '.';
import ack from './fixtures/message-ack.webhook.json';
import any from './fixtures/message-any.webhook.json';
import reaction from './fixtures/message-reaction.webhook.json';
import revoked from './fixtures/message-revoked.webhook.json';
import waiting from './fixtures/message-waiting.webhook.json';
import { mutated } from '../../test/gateways/mutated.mts';
import { INSTANCE, receivedAt } from './testValues.mts';

const parse = (body: unknown) => hypersenderWhatsApp.parseWebhook(body, { receivedAt });
const with_ = <T extends { data: { payload: object } }>(body: T, payload: object) => ({
	...body,
	data: { ...body.data, payload: { ...body.data.payload, ...payload } },
});

const MESSAGE = 'ABCD1234EF567890';
const common = {
	event: 'status',
	gateway: 'hypersenderWhatsApp',
	channel: 'whatsapp',
	account: INSTANCE,
	isFinal: false,
	messageId: MESSAGE,
	scheduleId: null,
	reference: null,
	recipient: { address: '201063178738@c.us', phone: '+201063178738', kind: 'phone' },
	viewer: null,
	failure: null,
	origin: null,
	occurredAt: null,
	receivedAt,
};
const idOf = (status: string) => `hypersenderWhatsApp|${INSTANCE}||${MESSAGE}||${status}`;

describe("the vendor's samples", () => {
	it('message.ack', () => {
		expect(parse(ack)).toEqual([
			{
				...common,
				eventId: idOf('delivered'),
				status: 'delivered',
				statusRank: 40,
				gatewayStatus: 'DEVICE',
				raw: ack,
			},
		]);
	});

	it('message.any', () => {
		expect(parse(any)).toEqual([
			{
				...common,
				eventId: idOf('sent'),
				status: 'sent',
				statusRank: 30,
				gatewayStatus: 'SERVER',
				origin: null,
				occurredAt: '2025-09-28T13:36:52.000Z',
				raw: any,
			},
		]);
	});

	it('message.revoked tells of the message that was taken back, not of the notice', () => {
		expect(parse(revoked)).toEqual([
			{
				...common,
				eventId: idOf('deleted'),
				status: 'deleted',
				statusRank: 95,
				isFinal: true,
				gatewayStatus: 'message.revoked',
				occurredAt: '2025-09-28T13:37:00.000Z',
				raw: revoked,
			},
		]);
	});

	it('message.waiting, whose ack says that it waits', () => {
		expect(parse(waiting)).toEqual([
			{
				...common,
				eventId: idOf('queued'),
				status: 'queued',
				statusRank: 20,
				gatewayStatus: 'PENDING',
				raw: waiting,
			},
		]);
	});

	it.each([
		reaction,
		...['presence.update', 'poll.vote', 'poll.vote.failed'].map((event) => ({ ...ack, event })),
	])('$event gives no event', (body) => expect(parse(body)).toEqual([]));
});

describe('acks', () => {
	it.each([
		['ERROR', -1, 'failed'],
		['PENDING', 0, 'queued'],
		['SERVER', 1, 'sent'],
		['DEVICE', 2, 'delivered'],
		['READ', 3, 'read'],
		['PLAYED', 4, 'played'],
		['OTHER', 7, 'unknown'],
		['constructor', 7, 'unknown'],
	])('%s (%d) is %s', (ackName, number, status) => {
		const failure =
			status === 'failed'
				? {
						code: null,
						reason: 'WhatsApp did not deliver the message; Hypersender reported no reason',
					}
				: null;
		expect(parse(with_(ack, { ackName, ack: number }))).toMatchObject([
			{ status, gatewayStatus: ackName, failure },
		]);
		if (number === 7) return;
		const withoutName = with_(ack, { ackName: undefined, ack: number });
		expect(parse(withoutName)).toMatchObject([{ status, gatewayStatus: ackName }]);
	});

	it('goes by the name where the number says something else', () => {
		expect(parse(with_(ack, { ack: 4 }))).toMatchObject([{ status: 'delivered' }]);
	});

	it('does not know an unheard-of number, or what has neither', () => {
		expect(parse(with_(ack, { ackName: null, ack: 9 }))).toMatchObject([
			{ status: 'unknown', gatewayStatus: '9' },
		]);
		expect(parse(with_(ack, { ackName: null, ack: null }))).toMatchObject([
			{ status: 'unknown', gatewayStatus: 'message.ack' },
		]);
	});
});

describe('messages of others', () => {
	it.each([
		['message.ack', with_(ack, { fromMe: false })],
		['message.any', with_(any, { fromMe: false })],
		['message.waiting', with_(waiting, { fromMe: false })],
		[
			'message.any, by the id alone',
			with_(any, { fromMe: undefined, id: 'false_201063178738@c.us_ABCD' }),
		],
		['message.any, where nothing tells whose it is', with_(any, { fromMe: 'yes', id: 'ABCD' })],
		[
			'message.revoked',
			with_(revoked, {
				_data: { ...revoked.data.payload._data, key: { fromMe: false } },
			}),
		],
		['an empty payload', with_({ ...ack, data: { ...ack.data, payload: {} } }, {})],
	])('%s gives no event', (_, body) => expect(parse(body)).toEqual([]));

	it('takes the id for it where fromMe is missing', () => {
		expect(parse(with_(ack, { fromMe: undefined }))).toMatchObject([{ messageId: MESSAGE }]);
	});
});

describe('which message', () => {
	it.each([
		[
			'true_120363039326117111@g.us_3EB0F_201063178738@c.us',
			'3EB0F',
			{ address: '120363039326117111@g.us', phone: null, kind: 'group' },
		],
		[
			'true_43898877530298@lid_3EB0F',
			'3EB0F',
			{ address: '43898877530298@lid', phone: null, kind: 'lid' },
		],
		['3EB0F', '3EB0F', common.recipient],
		['msg_wait_123', 'msg_wait_123', common.recipient],
		['true_201063178738@c.us_', 'true_201063178738@c.us_', common.recipient],
	])('%s', (id, messageId, recipient) => {
		expect(parse(with_(ack, { id }))).toMatchObject([{ messageId, recipient }]);
	});

	it('knows a chat by its phone number, where it is told beside the LID', () => {
		const { _data } = any.data.payload;
		const lid = '188905563410665@lid';
		const told = (remoteJid: string, remoteJidAlt: string | undefined) =>
			parse(
				with_(any, {
					id: `true_${lid}_${MESSAGE}`,
					from: lid,
					_data: { ..._data, key: { ..._data.key, remoteJid, remoteJidAlt } },
				}),
			)[0].recipient;
		const phone = '201063178738@s.whatsapp.net';
		const known = { address: phone, phone: '+201063178738', kind: 'phone' };
		const unknown = { address: lid, phone: null, kind: 'lid' };
		expect(told(lid, phone)).toEqual(known);
		expect(told(phone, lid)).toEqual(known);
		expect(told(lid, undefined)).toEqual(unknown);
		expect(told(lid, '4711@lid')).toEqual(unknown);
		// The addresses of another chat.
		expect(told('4711@lid', phone)).toEqual(unknown);
	});

	it("falls back to WhatsApp's own key", () => {
		const body = with_(any, { id: 'whatever', from: undefined });
		expect(parse(body)).toMatchObject([
			{ messageId: MESSAGE, recipient: { phone: '+201063178738' } },
		]);
	});

	it('finds the message that a notice takes back wherever it stands', () => {
		const { after } = revoked.data.payload;
		expect(parse(with_(revoked, { _data: {} }))).toMatchObject([{ messageId: MESSAGE }]);
		const keyOnly = { key: { id: 'K', fromMe: true } };
		expect(parse(with_(revoked, { after: { ...after, _data: {} }, _data: keyOnly }))).toMatchObject(
			[{ messageId: 'K' }],
		);
	});
});

it('does not know what a message.waiting without an ack tells', () => {
	expect(parse(with_(waiting, { ack: undefined, ackName: undefined }))).toMatchObject([
		{ status: 'unknown', gatewayStatus: 'message.waiting' },
	]);
});

it.each(['app', 'api', 'other', undefined])(
	'tells no origin for the source %s, since no page says what it means',
	(source) => {
		expect(parse(with_(any, { source }))).toMatchObject([{ origin: null }]);
	},
);

it.each(['message.edited', 'session.status', 'constructor', '__proto__', 'toString'])(
	'tells the unheard-of %s as unknown',
	(event) => {
		expect(parse({ ...ack, event })).toMatchObject([
			{ status: 'unknown', gatewayStatus: event, account: INSTANCE, messageId: null },
		]);
	},
);

it.each([null, undefined, [], [ack], 'x', 7, true, {}, { data: {} }, { event: {} }])(
	'%j tells of nothing',
	(body) => expect(parse(body)).toEqual([]),
);

it('gives the same delivery twice the same id, whenever it comes', () => {
	for (const body of [ack, any, revoked, waiting]) {
		const again = hypersenderWhatsApp.parseWebhook(structuredClone(body), {
			receivedAt: '2030-01-01T00:00:00Z',
		});
		expect(again[0].eventId).toBe(parse(body)[0].eventId);
	}
});

describe('whatever comes', () => {
	it('never throws on JSON', () => {
		fc.assert(fc.property(fc.jsonValue(), (body) => void parse(body)));
	});

	it('never throws on changed samples', () => {
		fc.assert(
			fc.property(mutated([ack, any, revoked, waiting, reaction]), (body) => {
				for (const { eventId, messageId } of parse(body)) {
					expect(typeof eventId).toBe('string');
					expect(messageId === null || typeof messageId === 'string').toBe(true);
				}
			}),
			{ numRuns: 500 },
		);
	});

	it('does not follow __proto__', () => {
		const payload = JSON.stringify(ack.data.payload);
		const body: unknown = JSON.parse(
			`{"event":"message.ack","data":{"payload":{"__proto__":${payload}}}}`,
		);
		expect(parse(body)).toEqual([]);
		const inherited: unknown = Object.create(ack.data.payload);
		expect(parse({ event: 'message.ack', data: { payload: inherited } })).toEqual([]);
	});

	it('ends, however large it is: what grew with the square would take hours', () => {
		const long = '_'.repeat(2_000_000);
		parse(with_(ack, { id: `true_a@c.us_${long}`, from: long, ackName: long }));
		parse(with_(ack, { id: long, from: `${'1@'.repeat(1_000_000)}`, fromMe: true }));
		parse({ ...ack, event: long });
	});
});
