import { GatewayError } from '../transport/gatewayError';
import { NetworkFailure } from '../transport/request';
import { parseRecipient } from '../../messages/recipient';
import sent from './fixtures/sent.json';
import errorSample from './fixtures/message-with-error.json';
import messages from './fixtures/messages.json';
import tooMany from './fixtures/too-many-requests.json';
import { fakeGateway } from '../../test/gateways/fakeGateway.mts';
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

const PATH = `https://api.twilio.com/2010-04-01/Accounts/${ACCOUNT_SID}/Messages`;

const formSent = async (using: object, wanted = message) => {
	const { connection, requests } = answering([sent], using as never);
	await twilio.send(connection, wanted);
	return formOf(requests[0]);
};

it('sends a form to the account, by the Messaging Service', async () => {
	const { connection, requests } = answering([sent]);
	expect(await twilio.send(connection, message)).toMatchObject({
		gateway: 'twilio',
		account: `${ACCOUNT_SID}/${SERVICE_SID}`,
		recipient: message.recipient,
		messageId: sent.sid,
		queueId: null,
		status: 'queued',
		gatewayStatus: 'queued',
		acceptedAt: '2023-08-24T05:01:45.000Z',
		text: message.text,
		failure: null,
		raw: sent,
	});
	expect(requests).toHaveLength(1);
	expect(requests[0]).toMatchObject({ method: 'POST', url: `${PATH}.json` });
	expect(requests[0].headers).toMatchObject({
		'Content-Type': 'application/x-www-form-urlencoded',
		Authorization: `Basic ${Buffer.from(`${ACCOUNT_SID}:12345`).toString('base64')}`,
	});
	expect(formOf(requests[0])).toEqual([
		['To', '+15558675310'],
		['MessagingServiceSid', SERVICE_SID],
		['Body', 'Hello! 👍'],
	]);
});

it.each<[what: string, more: object, from: string[], to: string]>([
	['a number', { twilioSender: '+1 (501) 712-2661' }, ['+15017122661'], '+15558675310'],
	['a short code', { twilioSender: '12345' }, ['12345'], '+15558675310'],
	['an alphanumeric id', { twilioSender: 'My Shop' }, ['My Shop'], '+15558675310'],
	['WhatsApp', { twilioChannel: 'whatsapp' }, ['whatsapp:+15017122661'], 'whatsapp:+15558675310'],
	[
		'WhatsApp by the sender',
		{ twilioSender: 'whatsapp:+15017122661' },
		['whatsapp:+15017122661'],
		'whatsapp:+15558675310',
	],
	[
		'WhatsApp by a Messaging Service',
		{ twilioSender: '', twilioMessagingServiceSid: SERVICE_SID, twilioChannel: 'whatsapp' },
		[],
		'whatsapp:+15558675310',
	],
])('sender: %s', async (_, more, from, to) => {
	const form = new URLSearchParams(await formSent({ ...byNumber, ...more }));
	expect(form.getAll('From')).toEqual(from);
	expect(form.get('To')).toBe(to);
});

it('a file goes out with its caption, and its URL as it is', async () => {
	expect(await formSent(byNumber, { ...image, caption: 'Your ticket' })).toEqual([
		['To', '+15558675310'],
		['From', '+15017122661'],
		['Body', 'Your ticket'],
		['MediaUrl', 'https://example.com/a.png?x=1&y=2'],
	]);
	const plain = new URLSearchParams(await formSent(byNumber, image));
	expect(plain.has('Body')).toBe(false);
});

it('the status URL goes along with the reference', async () => {
	const statusUrl = 'https://n8n.example/webhook/1/webhook';
	const form = async (reference: string | null) =>
		new URLSearchParams(await formSent({ ...credential, statusUrl }, { ...message, reference }));
	expect((await form(null)).get('StatusCallback')).toBe(statusUrl);
	expect((await form('order 17')).get('StatusCallback')).toBe(`${statusUrl}?reference=order+17`);
});

describe('is refused before any request', () => {
	const video = { ...image, type: 'video' as const, caption: 'Look' };
	it.each<[what: string, using: object, wanted: object, text: RegExp]>([
		['a group', byNumber, { recipient: parseRecipient('120363039326117111@g.us') }, /"Recipient"/],
		['a file name', byNumber, { ...image, fileName: 'a.pdf' }, /"File Name"/],
		['a voice note', byNumber, { ...image, type: 'voice' }, /voice note/],
		['1,601 characters', byNumber, { text: '👍'.repeat(1_601) }, /1601 characters/],
		['no sender', { ...byNumber, twilioSender: '' }, {}, /by what to send/],
		[
			'a caption with a video on WhatsApp',
			{ ...byNumber, twilioChannel: 'whatsapp' },
			video,
			/no caption with video/,
		],
		['no token', { ...byNumber, twilioAuthToken: '' }, {}, /"Auth Token" is empty/],
		['no secret', { ...byNumber, twilioApiKeySid: 'SK1' }, {}, /"API Key Secret" is empty/],
	])('%s', async (_, using, wanted, text) => {
		const { connection, requests } = answering([sent], using as never);
		await expect(twilio.send(connection, { ...message, ...wanted })).rejects.toThrow(text);
		expect(requests).toEqual([]);
	});

	it('what any sender refuses, when it is put aside for later', () => {
		expect(() => twilio.assertSendable({ ...image, fileName: 'a' })).toThrow(GatewayError);
		expect(() => twilio.assertSendable({ ...message, text: 'x'.repeat(1_601) })).toThrow('1600');
		expect(() => twilio.assertSendable(message)).not.toThrow();
		expect(() => twilio.assertSendable(video)).not.toThrow();
	});
});

it('by SMS a video has its caption', async () => {
	const video = { ...image, type: 'video' as const, caption: 'Look' };
	expect(await formSent(byNumber, video)).toContainEqual(['Body', 'Look']);
});

describe('the outcome', () => {
	const failing = async (...answers: unknown[]) => {
		const { connection, requests } = answering(answers);
		const error: unknown = await twilio
			.send(connection, message)
			.catch((caught: unknown) => caught);
		return { error: error as GatewayError, tries: requests.length };
	};

	it.each<[what: string, answer: unknown]>([
		['500', { status: 500, headers: {}, body: { code: 20500, message: 'Internal error' } }],
		['503', { status: 503, headers: {}, body: { code: 20503, message: 'Unavailable' } }],
		['a page', { status: 201, headers: {}, body: '<html></html>' }],
		['no id', {}],
	])('after %s it is unknown, and the message is not sent again', async (_, answer) => {
		const { error, tries } = await failing(answer);
		expect(error.details.outcomeUnknown).toBe(true);
		expect(tries).toBe(1);
	});

	it('is unknown where the answer is lost', async () => {
		const { connection, requests } = fakeGateway(
			twilio,
			credential,
			() => new NetworkFailure('broken', null),
		);
		await expect(twilio.send(connection, message)).rejects.toMatchObject({
			details: { outcomeUnknown: true },
		});
		expect(requests).toHaveLength(1);
	});

	it('after 429 it goes out again: Twilio never processed it', async () => {
		const limited = { status: 429, headers: {}, body: tooMany };
		const { connection, requests } = answering([limited, limited, sent]);
		await expect(twilio.send(connection, message)).resolves.toMatchObject({ messageId: sent.sid });
		expect(requests).toHaveLength(3);
	});
});

describe('a look-up', () => {
	it('tells status, times and why it failed', async () => {
		const { connection, requests } = answering([errorSample]);
		expect(await twilio.lookup!(connection, errorSample.sid, null)).toMatchObject({
			messageId: errorSample.sid,
			status: 'sent',
			type: 'text',
			text: 'testing',
			recipient: { phone: '+18182008801' },
			acceptedAt: '2019-05-24T17:18:27.000Z',
			failure: { code: '30007', reason: 'The carrier filtered the message: Carrier violation' },
		});
		expect(requests[0].url).toBe(`${PATH}/${errorSample.sid}.json`);
	});

	it('of a file does not tell which', async () => {
		const record = { ...errorSample, sid: 'MM1', num_media: '2', error_code: null };
		const { connection } = answering([record]);
		expect(await twilio.lookup!(connection, 'MM1', null)).toMatchObject({
			type: 'document',
			text: null,
			caption: 'testing',
			mediaUrl: null,
			failure: null,
		});
	});

	it('finds no message that the account received', async () => {
		const { connection } = answering([messages.messages[1]]);
		await expect(twilio.lookup!(connection, 'MM2', null)).rejects.toMatchObject({
			kind: 'notFound',
			message: expect.stringContaining('was received by the Twilio account'),
		});
	});

	it('keeps an id to its place', async () => {
		const { connection, requests } = answering([errorSample]);
		await twilio.lookup!(connection, '../../Keys', null);
		expect(requests[0].url).toBe(`${PATH}/..%2F..%2FKeys.json`);
	});
});
