import { waha } from '.';
import { EventDeduplicator } from '../../messages/eventDeduplicator';
import ack from './fixtures/message-ack.webhook.json';
import gowsError from './fixtures/message-ack-gows-error.webhook.json';
import group from './fixtures/message-ack-group.webhook.json';
import nowebGroup from './fixtures/message-ack-group-noweb.webhook.json';
import noweb from './fixtures/message-ack-noweb.webhook.json';
import any from './fixtures/message-any.webhook.json';
import reaction from './fixtures/received-reaction.webhook.json';
import received from './fixtures/received-text.webhook.json';
import revoked from './fixtures/received-revoked.webhook.json';
import poll from './fixtures/received-poll-vote.webhook.json';
import status from './fixtures/session-status.webhook.json';
import { receivedAt } from './testValues.mts';

const parse = (body: unknown) => waha.parseWebhook(body, { receivedAt });
const changed = <B extends { payload: object }>(body: B, payload: object, more: object = {}) => ({
	...body,
	...more,
	payload: { ...body.payload, ...payload },
});

it('reads an acknowledgement, whose time is that of the event', () => {
	expect(parse(noweb)).toEqual([
		{
			eventId: 'waha|default||3EB08A6895830F110A5E4D||delivered',
			event: 'status',
			gateway: 'waha',
			channel: 'whatsapp',
			account: 'default',
			status: 'delivered',
			statusRank: 40,
			isFinal: false,
			gatewayStatus: 'DEVICE',
			messageId: '3EB08A6895830F110A5E4D',
			scheduleId: null,
			reference: null,
			recipient: { address: '4915112345678@c.us', phone: '+4915112345678', kind: 'phone' },
			viewer: null,
			failure: null,
			origin: null,
			occurredAt: '2025-10-07T17:28:43.392Z',
			receivedAt,
			raw: noweb,
		},
	]);
});

it('reads the shortest one that the vendor shows, which has no time', () => {
	expect(parse(ack)).toMatchObject([
		{ status: 'read', messageId: '4CC5EDD64BC22EBA6D639F2AF571346C', occurredAt: null },
	]);
});

it.each<[unknown, unknown, string, string | null]>([
	[-1, 'ERROR', 'failed', 'ERROR'],
	[0, 'PENDING', 'queued', 'PENDING'],
	[1, 'SERVER', 'sent', 'SERVER'],
	[2, 'DEVICE', 'delivered', 'DEVICE'],
	[3, 'READ', 'read', 'READ'],
	[4, 'PLAYED', 'played', 'PLAYED'],
	[3, undefined, 'read', 'READ'],
	['2', undefined, 'delivered', 'DEVICE'],
	[null, 'UNKNOWN', 'unknown', 'UNKNOWN'],
	[7, undefined, 'unknown', '7'],
	[null, undefined, 'unknown', 'message.ack'],
	[1, 'constructor', 'unknown', 'constructor'],
])('ack %j %j is %s', (number, ackName, expected, word) => {
	const [event] = parse(changed(noweb, { ack: number, ackName }));
	expect([event.status, event.gatewayStatus]).toEqual([expected, word]);
	expect(event.failure !== null).toBe(expected === 'failed');
});

it('reads an error of GOWS, which has no reason', () => {
	expect(parse(gowsError)).toMatchObject([
		{
			status: 'failed',
			viewer: null,
			failure: { code: null, reason: expect.stringContaining('reported no reason') },
		},
	]);
});

describe('a group', () => {
	it.each(['message.ack', 'message.ack.group'])('tells by %s who read it', (event) => {
		expect(parse({ ...group, event })).toMatchObject([
			{
				status: 'read',
				viewer: '8888@lid',
				messageId: '4CC5EDD64BC22EBA6D639F2AF571346C',
				recipient: { kind: 'group', address: '11111111111@g.us' },
			},
		]);
	});

	it('is told of by NOWEB with SERVER, though one of them has it', () => {
		expect(parse(nowebGroup)).toMatchObject([
			{
				status: 'delivered',
				gatewayStatus: 'SERVER',
				viewer: '4915112345678@c.us',
				occurredAt: '2025-12-02T01:54:00.000Z',
				messageId: '3EB03166C14ACBB1F4A2F2',
			},
		]);
	});

	it.each([
		[{ receiptTimestamp: 1, readTimestamp: 2 }, 'read', '1970-01-01T00:00:02.000Z'],
		[{ readTimestamp: 2, playedTimestamp: 3 }, 'played', '1970-01-01T00:00:03.000Z'],
		[{ receiptTimestamp: 0 }, 'sent', '2025-12-02T01:54:01.000Z'],
		[{}, 'sent', '2025-12-02T01:54:01.000Z'],
	])('has a receipt %j: %s', (receipt, expected, occurredAt) => {
		const _data = { receipt: { userJid: '1@lid', ...receipt } };
		expect(parse(changed(nowebGroup, { _data }))).toMatchObject([{ status: expected, occurredAt }]);
	});

	it('does not take ourselves for a viewer, nor anybody of what was only sent', () => {
		const me = { id: '4915199999999@c.us', lid: '111@lid' };
		for (const participant of [me.id, me.lid]) {
			expect(parse({ ...changed(group, { participant }), me })[0].viewer).toBeNull();
		}
		expect(parse(changed(group, { ack: 1, ackName: 'SERVER' }))[0].viewer).toBeNull();
	});
});

it('tells the same status of one message once, whatever event brings it', () => {
	const history = new EventDeduplicator();
	const bodies = [
		any,
		changed(any, { ack: 1, ackName: 'SERVER' }, { event: 'message.ack', timestamp: 1 }),
		nowebGroup,
		{ ...nowebGroup, event: 'message.ack.group', id: 'evt_other' },
	];
	const told = bodies.flatMap(parse).filter((event) => {
		if (history.classify(event) !== 'new') return false;
		history.record(event);
		return true;
	});
	expect(told.map(({ status: each, viewer }) => [each, viewer])).toEqual([
		['sent', null],
		['delivered', '4915112345678@c.us'],
	]);
});

describe('message.any', () => {
	it('tells of an own message that it was sent; `app` says nothing of who sent it', () => {
		expect(parse(any)).toMatchObject([
			{
				status: 'sent',
				messageId: '3EB03166C14ACBB1F4A2F2',
				occurredAt: '2025-12-02T01:53:57.000Z',
				origin: null,
				recipient: { kind: 'group' },
			},
		]);
		expect(waha.eventText!(any)).toBe('xxx');
		expect(parse(changed(any, { source: 'api' }))).toMatchObject([{ origin: 'api' }]);
	});

	it('finds the number of a hidden chat', () => {
		const id = 'true_188905563410665@lid_3EB0';
		const key = { remoteJidAlt: '4915112345678@s.whatsapp.net' };
		expect(parse(changed(any, { id, _data: { key } }))).toMatchObject([
			{ recipient: { phone: '+4915112345678' } },
		]);
		expect(parse(changed(any, { id, _data: {} }))).toMatchObject([{ recipient: { kind: 'lid' } }]);
	});

	it('leaves out what others wrote, and remembers it', () => {
		const others = { ...received, event: 'message.any' };
		expect(parse(others)).toEqual([]);
		expect(waha.receivedIds!(others)).toEqual(['3A0B1C2D3E4F5A6B7C8D']);
		expect(waha.receivedIds!(any)).toEqual([]);
		expect(waha.receivedIds!(received)).toEqual([]);
		expect(waha.receivedIds!(null)).toEqual([]);
	});
});

describe('message.revoked', () => {
	const after = (id: string) => ({ id, timestamp: 1764640441 });
	const GROUP = '120363402931855007@g.us';

	it.each<[string, object, string | null]>([
		['by others, as the vendor shows it', {}, null],
		['by us, in a chat of two', { after: after('true_1231243123@c.us_B') }, 'AAAAAAAAAAAAAAAA'],
		['in a group, by whomever', { after: after(`false_${GROUP}_B`) }, 'AAAAAAAAAAAAAAAA'],
		['by nobody that is told', { after: null }, 'AAAAAAAAAAAAAAAA'],
		[
			'an own message, which the engine still has',
			{ before: { id: `true_${GROUP}_AAAAAAAAAAAAAAAA_1@lid` }, after: after(`false_${GROUP}_B`) },
			'AAAAAAAAAAAAAAAA',
		],
		[
			'a message of others, by us',
			{ before: { id: `false_${GROUP}_AAAAAAAAAAAAAAAA` }, after: after(`true_${GROUP}_B`) },
			null,
		],
	])('%s', (_, payload, messageId) => {
		const events = parse(changed(revoked, payload));
		expect(events.map((event) => [event.status, event.messageId])).toEqual(
			messageId === null ? [] : [['deleted', messageId]],
		);
	});

	it('has the time of the notice', () => {
		const [event] = parse(changed(revoked, { after: after('true_1231243123@c.us_B') }));
		expect(event).toMatchObject({
			occurredAt: '2025-12-02T01:54:01.000Z',
			recipient: { address: '1231243123@c.us' },
		});
	});
});

it('takes no acknowledgement of others’ messages', () => {
	const id = 'false_4915112345678@c.us_3EB0';
	expect(parse(changed(noweb, { id, fromMe: true }))).toEqual([]);
	expect(parse(changed(noweb, { id: undefined }))).toEqual([]);
});

it('reads a bare id by `fromMe`', () => {
	expect(parse(changed(noweb, { id: '3EB0', fromMe: true }))).toMatchObject([
		{ messageId: '3EB0', recipient: null },
	]);
	expect(parse(changed(noweb, { id: '3EB0', fromMe: false }))).toEqual([]);
});

it.each([received, reaction, poll, status, { ...received, event: 'message.waiting' }])(
	'gives no event for what is no status of a message: %#',
	(body) => {
		expect(parse(body)).toEqual([]);
	},
);

it.each(['message.edited', 'state.change', 'group.v2.join', 'call.received', 'engine.event'])(
	'nor for %s',
	(event) => {
		expect(parse({ ...noweb, event })).toEqual([]);
	},
);

it('tells an event that nobody documents', () => {
	expect(parse({ ...noweb, event: 'message.melted' })).toMatchObject([
		{ status: 'unknown', gatewayStatus: 'message.melted', messageId: null },
	]);
	expect(parse({ ...noweb, event: 'constructor' })).toMatchObject([{ status: 'unknown' }]);
});

it.each([null, [], 'x', 7, {}, { event: 7.5e300 }, { event: 'message.ack', payload: [] }])(
	'reads the hostile body %j without a fault',
	(body) => {
		expect(() => parse(body)).not.toThrow();
	},
);
