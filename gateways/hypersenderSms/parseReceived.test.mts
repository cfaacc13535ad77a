import { hypersenderSms } from '.';
import callMissed from './fixtures/call-missed.webhook.json';
import delivered from './fixtures/message-delivered.webhook.json';
import page from './fixtures/received-page.webhook.json';
import text from './fixtures/received-text.webhook.json';

const receivedAt = '2025-01-22T20:04:06.500Z';
const parse = (body: unknown) => hypersenderSms.parseReceived!(body, { receivedAt });
const withData = (more: object) => ({ ...text, data: { ...text.data, ...more } });

const person = { address: '+201422904893', phone: '+201422904893', kind: 'phone' };

it("reads the sample of the vendor's SDK", () => {
	expect(parse(text)).toEqual([
		{
			event: 'received',
			eventId:
				'hypersenderSms|9defcf1e-552c-4bef-a843-872edec576ef|9e08197f-2481-4b4e-b034-b0eeefee580e|received|+201422904893||',
			gateway: 'hypersenderSms',
			channel: 'sms',
			account: '9defcf1e-552c-4bef-a843-872edec576ef',
			messageId: '9e08197f-2481-4b4e-b034-b0eeefee580e',
			from: person,
			fromName: null,
			fromLid: null,
			chat: person,
			type: 'text',
			text: 'test message received',
			button: null,
			media: null,
			inReplyTo: null,
			aboutMessageId: null,
			optOut: null,
			occurredAt: '2025-01-22T20:04:04.000Z',
			receivedAt,
			raw: text,
		},
	]);
});

it("reads the sample of the vendor's page, whose time is UTC like all others", () => {
	expect(parse(page)).toMatchObject([
		{
			from: { phone: '+201348974238' },
			text: 'test message received',
			occurredAt: '2025-01-22T20:04:04.000Z',
		},
	]);
});

const own = text.data.phone.phone_number;

it.each<[string, object, object]>([
	['a text as it came, with its spaces', { content: ' yes \n' }, { text: ' yes \n' }],
	['no text, as of an MMS', { content: null }, { type: 'other', text: null }],
	['no time', { received_at: null }, { occurredAt: null }],
	[
		"the sender, where the first number is the phone's own",
		{ from_phone_number: own, to_phone_number: '+201422904893' },
		{ from: person },
	],
	[
		'the sender, where no other number is there',
		{ from_phone_number: own, to_phone_number: null },
		{ from: { phone: own } },
	],
	[
		'no number',
		{ from_phone_number: 'Bank' },
		{ from: { address: 'Bank', phone: null, kind: 'unknown' } },
	],
])('reads %s', (_, more, expected) => expect(parse(withData(more))).toMatchObject([expected]));

it.each<[string, unknown]>([
	['a status', delivered],
	['a missed call', callMissed],
	['neither an id nor a text', withData({ id: null, content: '' })],
	['another event', { ...text, event: 'message.received' }],
])('reads no message in %s', (_, body) => expect(parse(body)).toEqual([]));

it('is no status', () => {
	for (const body of [text, page]) {
		expect(hypersenderSms.parseWebhook(body, { receivedAt })).toEqual([]);
	}
});
