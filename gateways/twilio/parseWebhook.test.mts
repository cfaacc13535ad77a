import fixtureList from './fixtures/messages.json';
import deliveredSms from './fixtures/delivered-sms.webhook.json';
import deliveredWhatsApp from './fixtures/delivered-whatsapp.webhook.json';
import eventStream from './fixtures/event-stream.webhook.json';
import readWhatsApp from './fixtures/read-whatsapp.webhook.json';
import receivedButton from './fixtures/received-whatsapp-button.webhook.json';
import receivedSms from './fixtures/received-sms.webhook.json';
import receivedStream from './fixtures/received-event-stream.webhook.json';
import sentSms from './fixtures/sent-sms.webhook.json';
import undelivered from './fixtures/undelivered.webhook.json';
import { twilio } from './index';

const receivedAt = '2026-11-21T10:00:01.000Z';
const parse = (body: unknown, query = {}) => twilio.parseWebhook(body, { receivedAt, query });

it('a status callback is one status of one message, without a time', () => {
	expect(parse(deliveredSms)).toMatchObject([
		{
			gateway: 'twilio',
			channel: 'sms',
			account: deliveredSms.AccountSid,
			status: 'delivered',
			gatewayStatus: 'delivered',
			messageId: deliveredSms.MessageSid,
			scheduleId: deliveredSms.MessageSid,
			recipient: { address: '+15558675310', phone: '+15558675310', kind: 'phone' },
			origin: 'api',
			failure: null,
			reference: null,
			occurredAt: null,
			receivedAt,
			raw: deliveredSms,
		},
	]);
	// Without a Messaging Service nothing is scheduled.
	expect(parse(sentSms)).toMatchObject([{ status: 'sent', scheduleId: null }]);
});

it('on WhatsApp the number stands behind the channel', () => {
	const [delivered] = parse(deliveredWhatsApp);
	expect(delivered).toMatchObject({
		channel: 'whatsapp',
		status: 'delivered',
		recipient: { address: 'whatsapp:+15558675310', phone: '+15558675310', kind: 'phone' },
	});
	expect(parse(readWhatsApp)).toMatchObject([{ status: 'read', statusRank: 50 }]);
	expect(delivered.eventId).not.toBe(parse(readWhatsApp)[0].eventId);
	expect(delivered.eventId).toBe(parse({ ...deliveredWhatsApp, New: 'field' })[0].eventId);
});

it.each<[word: string, code: string | null, status: string]>([
	['accepted', null, 'queued'],
	['queued', null, 'queued'],
	['sending', null, 'queued'],
	['sent', null, 'sent'],
	['delivered', null, 'delivered'],
	['partially_delivered', null, 'delivered'],
	['read', null, 'read'],
	['undelivered', '30003', 'failed'],
	['failed', '30008', 'failed'],
	['failed', '30036', 'expired'],
	['canceled', null, 'cancelled'],
	['scheduled', null, 'scheduled'],
	['something new', null, 'unknown'],
	['constructor', null, 'unknown'],
])('%s with error %s is %s', (word, code, status) => {
	const body = { ...sentSms, MessageStatus: word, ...(code === null ? {} : { ErrorCode: code }) };
	expect(parse(body)).toMatchObject([{ status, gatewayStatus: word }]);
});

describe('a failure', () => {
	const failureOf = (more: object) => parse({ ...undelivered, ...more })[0].failure;

	it('has Twilio’s code, in words', () => {
		expect(failureOf({})).toEqual({ code: '30003', reason: 'The handset cannot be reached' });
		expect(failureOf({ ErrorCode: '30999' })).toEqual({
			code: '30999',
			reason: 'Twilio’s error 30999'.replace('’', "'"),
		});
	});

	it('has the reason of the channel', () => {
		const ChannelStatusMessage = 'message has been sent outside the allowed window';
		expect(failureOf({ ErrorCode: '63016', ChannelStatusMessage })).toEqual({
			code: '63016',
			reason: `The last message of the recipient is more than 24 hours old: ${ChannelStatusMessage}`,
		});
	});

	it('without a code says so, and a success has none', () => {
		const none = { code: null, reason: 'Twilio reported no reason' };
		expect(failureOf({ ErrorCode: '' })).toEqual(none);
		expect(failureOf({ ErrorCode: '0' })).toEqual(none);
		expect(parse(sentSms)[0].failure).toBeNull();
	});
});

it('the reference comes back in the query of the status URL', () => {
	expect(parse(sentSms, { reference: 'order 17' })).toMatchObject([{ reference: 'order 17' }]);
	expect(parse(sentSms, { reference: ['a', 'b'] })).toMatchObject([{ reference: null }]);
});

describe('Event Streams', () => {
	it('have a time, a text and their own account', () => {
		const [event] = parse(eventStream);
		expect(event).toMatchObject({
			// The type is right where `messageStatus` is not.
			status: 'delivered',
			channel: 'sms',
			account: eventStream.data.accountSid,
			messageId: eventStream.data.messageSid,
			scheduleId: eventStream.data.messageSid,
			occurredAt: '2025-01-01T00:00:00.000Z',
			recipient: { phone: '+12345678901' },
			raw: eventStream,
		});
		expect(twilio.eventText!(event.raw)).toBe('Ahoy!');
		expect(twilio.eventText!(deliveredSms)).toBeNull();
	});

	it('come alone or in a list, and other events among them are none of ours', () => {
		const failed = {
			...eventStream,
			type: 'com.twilio.messaging.message.failed',
			data: { ...eventStream.data, errorCode: 30007 },
		};
		const other = { ...eventStream, type: 'com.twilio.voice.insights.call-event.ringing' };
		expect(parse([eventStream, other, failed, 'x', null])).toMatchObject([
			{ status: 'delivered' },
			{ status: 'failed', failure: { code: '30007', reason: 'The carrier filtered the message' } },
		]);
	});

	it('one status by both ways is one event', () => {
		const { data } = eventStream;
		const callback = {
			MessageSid: data.messageSid,
			AccountSid: data.accountSid,
			MessageStatus: 'delivered',
		};
		expect(parse(callback)[0].eventId).toBe(parse(eventStream)[0].eventId);
	});
});

it.each<[what: string, body: unknown]>([
	['a message that the account received', receivedSms],
	['a button', receivedButton],
	['such a message by Event Streams', receivedStream],
	['an answer of the API', fixtureList],
	['a call', { CallSid: 'CA1', CallStatus: 'completed' }],
	['two statuses', { ...sentSms, MessageStatus: ['sent', 'failed'] }],
	['an empty form', {}],
	['a list', [sentSms]],
	['nothing', null],
])('no event: %s', (_, body) => expect(parse(body)).toEqual([]));
