import Ajv from 'ajv';
import { greenApi } from '.';
import type { Outcome } from '../transport/request';
import { parseRecipient } from '../../messages/recipient';
import message from './fixtures/message.json';
import schemas from './fixtures/requests.schema.json';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { credential } from './testValues.mts';

const recipient = parseRecipient('+11001234567');

async function lookup(answer: Outcome) {
	const { connection, requests } = fakeGateway(greenApi, credential, () => answer);
	const found = await greenApi.lookup!(connection, '3EB0C767D097B7C7C030', recipient);
	return { found, requests };
}

it('reads the message out of the journal', async () => {
	const { found, requests } = await lookup(ok(message));
	expect(requests).toMatchObject([
		{
			method: 'POST',
			url: expect.stringContaining('/waInstance1234/getMessage'),
			body: { chatId: '11001234567@c.us', idMessage: '3EB0C767D097B7C7C030' },
		},
	]);
	expect(new Ajv({ strict: false }).validate(schemas['POST getMessage'], requests[0].body)).toBe(
		true,
	);
	expect(found).toEqual({
		type: 'image',
		text: null,
		template: null,
		mediaUrl: 'https://sw-media.example/horse.png',
		caption: 'Little horse',
		fileName: 'horse.png',
		reference: null,
		recipient: { address: '11001234567@c.us', phone: '+11001234567', kind: 'phone' },
		gateway: 'greenApi',
		account: '1234',
		messageId: '3EB0C767D097B7C7C030',
		queueId: null,
		status: 'read',
		gatewayStatus: 'read',
		acceptedAt: '2024-01-29T09:57:43.000Z',
		failure: null,
		raw: message,
	});
});

it.each([
	['textMessage', { textMessage: 'Hi' }, { type: 'text', text: 'Hi' }],
	['extendedTextMessage', { extendedTextMessage: { text: 'Hi' } }, { type: 'text', text: 'Hi' }],
	['pollMessage', {}, { type: 'text', text: null }],
	['constructor', {}, { type: 'text', text: null }],
])('reads a %s', async (typeMessage, content, expected) => {
	const { found } = await lookup(ok({ ...message, typeMessage, ...content }));
	expect(found).toMatchObject(expected);
});

it.each([
	['pending', 'queued', null],
	['noAccount', 'failed', { code: 'noAccount', reason: 'The recipient has no WhatsApp account' }],
	['warped', 'unknown', null],
	[undefined, 'unknown', null],
])('reads the status %s', async (statusMessage, status, failure) => {
	const { found } = await lookup(ok({ ...message, statusMessage }));
	expect(found).toMatchObject({ status, failure });
});

it('needs the recipient', async () => {
	const { connection, requests } = fakeGateway(greenApi, credential, () => ok(message));
	await expect(greenApi.lookup!(connection, 'a', null)).rejects.toMatchObject({
		parameter: 'Recipient',
	});
	expect(requests).toEqual([]);
});

it('does not give out a message that was received', async () => {
	await expect(lookup(ok({ ...message, type: 'incoming' }))).rejects.toMatchObject({
		kind: 'notFound',
	});
});

it('takes nothing else for an answer', async () => {
	await expect(lookup(ok({}))).rejects.toMatchObject({ kind: 'unexpectedResponse' });
});

it('keeps the number that was asked for where the chat is told by its LID', async () => {
	const { found } = await lookup(ok({ ...message, chatId: '120650379300963@lid' }));
	expect(found.recipient).toEqual(recipient);
});
