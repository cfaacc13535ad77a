import { whapi } from '.';
import type { Outcome } from '../transport/request';
import { parseRecipient } from '../../messages/recipient';
import notFound from './fixtures/channel-not-found.json';
import message from './fixtures/message.json';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { credential } from './testValues.mts';

async function lookup(id: string, answer: Outcome, recipient: string | null = null) {
	const { connection, requests } = fakeGateway(whapi, credential, () => answer);
	const found = await whapi.lookup!(
		connection,
		id,
		recipient === null ? null : parseRecipient(recipient),
	);
	return { found, requests };
}

it('reads the message with its status', async () => {
	const { found, requests } = await lookup('PsqXn5SAD5v7HRA-wHqB9tMeGQ', ok(message));
	expect(requests).toMatchObject([{ method: 'GET', query: {} }]);
	expect(requests[0].url).toMatch(/\/messages\/PsqXn5SAD5v7HRA-wHqB9tMeGQ$/);
	expect(found).toEqual({
		type: 'document',
		text: null,
		template: null,
		mediaUrl: 'https://s3.example/report.pdf',
		caption: 'The report',
		fileName: 'report.pdf',
		reference: null,
		recipient: { address: '61371989950@s.whatsapp.net', phone: '+61371989950', kind: 'phone' },
		gateway: 'whapi',
		account: 'MANTIS-M72HC',
		messageId: 'PsqXn5SAD5v7HRA-wHqB9tMeGQ',
		queueId: null,
		status: 'delivered',
		gatewayStatus: 'delivered',
		acceptedAt: '2024-04-13T08:06:38.000Z',
		failure: null,
		raw: message,
	});
});

it('escapes the id', async () => {
	const { requests } = await lookup('../settings?x', ok(message));
	expect(requests[0].url).toMatch(/\/messages\/\.\.%2Fsettings%3Fx$/);
});

it.each([
	['text', { text: { body: 'Hi' } }, { type: 'text', text: 'Hi', mediaUrl: null }],
	[
		'link_preview',
		{ link_preview: { body: 'See https://a.example', link: 'https://a.example' } },
		{ type: 'text', text: 'See https://a.example', mediaUrl: null },
	],
	[
		'documentWithCaption',
		{ documentWithCaption: { link: 'https://d.example', caption: 'A', filename: 'a.pdf' } },
		{ type: 'document', mediaUrl: 'https://d.example', caption: 'A', fileName: 'a.pdf' },
	],
	[
		'documentWithCaption',
		{ document: { link: 'https://d.example', caption: 'A', file_name: 'a.pdf' } },
		{ type: 'document', mediaUrl: 'https://d.example', caption: 'A', fileName: 'a.pdf' },
	],
	['gif', { gif: { link: 'https://g.example' } }, { type: 'video', mediaUrl: 'https://g.example' }],
	[
		'short',
		{ short: { link: 'https://g.example' } },
		{ type: 'video', mediaUrl: 'https://g.example' },
	],
	[
		'sticker',
		{ sticker: { link: 'https://s.example' } },
		{ type: 'text', text: null, mediaUrl: null },
	],
	['constructor', {}, { type: 'text', text: null, mediaUrl: null }],
])('reads a message of type %s', async (type, content, expected) => {
	const { found } = await lookup('a', ok({ ...message, type, ...content }));
	expect(found).toMatchObject(expected);
});

it('tells a failure', async () => {
	const { found } = await lookup('a', ok({ ...message, status: 'failed' }));
	expect(found).toMatchObject({
		status: 'failed',
		failure: { code: null, reason: 'Message failed to send' },
	});
});

it('takes the given recipient where the answer names no chat', async () => {
	const { found } = await lookup('a', ok({ id: 'a' }), '+61371989950');
	expect(found).toMatchObject({ recipient: { phone: '+61371989950' }, status: 'unknown' });
	await expect(lookup('a', ok({ id: 'a' }))).rejects.toMatchObject({ kind: 'unexpectedResponse' });
});

it('does not give out a message that was received', async () => {
	await expect(lookup('a', ok({ ...message, from_me: false }))).rejects.toMatchObject({
		kind: 'notFound',
	});
});

it('says of an unknown id that it is not found', async () => {
	const answer = { status: 404, headers: {}, body: { error: { code: 404, message: 'not found' } } };
	await expect(lookup('a', answer)).rejects.toMatchObject({
		kind: 'notFound',
		message: 'Whapi.Cloud does not find the requested object: "not found" (HTTP 404)',
		details: { code: '404' },
	});
});

it('explains the answer to a wrong token', async () => {
	const answer = { status: 404, headers: {}, body: notFound };
	await expect(lookup('a', answer)).rejects.toMatchObject({
		kind: 'unauthorized',
		details: { hint: expect.stringContaining('"API Token"') },
	});
});
