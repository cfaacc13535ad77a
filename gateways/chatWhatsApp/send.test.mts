import { chatWhatsApp } from '.';
import type { OutgoingMessage } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';
import sent from './fixtures/sent.json';
import {
	answer,
	credential,
	KEY,
	reach,
	rejection,
	SESSION,
} from '../../test/gateways/transport/surroundings.mts';
import { undocumented } from './testRequests.mts';

const text: OutgoingMessage = {
	type: 'text',
	text: 'Hello',
	mediaUrl: null,
	caption: null,
	fileName: null,
	template: null,
	recipient: parseRecipient('+919988066776'),
	reference: 'order-7',
	idempotencyKey: '3b1f9a52-7f53-4a3c-9d38-0a4c9f7c2b11',
};
const image: OutgoingMessage = {
	...text,
	type: 'image',
	text: null,
	mediaUrl: 'https://example.com/a.jpg',
};
const BASE = `https://api.chatwhatsapp.in/sessions/${SESSION}/send`;

it.each<[string, OutgoingMessage, string, unknown]>([
	['text', text, BASE, { to: '919988066776', text: 'Hello' }],
	[
		'text to a group',
		{ ...text, recipient: parseRecipient('120363039326117111@g.us') },
		BASE,
		{ to: '120363039326117111@g.us', text: 'Hello' },
	],
	['an image', image, `${BASE}/image`, { to: '919988066776', image: 'https://example.com/a.jpg' }],
	[
		'an image with caption and name',
		{ ...image, caption: 'A', fileName: 'a.jpg' },
		`${BASE}/image`,
		{ to: '919988066776', image: 'https://example.com/a.jpg', caption: 'A', filename: 'a.jpg' },
	],
])('sends %s as documented', async (_, message, url, body) => {
	const { connection, requests } = reach([answer(200, sent)]);
	await chatWhatsApp.send(connection, message);
	expect(requests).toHaveLength(1);
	expect(requests[0]).toMatchObject({ method: 'POST', url, headers: { 'X-API-Key': KEY } });
	expect(requests[0].body).toStrictEqual(body);
	expect(undocumented(requests[0])).toEqual([]);
});

it("reads the vendor's sample", async () => {
	const { connection } = reach([answer(200, sent)]);
	expect(await chatWhatsApp.send(connection, text)).toEqual({
		type: 'text',
		text: 'Hello',
		mediaUrl: null,
		caption: null,
		fileName: null,
		template: null,
		reference: 'order-7',
		recipient: {
			address: '919988066776@s.whatsapp.net',
			phone: '+919988066776',
			kind: 'phone',
		},
		gateway: 'chatWhatsApp',
		account: SESSION,
		messageId: '3EB0ABC123456789',
		queueId: null,
		status: 'sent',
		gatewayStatus: 'sent',
		acceptedAt: '2026-01-28T10:05:00.000Z',
		failure: null,
		raw: sent,
	});
});

it('takes what the answer leaves out from the message, or for unknown', async () => {
	const { connection } = reach([answer(200, { messageId: 7, status: 'constructor' })]);
	expect(await chatWhatsApp.send(connection, text)).toMatchObject({
		recipient: text.recipient,
		messageId: '7',
		status: 'unknown',
		gatewayStatus: 'constructor',
		acceptedAt: null,
	});
});

it.each<[string, unknown, boolean]>([
	['no message id', { success: true }, true],
	['no JSON', '<html></html>', true],
	['nothing', null, true],
	['a refusal', { success: false, error: 'Session not authenticated' }, false],
])('leaves a success with %s open, or not', async (_, body, outcomeUnknown) => {
	const { connection, requests } = reach([answer(200, body)]);
	const error = await rejection(chatWhatsApp.send(connection, text));
	expect(error).toMatchObject({ kind: 'unexpectedResponse', details: { outcomeUnknown } });
	expect(requests).toHaveLength(1);
});

it('refuses a recipient that the vendor does not document, before any request', async () => {
	const recipient = parseRecipient('123456789012345@lid');
	const { connection, requests } = reach([]);
	const error = await rejection(chatWhatsApp.send(connection, { ...text, recipient }));
	expect(error).toMatchObject({ parameter: 'Recipient' });
	expect(() => chatWhatsApp.assertSendable({ ...text, recipient })).toThrow('ChatWhatsApp accepts');
	expect(() => chatWhatsApp.assertSendable(text)).not.toThrow();
	expect(requests).toHaveLength(0);
});

describe('the credential', () => {
	it('names the field that is missing', () => {
		const request = { method: 'GET', url: '/x', headers: {}, query: {} } as const;
		for (const [name, label] of [
			['chatWhatsAppUrl', 'Base URL'],
			['chatWhatsAppApiKey', 'API Key'],
		]) {
			const read = () => chatWhatsApp.authenticate({ ...credential, [name]: ' ' }, request);
			expect(read).toThrow(`"${label}" is empty.`);
		}
		const account = () => chatWhatsApp.account({ ...credential, chatWhatsAppSessionId: '' });
		expect(account).toThrow('"Session ID" is empty.');
	});

	it('takes the address of an own installation, and blanks around the key', () => {
		const used = {
			...credential,
			chatWhatsAppUrl: 'http://localhost:3000/',
			chatWhatsAppApiKey: ` ${KEY}\n`,
		};
		const request = { method: 'GET', url: '/x', headers: { a: 'b' }, query: {} } as const;
		expect(chatWhatsApp.authenticate(used, request)).toEqual({
			...request,
			url: 'http://localhost:3000/x',
			headers: { a: 'b', 'X-API-Key': KEY },
		});
	});
});

describe('the test of the connection', () => {
	it.each<[string, boolean, string]>([
		['ready', true, 'is ready'],
		['read…', true, 'is ready'],
		['starting', false, 'still starting'],
		['qr_ready', false, 'Scan its QR code'],
		['disconnected', false, 'its state is "disconnected" and not "ready"'],
		['constructor', false, 'its state is "constructor"'],
	])('says of the state %s whether it can send', async (state, ready, sentence) => {
		const { connection, requests } = reach([answer(200, { success: true, session: { state } })]);
		const health = await chatWhatsApp.testCredential(connection);
		expect(health.ready).toBe(ready);
		expect(health.message).toContain(sentence);
		expect(requests[0]).toMatchObject({
			method: 'GET',
			url: `https://api.chatwhatsapp.in/sessions/${SESSION}/status`,
		});
	});

	it.each<[unknown, string]>([
		[{ success: true }, 'without "session.state"'],
		['<html></html>', 'returned a response that is not JSON'],
	])('says what is wrong with %j', async (body, sentence) => {
		const { connection } = reach([answer(200, body)]);
		expect((await rejection(chatWhatsApp.testCredential(connection))).message).toContain(sentence);
	});

	it('says that the key is wrong, or the session unknown', async () => {
		for (const [status, error, kind] of [
			[401, 'Invalid API key', 'unauthorized'],
			[404, 'Session not found', 'notFound'],
		] as const) {
			const { connection } = reach([answer(status, { success: false, error })]);
			const rejected = await rejection(chatWhatsApp.testCredential(connection));
			expect(rejected.kind).toBe(kind);
			expect(rejected.message).toContain(error);
		}
	});
});

it.each<[unknown, unknown]>([
	[
		{ success: false, error: 'Invalid API key' },
		{ text: 'Invalid API key', kind: 'unauthorized', fault: 'account' },
	],
	[
		{ error: 'Wait', retryAfter: 45 },
		{ text: 'Wait', retryAfterMs: 45_000 },
	],
	[
		{ error: 'Wait', retryAfter: 0 },
		{ text: 'Wait', retryAfterMs: 0 },
	],
	[{ error: 'Wait', retryAfter: -1 }, { text: 'Wait' }],
	[{ error: 'Wait', retryAfter: '45' }, { text: 'Wait' }],
	[{ message: 'Not here' }, { text: 'Not here' }],
	[{ error: { code: 7 } }, null],
	[{ retryAfter: 45 }, null],
	['<html>', null],
	[[], null],
	[null, null],
])('explains %j', (body, expected) => {
	expect(chatWhatsApp.parseError(answer(400, body))).toEqual(expected);
});
