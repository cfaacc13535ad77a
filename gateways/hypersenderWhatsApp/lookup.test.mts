import { hypersenderWhatsApp } from '.';
import { ACK_NAMES } from './acks';
import type { Outcome } from '../transport/request';
import { parseRecipient } from '../../messages/recipient';
import failed from './fixtures/queued-request-failed.json';
import flat from './fixtures/queued-request-flat.json';
import messageIdOnly from './fixtures/queued-request-message-id.json';
import ofSdk from './fixtures/queued-request-sdk.json';
import sent from './fixtures/queued-request-sent.json';
import waiting from './fixtures/queued-request-waiting.json';
import { fakeGateway, ok } from '../hypersender/fakeGateway.mts';
import { credential, INSTANCE } from './testValues.mts';

async function lookup(answer: Outcome, recipient: string | null = null, id = waiting.uuid) {
	const { connection, requests } = fakeGateway(hypersenderWhatsApp, credential, () => answer);
	const found = await hypersenderWhatsApp.lookup!(
		connection,
		id,
		recipient === null ? null : parseRecipient(recipient),
	);
	return { found, requests };
}

const common = {
	type: 'image',
	text: null,
	template: null,
	mediaUrl: 'https://files.example/a.png',
	caption: 'A picture',
	fileName: 'a.png',
	recipient: { address: '201063178738@c.us', phone: '+201063178738', kind: 'phone' },
	gateway: 'hypersenderWhatsApp',
	account: INSTANCE,
	queueId: waiting.uuid,
	reference: null,
};
const withoutHeaders = (body: typeof waiting | typeof sent | typeof failed) => ({
	...body,
	request: { ...body.request, headers: undefined },
});

it('tells that a request is still queued', async () => {
	const { found, requests } = await lookup(ok(waiting));
	expect(found).toEqual({
		...common,
		messageId: null,
		status: 'queued',
		gatewayStatus: null,
		acceptedAt: null,
		failure: null,
		raw: withoutHeaders(waiting),
	});
	expect(requests).toMatchObject([{ method: 'GET', query: {} }]);
	expect(requests[0].url).toMatch(new RegExp(`/${INSTANCE}/queued-requests/${waiting.uuid}$`));
});

it('tells the id of the message that became of it', async () => {
	const { found } = await lookup(ok(sent));
	expect(found).toEqual({
		...common,
		messageId: '3EB0ABCD1234EF567890',
		status: 'queued',
		gatewayStatus: 'PENDING',
		acceptedAt: '2025-09-28T13:36:55.000Z',
		failure: null,
		raw: withoutHeaders(sent),
	});
});

it('tells why it failed', async () => {
	const { found } = await lookup(ok(failed));
	expect(found).toEqual({
		...common,
		messageId: null,
		status: 'failed',
		gatewayStatus: '422',
		acceptedAt: null,
		failure: {
			code: '422',
			reason:
				'The given data was invalid. The number you want to send the message to is not on whatsapp.',
		},
		raw: withoutHeaders(failed),
	});
});

it.each([404, 500])('takes %d without a text for a failure too', async (response_status) => {
	const { found } = await lookup(ok({ ...failed, response_status, response_body: null }));
	expect(found).toMatchObject({
		status: 'failed',
		failure: {
			code: String(response_status),
			reason: `The queued request ended with HTTP ${response_status}`,
		},
	});
});

it.each([
	...Object.entries(ACK_NAMES),
	// The words that the page names.
	['SENT', 'sent'],
	['DELIVERED', 'delivered'],
	['OTHER', 'unknown'],
	['constructor', 'unknown'],
])('takes the word %s for %s', async (word, status) => {
	for (const response_status of [200, 201]) {
		const response_body = { ...sent.response_body, status: word };
		const { found } = await lookup(ok({ ...sent, response_status, response_body }));
		expect(found).toMatchObject({ status, gatewayStatus: word });
	}
});

describe('the forms in which the vendor shows a request and its answer', () => {
	const lookedUp = async (body: unknown) => (await lookup(ok(body))).found;
	const recipient = { address: '201063178738@c.us', phone: '+201063178738', kind: 'phone' };

	it('the body that was sent, with the whole answer of WhatsApp', async () => {
		expect(await lookedUp(flat)).toEqual({
			...common,
			type: 'text',
			text: 'Check this https://hypersender.com/',
			mediaUrl: null,
			caption: null,
			fileName: null,
			template: null,
			recipient,
			queueId: flat.uuid,
			messageId: '3EB0155CFDC2464F72FD75',
			status: 'queued',
			gatewayStatus: 'PENDING',
			acceptedAt: '2025-12-04T14:51:46.000Z',
			failure: null,
			raw: flat,
		});
	});

	it('the body that was sent, with the id of the message alone', async () => {
		expect(await lookedUp(messageIdOnly)).toMatchObject({
			text: 'Hello world!',
			recipient,
			messageId: 'AAAAAA0000BBBBB00CCCCCC',
			status: 'queued',
			gatewayStatus: null,
			failure: null,
		});
	});

	it('a request with its body inside, with an answer that only says that it went well', async () => {
		expect(await lookedUp(ofSdk)).toMatchObject({
			type: 'text',
			text: 'Hello World',
			mediaUrl: null,
			recipient: { address: '123@c.us' },
			messageId: null,
			status: 'queued',
			failure: null,
		});
	});

	it.each([
		['imageMessage', 'image'],
		['videoMessage', 'video'],
		['documentMessage', 'document'],
		['audioMessage', 'voice'],
		['stickerMessage', 'document'],
	])('media whose answer has %s is %s', async (name, type) => {
		const request = { chatId: '201063178738@c.us', url: 'https://files.example/a' };
		const response_body = { ...flat.response_body, message: { [name]: { mimetype: 'x/y' } } };
		expect(await lookedUp({ ...flat, request, response_body })).toMatchObject({
			type,
			mediaUrl: 'https://files.example/a',
		});
	});
});

it.each([
	['send-text', { text: 'Hello' }, 'text'],
	['send-text-safe', { text: 'Hello' }, 'text'],
	['send-file', { url: 'https://x.example/a' }, 'document'],
	['send-video', { url: 'https://x.example/a' }, 'video'],
	['send-voice', { url: 'https://x.example/a' }, 'voice'],
	['something-else', { url: 'https://x.example/a' }, 'document'],
	['something-else', { text: 'Hello' }, 'text'],
])('reads a request to %s with %j as %s', async (path, body, type) => {
	const request = { url: `https://app.hypersender.com/x/${path}`, body };
	expect((await lookup(ok({ ...waiting, request }))).found).toMatchObject({ type });
});

it('knows the recipient from the user, the request or the answer, or does not know it', async () => {
	const bare = { ...sent, request: null };
	const recipientOf = async (body: unknown, given: string | null) =>
		(await lookup(ok(body), given)).found.recipient;
	expect(await recipientOf(sent, '+14155238886')).toMatchObject({ phone: '+14155238886' });
	expect(await recipientOf(bare, null)).toMatchObject({ phone: '+201063178738' });
	expect(await recipientOf({ uuid: 'u' }, null)).toEqual({
		address: '',
		phone: null,
		kind: 'unknown',
	});
});

it('tells no token, though the answer may repeat the request with its headers', async () => {
	for (const body of [waiting, sent, failed]) {
		expect(JSON.stringify((await lookup(ok(body))).found)).not.toContain('secret-token');
	}
});

it('keeps to its place, whatever the id', async () => {
	const { requests } = await lookup(ok(waiting), null, '../health?x=/');
	expect(requests[0].url).toMatch(/\/queued-requests\/\.\.%2Fhealth%3Fx%3D%2F$/);
});

it('says so where there is none, and takes nothing else for an answer', async () => {
	await expect(lookup(ok({ message: 'Not found' }, 404))).rejects.toMatchObject({
		kind: 'notFound',
	});
	for (const body of [{}, '<html>', [], null]) {
		await expect(lookup(ok(body))).rejects.toMatchObject({ kind: 'unexpectedResponse' });
	}
});
