import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { hypersenderWhatsApp } from '.';
import { PATHS } from './paths';
import type { ContentInput } from '../../messages/message';
import queued from './fixtures/queued.json';
import atOnce from './fixtures/sent-at-once.json';
import schemas from './fixtures/requests.schema.json';
import { fakeGateway, ok } from '../hypersender/fakeGateway.mts';
import { credential, INSTANCE, messageTo, TOKEN } from './testValues.mts';

const ajv = addFormats(new Ajv({ strict: false }));
const mediaUrl = 'https://files.example/a.bin';

async function send(content: ContentInput, recipient = '+20 106 317 8738', body: unknown = queued) {
	const { connection, requests } = fakeGateway(hypersenderWhatsApp, credential, () => ok(body));
	const message = await hypersenderWhatsApp.send(connection, messageTo(recipient, content));
	return { message, requests };
}

describe('requests', () => {
	it.each<[ContentInput, string, Record<string, unknown>]>([
		[{ type: 'text', text: 'Hello' }, 'send-text-safe', { text: 'Hello' }],
		[{ type: 'image', mediaUrl }, 'send-image', { url: mediaUrl }],
		[
			{ type: 'image', mediaUrl, caption: 'c', fileName: 'a.png' },
			'send-image',
			{ url: mediaUrl, caption: 'c', filename: 'a.png' },
		],
		[{ type: 'video', mediaUrl }, 'send-video', { url: mediaUrl, asNote: false }],
		[
			{ type: 'video', mediaUrl, caption: 'c' },
			'send-video',
			{ url: mediaUrl, asNote: false, caption: 'c' },
		],
		[
			{ type: 'document', mediaUrl, caption: 'c', fileName: 'a.pdf' },
			'send-file',
			{ url: mediaUrl, caption: 'c', filename: 'a.pdf' },
		],
		[{ type: 'voice', mediaUrl }, 'send-voice', { url: mediaUrl }],
		[{ type: 'voice', mediaUrl, caption: 'c' }, 'send-voice', { url: mediaUrl, caption: 'c' }],
	])('%j', async (content, path, body) => {
		const { requests } = await send(content);
		expect(requests).toEqual([
			{
				method: 'POST',
				url: `https://app.hypersender.com/api/whatsapp/v2/${INSTANCE}/${path}`,
				headers: { Authorization: `Bearer ${TOKEN}` },
				query: {},
				body: { chatId: '201063178738@c.us', ...body },
			},
		]);
		const schema = schemas[`POST /${path}` as keyof typeof schemas] as object;
		expect(ajv.validate(schema, requests[0].body) ? [] : ajv.errors).toEqual([]);
	});

	it('has a path for each type that the capabilities name, and for no other', () => {
		expect(Object.keys(PATHS).sort()).toEqual(
			[...hypersenderWhatsApp.capabilities.messageTypes].sort(),
		);
	});

	it.each([
		['00201063178738', '201063178738@c.us'],
		['201063178738@s.whatsapp.net', '201063178738@c.us'],
		['43898877530298@lid', '43898877530298@lid'],
		['120363039326117111@g.us', '120363039326117111@g.us'],
		['11001234567-1581234048@g.us', '11001234567-1581234048@g.us'],
	])('turns the recipient %s into %s', async (recipient, chatId) => {
		const { requests } = await send({ type: 'text', text: 'x' }, recipient);
		expect(requests[0].body).toEqual({ chatId, text: 'x' });
	});
});

it('gives the queued request, and nothing that is not known yet', async () => {
	const { message } = await send({ type: 'text', text: 'Hello' });
	expect(message).toEqual({
		type: 'text',
		text: 'Hello',
		mediaUrl: null,
		caption: null,
		fileName: null,
		template: null,
		reference: 'order-7',
		recipient: { address: '+201063178738', phone: '+201063178738', kind: 'phone' },
		gateway: 'hypersenderWhatsApp',
		account: INSTANCE,
		messageId: null,
		queueId: queued.queued_request_uuid,
		status: 'queued',
		gatewayStatus: null,
		acceptedAt: null,
		failure: null,
		raw: queued,
	});
});

it('takes an answer of version 1, which has the message itself, for what it is', async () => {
	const { message } = await send({ type: 'text', text: 'Hi there!' }, '+111111111', atOnce);
	expect(message).toMatchObject({
		messageId: '3EB0CD3810439716606547',
		queueId: null,
		status: 'queued',
		gatewayStatus: 'PENDING',
		acceptedAt: '2025-03-07T14:58:09.000Z',
		raw: atOnce,
	});
});

describe('refusals, before any request', () => {
	const refused = async (content: ContentInput, recipient = '+201063178738') => {
		const { connection, requests } = fakeGateway(hypersenderWhatsApp, credential, () => ok(queued));
		const attempt = hypersenderWhatsApp.send(connection, messageTo(recipient, content));
		const error: unknown = await attempt.catch((reason: unknown) => reason);
		expect(requests).toEqual([]);
		return error;
	};

	it('sends no audio, for which there is no path', async () => {
		expect(await refused({ type: 'audio', mediaUrl })).toMatchObject({
			kind: 'unsupported',
			message: 'Hypersender WhatsApp documents no way to send audio',
		});
	});

	it.each(['video', 'voice'])('does not accept a file name for %s', async (type) => {
		expect(await refused({ type, mediaUrl, fileName: 'a.bin' })).toMatchObject({
			kind: 'unsupported',
			message: expect.stringContaining('"File Name" is set'),
		});
	});

	it('sends to no channel', async () => {
		expect(
			await refused({ type: 'text', text: 'x' }, '120363039326117111@newsletter'),
		).toMatchObject({ parameter: 'Recipient' });
	});
});

it.each([{}, { queued: true }, { queued_request_uuid: '' }, '<html>', [], null])(
	'does not take %j for an answer, but the message may be on its way',
	async (body) => {
		await expect(send({ type: 'text', text: 'x' }, undefined, body)).rejects.toMatchObject({
			kind: 'unexpectedResponse',
			details: { outcomeUnknown: true },
		});
	},
);

it('has no scheduler', () => {
	expect(hypersenderWhatsApp.scheduler).toBeUndefined();
	expect(hypersenderWhatsApp.capabilities.scheduling).toBeNull();
});
