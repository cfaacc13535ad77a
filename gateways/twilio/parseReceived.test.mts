import deliveredSms from './fixtures/delivered-sms.webhook.json';
import eventStream from './fixtures/event-stream.webhook.json';
import receivedStream from './fixtures/received-event-stream.webhook.json';
import sms from './fixtures/received-sms.webhook.json';
import stop from './fixtures/received-sms-stop.webhook.json';
import button from './fixtures/received-whatsapp-button.webhook.json';
import reply from './fixtures/received-whatsapp-reply.webhook.json';
import { twilio } from './index';

const receivedAt = '2026-11-21T10:00:01.000Z';
const parse = (body: unknown) => twilio.parseReceived!(body, { receivedAt });

const PERSON = { address: '+15558675310', phone: '+15558675310', kind: 'phone' };
const ON_WHATSAPP = { ...PERSON, address: 'whatsapp:+15558675310' };

it('reads the form of an SMS, which has no time', () => {
	expect(parse(sms)).toEqual([
		{
			event: 'received',
			eventId: `twilio|${sms.AccountSid}|${sms.MessageSid}|received|+15558675310||`,
			gateway: 'twilio',
			channel: 'sms',
			account: sms.AccountSid,
			messageId: sms.MessageSid,
			from: PERSON,
			fromName: null,
			fromLid: null,
			chat: PERSON,
			type: 'text',
			text: 'Yes, Tuesday is fine',
			button: null,
			media: null,
			inReplyTo: null,
			aboutMessageId: null,
			optOut: null,
			occurredAt: null,
			receivedAt,
			raw: sms,
		},
	]);
});

it.each<[what: string, body: unknown, expected: object]>([
	['STOP, by Twilio’s own verdict', stop, { type: 'text', text: 'Stop', optOut: 'stop' }],
	[
		'a button on WhatsApp',
		button,
		{
			channel: 'whatsapp',
			from: ON_WHATSAPP,
			chat: ON_WHATSAPP,
			fromName: 'Anna',
			fromLid: 'ID.4566546130240823',
			type: 'button',
			text: 'Confirm',
			button: { id: 'confirm-17', title: 'Confirm', kind: 'button' },
			inReplyTo: button.OriginalRepliedMessageSid,
		},
	],
	[
		'a reply on WhatsApp',
		reply,
		{
			channel: 'whatsapp',
			type: 'text',
			text: 'Tuesday is fine',
			fromLid: null,
			inReplyTo: 'SMdf55df64a2ff4920bb0748193cfbb640',
		},
	],
	[
		'an event of Event Streams, which has a time',
		receivedStream,
		{
			channel: 'whatsapp',
			from: ON_WHATSAPP,
			text: 'I want 2',
			inReplyTo: null,
			occurredAt: '2025-12-20T01:59:43.000Z',
			raw: receivedStream[0],
		},
	],
])('reads the sample of %s', (_, body, expected) => {
	expect(parse(body)).toMatchObject([{ account: sms.AccountSid, ...expected }]);
});

/** Composed: the sample of an SMS with other fields. */
const media = (type: string | undefined, more: object = {}) => ({
	...sms,
	Body: '',
	NumMedia: '1',
	MediaUrl0: 'https://api.twilio.com/Media/ME1',
	MediaContentType0: type,
	...more,
});

it.each<[what: string, form: object, expected: object]>([
	[
		'an image with a text',
		media('image/jpeg', { Body: 'See?' }),
		{
			type: 'image',
			text: 'See?',
			media: {
				url: 'https://api.twilio.com/Media/ME1',
				id: null,
				mimeType: 'image/jpeg',
				fileName: null,
			},
		},
	],
	['a video', media('video/mp4'), { type: 'video', text: null }],
	['audio', media('audio/ogg'), { type: 'audio' }],
	['a PDF', media('application/pdf'), { type: 'document' }],
	['a contact', media('text/x-vcard'), { type: 'contact' }],
	['a file of unknown kind', media(undefined), { type: 'document', media: { mimeType: null } }],
	['a place', { ...reply, Latitude: '1', Longitude: '2' }, { type: 'location' }],
	['an empty text', { ...sms, Body: '' }, { type: 'text', text: null }],
	['a button without a payload', { ...button, ButtonPayload: '' }, { button: { id: null } }],
	['START', { ...sms, OptOutType: 'START' }, { optOut: 'start' }],
	['HELP in lower case', { ...sms, OptOutType: 'help' }, { optOut: 'help' }],
	['another verdict', { ...sms, OptOutType: 'constructor' }, { optOut: null }],
	[
		'RCS',
		{ ...sms, From: 'rcs:+15558675310' },
		{ channel: 'sms', from: { phone: '+15558675310' } },
	],
	[
		'a short code',
		{ ...sms, From: '24273' },
		{ from: { address: '24273', phone: null, kind: 'unknown' } },
	],
])('reads %s', (_, form, expected) => expect(parse(form)).toMatchObject([expected]));

it('one message by both ways is one event', () => {
	const { data } = receivedStream[0];
	const form = { ...reply, MessageSid: data.messageSid, AccountSid: data.accountSid };
	expect(parse(form)[0].eventId).toBe(parse(receivedStream)[0].eventId);
	expect(parse({ ...form, New: 'field' })[0].eventId).toBe(parse(form)[0].eventId);
});

it('events of both kinds in one list give each once', () => {
	const mixed = [eventStream, ...receivedStream];
	expect(parse(mixed)).toMatchObject([{ text: 'I want 2' }]);
	expect(twilio.parseWebhook(mixed, { receivedAt })).toMatchObject([{ status: 'delivered' }]);
	const file = structuredClone(receivedStream);
	file[0].data.numMedia = 1;
	expect(parse(file)).toMatchObject([{ type: 'other', text: 'I want 2', media: null }]);
});

it.each<[what: string, body: unknown]>([
	['a status callback', deliveredSms],
	['a status that says it was received', { ...sms, MessageStatus: 'received' }],
	['what we sent', { ...sms, SmsStatus: 'sent' }],
	['no id', { ...sms, MessageSid: '', SmsSid: '', SmsMessageSid: '' }],
	['another channel', { ...sms, From: 'messenger:12345678' }],
	['a call', { CallSid: 'CA1', CallStatus: 'completed', From: '+15558675310' }],
	['a list of forms', [sms]],
	['two statuses', { ...sms, SmsStatus: ['received'] }],
	['nothing', null],
])('%s gives no event', (_, body) => expect(parse(body)).toEqual([]));
