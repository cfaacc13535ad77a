import fc from 'fast-check';
import { greenApi } from '.';
import { STATUS_WORDS } from './statuses';
import fromApi from './fixtures/outgoing-api-message.webhook.json';
import fromPhone from './fixtures/message-from-phone.webhook.json';
import stateChanged from './fixtures/state-changed.webhook.json';
import failed from './fixtures/outgoing-message-status.webhook.json';
import groupLimit from './fixtures/status-group-limit.webhook.json';
import noAccount from './fixtures/status-no-account.webhook.json';
import { receivedAt } from './testValues.mts';

const parse = (body: unknown) => greenApi.parseWebhook(body, { receivedAt });

const common = {
	event: 'status',
	gateway: 'greenApi',
	channel: 'whatsapp',
	account: '1234',
	scheduleId: null,
	reference: null,
	viewer: null,
	receivedAt,
};
const failure = {
	...common,
	eventId: 'greenApi|1234|11001234567890@c.us|3EB0608D6A2901063D63||failed',
	status: 'failed',
	statusRank: 35,
	isFinal: true,
	messageId: '3EB0608D6A2901063D63',
	origin: 'api',
	occurredAt: '2020-04-12T14:13:22.000Z',
};
const message = {
	...common,
	isFinal: false,
	messageId: 'F7AEC1B7086ECDC7E6E45923F5EDB825',
	recipient: { address: '79001234568@c.us', phone: '+79001234568', kind: 'phone' },
	failure: null,
	occurredAt: '2020-04-28T16:33:00.000Z',
};

describe("the vendor's samples", () => {
	it('gives a failure with its description', () => {
		expect(parse(failed)).toEqual([
			{
				...failure,
				gatewayStatus: 'failed',
				recipient: { address: '11001234567890@c.us', phone: '+11001234567890', kind: 'phone' },
				failure: {
					code: 'failed',
					reason: 'Parameter value is not valid, Invalid phone number or wa_id',
				},
				raw: failed,
			},
		]);
	});

	it('gives a failure in a group', () => {
		expect(parse(groupLimit)).toEqual([
			{
				...failure,
				eventId: 'greenApi|1234|120363039326117111@g.us|3EB0608D6A2901063D63||failed',
				gatewayStatus: 'failed',
				recipient: { address: '120363039326117111@g.us', phone: null, kind: 'group' },
				failure: {
					code: 'failed',
					reason: 'SWE004: the number of participants in the group has been exceeded - 300',
				},
				raw: groupLimit,
			},
		]);
	});

	it('gives a recipient without an account as a failure', () => {
		expect(parse(noAccount)).toEqual([
			{
				...failure,
				gatewayStatus: 'noAccount',
				recipient: { address: '11001234567890@c.us', phone: '+11001234567890', kind: 'phone' },
				failure: { code: 'noAccount', reason: 'SWE004: 1000' },
				raw: noAccount,
			},
		]);
	});

	it('gives a message sent through the API as queued', () => {
		expect(parse(fromApi)).toEqual([
			{
				...message,
				eventId: `greenApi|1234|79001234568@c.us|${message.messageId}||queued`,
				status: 'queued',
				statusRank: 20,
				gatewayStatus: 'outgoingAPIMessageReceived',
				origin: 'api',
				raw: fromApi,
			},
		]);
	});

	it('gives a message sent from the phone as sent', () => {
		expect(parse(fromPhone)).toEqual([
			{
				...message,
				eventId: `greenApi|1234|79001234568@c.us|${message.messageId}||sent`,
				status: 'sent',
				statusRank: 30,
				gatewayStatus: 'outgoingMessageReceived',
				origin: 'phone',
				raw: fromPhone,
			},
		]);
	});

	it('gives nothing for a change of state', () => {
		expect(parse(stateChanged)).toEqual([]);
	});
});

describe('the words of the vendor', () => {
	const words = [
		['pending', 'queued', false, null],
		['sent', 'sent', false, null],
		['delivered', 'delivered', false, null],
		['read', 'read', false, null],
		[
			'failed',
			'failed',
			true,
			'An error occurred while the message was sent to the WhatsApp server',
		],
		['noAccount', 'failed', true, 'The recipient has no WhatsApp account'],
		['notInGroup', 'failed', true, 'The sender is not in that group'],
		[
			'noActiveSession',
			'failed',
			true,
			'The recipient has no WhatsApp account on this number, or the 24-hour window is closed',
		],
		['yellowCard', 'suspended', false, 'Sending is suspended because of spam activity'],
		['suspended', 'suspended', false, 'WhatsApp has restricted the account for a while'],
	] as const;

	it('knows all that the pages of both products list', () => {
		expect(Object.keys(STATUS_WORDS)).toEqual(words.map(([word]) => word));
		expect(new Set(Object.values(STATUS_WORDS))).toEqual(
			new Set(greenApi.capabilities.webhooks.statuses),
		);
	});

	it.each(words)('%s', (status, expected, isFinal, reason) => {
		expect(parse({ ...failed, status, description: undefined })).toMatchObject([
			{
				status: expected,
				gatewayStatus: status,
				isFinal,
				failure: reason === null ? null : { code: status, reason },
			},
		]);
	});

	it.each(['warped', 'constructor', '__proto__'])('tells %s as unknown', (status) => {
		expect(parse({ ...failed, status })).toMatchObject([
			{ status: 'unknown', gatewayStatus: status, failure: null },
		]);
	});
});

it.each([
	[true, 'api'],
	[false, 'phone'],
	['true', null],
	[undefined, null],
])('sendByApi %j gives the origin %j', (sendByApi, origin) => {
	expect(parse({ ...failed, sendByApi })).toMatchObject([{ origin }]);
});

it('tells messages of two chats apart that have the same id', () => {
	const one = { ...failed, status: 'read' };
	const ids = ['79001234568@c.us', '79001234569@c.us', '120650379300963@lid'].map(
		(chatId) => parse({ ...one, chatId })[0].eventId,
	);
	expect(new Set(ids).size).toBe(3);
	const chats = ['79001234568@c.us', '79001234569@c.us'].map(
		(chatId) => parse({ ...fromApi, senderData: { ...fromApi.senderData, chatId } })[0].eventId,
	);
	expect(new Set(chats).size).toBe(2);
});

it('knows a person by the LID', () => {
	expect(parse({ ...failed, chatId: '120650379300963@lid' })).toMatchObject([
		{ recipient: { address: '120650379300963@lid', phone: null, kind: 'lid' } },
	]);
});

it('has the same event id for the same status, whenever it comes', () => {
	const [first] = greenApi.parseWebhook(failed, { receivedAt });
	const [second] = greenApi.parseWebhook(structuredClone(failed), {
		receivedAt: '2025-01-01T00:00:00.000Z',
	});
	expect(second.eventId).toBe(first.eventId);
});

describe('other webhooks', () => {
	it.each(['incomingMessageReceived', 'incomingCall', 'incomingBlock', 'incomingAnything'])(
		'%s gives nothing',
		(typeWebhook) => {
			expect(parse({ ...fromApi, typeWebhook })).toEqual([]);
		},
	);

	it.each(['editedMessage', 'deletedMessage', 'reactionMessage', 'pollUpdateMessage'])(
		'an outgoing %s, which tells of another message, gives nothing',
		(typeMessage) => {
			expect(parse({ ...fromPhone, messageData: { typeMessage } })).toEqual([]);
		},
	);

	// Beside messages and statuses, all that the vendor's own webhook servers know.
	it.each([
		...['stateInstanceChanged', 'statusInstanceChanged', 'deviceInfo'],
		...['outgoingCall', 'quotaExceeded'],
	])('%s, which tells of no message, gives nothing', (typeWebhook) => {
		expect(parse({ ...stateChanged, typeWebhook })).toEqual([]);
	});

	it.each(['outgoingTelepathy', 'constructor'])(
		'%s, of which nobody has heard, gives one unknown event',
		(typeWebhook) => {
			const body = { ...failed, typeWebhook };
			expect(parse(body)).toMatchObject([
				{ status: 'unknown', gatewayStatus: typeWebhook, account: '1234', raw: body },
			]);
		},
	);

	it('gives nothing where no type is named', () => {
		expect(parse({})).toEqual([]);
		expect(parse([failed])).toEqual([]);
		expect(parse({ ...failed, typeWebhook: {} })).toEqual([]);
	});
});

describe('whatever comes', () => {
	it('never throws', () => {
		fc.assert(fc.property(fc.jsonValue(), (body) => Array.isArray(parse(body))));
	});

	it('never throws on a sample of which one part is anything', () => {
		const samples = [failed, noAccount, groupLimit, fromApi, fromPhone, stateChanged];
		const key = fc.constantFrom(
			...['typeWebhook', 'chatId', 'instanceData', 'idInstance', 'timestamp', 'idMessage'],
			...['status', 'description', 'sendByApi', 'senderData', 'messageData', '__proto__'],
		);
		fc.assert(
			fc.property(fc.constantFrom(...samples), key, fc.jsonValue(), (sample, name, value) => {
				const text = JSON.stringify(sample, (at, told) => (at === name ? value : told));
				return Array.isArray(parse(JSON.parse(text)));
			}),
			{ numRuns: 500 },
		);
	});

	it('does not follow __proto__', () => {
		expect(parse(JSON.parse(`{"__proto__":${JSON.stringify(failed)}}`))).toEqual([]);
		const body = JSON.parse(
			'{"typeWebhook":"outgoingMessageStatus","__proto__":{"status":"sent","sendByApi":true}}',
		);
		expect(parse(body)).toMatchObject([{ status: 'unknown', gatewayStatus: null }]);
	});

	it('stays calm with deep nesting', () => {
		let deep: unknown = 1;
		for (let level = 0; level < 100_000; level++) deep = [deep];
		expect(parse({ typeWebhook: 'deep', deep })).toHaveLength(1);
	});

	it('ends, however large it is: what grew with the square would take hours', () => {
		const body = { ...failed, more: Array.from({ length: 100_000 }, () => failed) };
		expect(parse(body)).toHaveLength(1);
	});
});
