import Ajv from 'ajv';
import { ok } from '../../test/gateways/fakeGateway.mts';
import { parseRecipient } from '../../messages/recipient';
import type { Recipient } from '../../messages/recipient';
import { evolutionApi } from '.';
import found from './fixtures/messages-found.json';
import none from './fixtures/messages-none.json';
import schemas from './fixtures/requests.schema.json';
import statuses from './fixtures/status-messages.json';
import { server } from './testValues.mts';

const [record] = found.messages.records;
const ID = record.key.id;
const answerOf = (more: object) => ({
	messages: { ...found.messages, records: [{ ...record, ...more }] },
});
const updates = (...words: unknown[]) => ({ MessageUpdate: words.map((status) => ({ status })) });

async function lookup(body: unknown, recipient: Recipient | null = null) {
	const there = server(() => ok(body));
	return {
		found: await evolutionApi.lookup!(there.connection, ID, recipient),
		asked: there.asked(),
	};
}

it('reads the message and how far it has come, by its id alone', async () => {
	const { found: message, asked } = await lookup(found);
	expect(asked).toMatchObject([
		{
			method: 'POST',
			url: '/chat/findMessages/my%20shop',
			body: { where: { key: { id: ID } }, page: 1, offset: 10 },
		},
	]);
	expect(
		new Ajv({ strict: false }).validate(schemas['POST chat/findMessages'], asked[0].body),
	).toBe(true);
	expect(message).toEqual({
		type: 'text',
		text: 'Oi',
		mediaUrl: null,
		caption: null,
		fileName: null,
		template: null,
		reference: null,
		recipient: { address: '553188561070@s.whatsapp.net', phone: '+553188561070', kind: 'phone' },
		gateway: 'evolutionApi',
		account: 'my%20shop@evo.example/api',
		messageId: ID,
		queueId: null,
		status: 'read',
		gatewayStatus: 'READ',
		acceptedAt: '2026-07-31T21:50:55.000Z',
		failure: null,
		raw: record,
	});
});

it.each<[unknown[], string, string | null]>([
	[[], 'queued', null],
	[['PENDING'], 'queued', 'PENDING'],
	[['READ', 'SERVER_ACK', 'DELIVERY_ACK'], 'read', 'READ'],
	[['PLAYED', 'READ'], 'played', 'PLAYED'],
	[['ERROR'], 'failed', 'ERROR'],
	[['PENDING', 'ERROR'], 'failed', 'ERROR'],
	[['ERROR', 'SERVER_ACK'], 'sent', 'SERVER_ACK'],
	[['SERVER_ACK', 'DELETED', 'EDITED'], 'sent', 'SERVER_ACK'],
	[['DELETED'], 'queued', null],
	[['SENT', 'DELIVERED'], 'delivered', 'DELIVERED'],
	[['FAILED'], 'failed', 'FAILED'],
	[['warped'], 'unknown', 'warped'],
	[['warped', 'SERVER_ACK'], 'sent', 'SERVER_ACK'],
	[[7, null, {}], 'unknown', '7'],
])('%j is %s', async (words, status, gatewayStatus) => {
	const { found: message } = await lookup(answerOf(updates(...words)));
	expect(message).toMatchObject({ status, gatewayStatus });
	expect(message.failure === null).toBe(status !== 'failed');
});

it.each<[object, object]>([
	[
		{ messageType: 'imageMessage', message: { imageMessage: { caption: 'c', url: 'enc' } } },
		{ type: 'image', text: null, caption: 'c', mediaUrl: null },
	],
	[
		{
			messageType: 'documentMessage',
			message: { documentMessage: { fileName: 'a.pdf' }, mediaUrl: 'https://s3.example/a' },
		},
		{ type: 'document', fileName: 'a.pdf', mediaUrl: 'https://s3.example/a' },
	],
	[{ messageType: 'audioMessage', message: { audioMessage: { ptt: true } } }, { type: 'voice' }],
	[{ messageType: 'audioMessage', message: { audioMessage: {} } }, { type: 'audio' }],
	[
		{ messageType: 'stickerMessage', message: { stickerMessage: {} } },
		{ type: 'text', text: null },
	],
	[
		{ messageType: 'constructor', message: null },
		{ type: 'text', text: null },
	],
])('reads %j', async (more, expected) => {
	expect((await lookup(answerOf(more))).found).toMatchObject(expected);
});

it('keeps no file, and nothing that decrypts one', async () => {
	const imageMessage = { caption: 'c', mediaKey: 'key-4711', jpegThumbnail: 'thumb-4711' };
	const stored = answerOf({
		messageType: 'imageMessage',
		message: { imageMessage, base64: 'file-4711' },
	});
	expect((await lookup(stored)).found.raw).toMatchObject({
		key: record.key,
		message: { imageMessage: { caption: 'c' } },
	});
	expect(JSON.stringify((await lookup(stored)).found)).not.toContain('4711');
});

it('keeps the number that was asked for where the chat is told by a LID or another number', async () => {
	const key = {
		...record.key,
		remoteJid: '93823623688274@lid',
		remoteJidAlt: '553188561070@s.whatsapp.net',
	};
	const asked = parseRecipient('+5531988561070');
	expect((await lookup(answerOf({ key }), asked)).found.recipient).toEqual(asked);
	expect((await lookup(answerOf({ key }))).found.recipient).toMatchObject({
		phone: '+553188561070',
	});
});

it.each<[string, unknown]>([
	['none', none],
	['another', answerOf({ key: { ...record.key, id: 'another' } })],
])('says of %s that the server may store none', async (_, body) => {
	await expect(lookup(body)).rejects.toMatchObject({
		kind: 'notFound',
		details: { hint: expect.stringContaining('DATABASE_SAVE_DATA_NEW_MESSAGE') },
	});
});

it('does not give out a message that was received', async () => {
	await expect(lookup(answerOf({ key: { ...record.key, fromMe: false } }))).rejects.toMatchObject({
		kind: 'notFound',
		message: expect.stringContaining('was received by'),
	});
});

it.each([[{}], ['<html>'], [null], [{ messages: [] }]])('takes nothing else: %j', async (body) => {
	await expect(lookup(body)).rejects.toMatchObject({ kind: 'unexpectedResponse' });
});

it('asks version 1 for the message and for its statuses', async () => {
	const old = { ...record, MessageUpdate: undefined, owner: 'my shop' };
	const there = server(({ url }) => ok(url.includes('findStatus') ? statuses : [old]), {
		version: '1.8.6',
	});
	const message = await evolutionApi.lookup!(there.connection, ID, null);
	expect(message).toMatchObject({ status: 'read', text: 'Oi' });
	expect(there.asked()).toMatchObject([
		{ url: '/chat/findMessages/my%20shop', body: { where: { key: { id: ID } } } },
		{ url: '/chat/findStatusMessage/my%20shop', body: { where: { id: ID } } },
	]);
	expect(there.asked()[0].body).not.toHaveProperty('page');
});
