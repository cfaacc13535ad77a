import Ajv from 'ajv';
import { NetworkFailure } from '../transport/request';
import { evolutionApi } from '.';
import type { Outcome } from '../transport/request';
import type { ContentInput } from '../../messages/message';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { ok } from '../../test/gateways/fakeGateway.mts';
import schemas from './fixtures/requests.schema.json';
import sent from './fixtures/message-sent.json';
import sent233 from './fixtures/message-sent-2.3.3.json';
import sentV1 from './fixtures/message-sent-v1.json';
import graphError from './fixtures/graph-error.json';
import { credentialOf, KEY, messageTo, server } from './testValues.mts';

const ajv = new Ajv({ strict: false });

interface Given {
	to?: string;
	answer?: Outcome;
	version?: string;
}

async function send(
	content: ContentInput,
	{ to = '+553188561070', answer = ok(sent, 201), version = '2.3.7' }: Given = {},
) {
	const there = server(() => answer, { version });
	const message = await evolutionApi.send(there.connection, messageTo(to, content));
	return { message, requests: there.asked(), all: there.requests };
}

const file = (type: string, name: string, more = {}): ContentInput => ({
	type,
	mediaUrl: `https://files.example/${name}`,
	...more,
});
const url = (name: string) => `https://files.example/${name}`;

describe('requests', () => {
	it.each<[ContentInput, string, Record<string, unknown>, string]>([
		[{ type: 'text', text: 'Hello' }, 'sendText', { text: 'Hello' }, 'textMessage'],
		[
			file('image', 'a.png', { caption: 'A' }),
			'sendMedia',
			{ mediatype: 'image', media: url('a.png'), caption: 'A' },
			'mediaMessage',
		],
		[
			file('video', 'v', { fileName: ' clip.mp4 ' }),
			'sendMedia',
			{ mediatype: 'video', media: url('v'), fileName: 'clip.mp4' },
			'mediaMessage',
		],
		[
			file('document', 'my%20bill.PDF?x=1', { caption: 'B' }),
			'sendMedia',
			{
				mediatype: 'document',
				media: url('my%20bill.PDF?x=1'),
				fileName: 'my bill.PDF',
				caption: 'B',
			},
			'mediaMessage',
		],
		[
			file('audio', 'song.mp3'),
			'sendMedia',
			{ mediatype: 'audio', media: url('song.mp3') },
			'mediaMessage',
		],
		[file('voice', 'n.ogg'), 'sendWhatsAppAudio', { audio: url('n.ogg') }, 'audioMessage'],
	])('%j', async (content, path, fields, wrapper) => {
		const number = '553188561070';
		const bodies = {
			'2.3.7': { number, ...fields },
			'2.0.10': { number, ...fields },
			'1.8.6': { number, [wrapper]: fields },
		};
		for (const [version, body] of Object.entries(bodies)) {
			const { requests } = await send(content, { version });
			expect(requests).toMatchObject([
				{ method: 'POST', url: `/message/${path}/my%20shop`, query: {} },
			]);
			expect(requests[0].body).toEqual(body);
			const schema = schemas[`v${version[0]} POST message/${path}` as keyof typeof schemas];
			expect(ajv.validate(schema as object, requests[0].body) ? [] : ajv.errors).toEqual([]);
		}
	});

	it.each([
		['553188561070@s.whatsapp.net', '553188561070'],
		['120363039326117111@g.us', '120363039326117111@g.us'],
		['11001234567-1581234048@g.us', '11001234567-1581234048@g.us'],
	])('turns the recipient %s into %s', async (to, number) => {
		const { requests } = await send({ type: 'text', text: 'x' }, { to });
		expect(requests[0].body).toEqual({ number, text: 'x' });
	});

	it('puts the key into the header, and nothing into the query', () => {
		const request = {
			method: 'POST',
			url: '/message/sendText/my%20shop',
			headers: {},
			query: {},
		} as const;
		expect(evolutionApi.authenticate(credentialOf(), request)).toEqual({
			...request,
			url: 'https://evo.example/api/message/sendText/my%20shop',
			headers: { apikey: KEY },
		});
	});

	it.each(['a/b', '../x', 'a?instanceName=b', 'ä b', 'a#b'])(
		'keeps the instance %s in the path',
		async (name) => {
			const credential = credentialOf({ evolutionApiInstance: name });
			const there = server(() => ok(sent, 201), { credential });
			await evolutionApi.send(
				there.connection,
				messageTo('+553188561070', { type: 'text', text: 'x' }),
			);
			expect(there.asked()[0].url).toBe(`/message/sendText/${encodeURIComponent(name)}`);
		},
	);
});

describe('what it refuses before any request', () => {
	it.each<[string, ContentInput, string, string]>([
		['a channel', { type: 'text', text: 'x' }, '120363039326117111@newsletter', 'Recipient'],
		[
			'a host without a dot',
			{ type: 'image', mediaUrl: 'http://minio:9000/a.png' },
			'+553188561070',
			'Media URL',
		],
		[
			'the own host',
			{ type: 'voice', mediaUrl: 'http://localhost/a.ogg' },
			'+553188561070',
			'Media URL',
		],
		['a document without a name', file('document', 'bill'), '+553188561070', 'File Name'],
		[
			'a name without an extension',
			file('video', 'v.mp4', { fileName: 'clip 2.5' }),
			'+553188561070',
			'File Name',
		],
	])('%s', async (_, content, to, parameter) => {
		const message = messageTo(to, content);
		expect(() => evolutionApi.assertSendable(message)).toThrow(InvalidParameterError);
		const there = server(() => ok(sent, 201));
		await expect(evolutionApi.send(there.connection, message)).rejects.toMatchObject({ parameter });
		expect(there.requests).toEqual([]);
	});

	it.each(['audio', 'voice'])('a caption of %s', (type) => {
		const message = messageTo('+553188561070', file(type, 'a.mp3', { caption: 'c' }));
		expect(() => evolutionApi.assertSendable(message)).toThrow(/"Caption" is set/);
	});

	it.each(['http://10.0.0.7:9000/a.png', 'http://[::1]/a.png', 'https://a.example/x'])(
		'but not %s',
		(mediaUrl) => {
			const message = messageTo('+553188561070', { type: 'image', mediaUrl });
			expect(() => evolutionApi.assertSendable(message)).not.toThrow();
		},
	);
});

describe('a LID', () => {
	const to = '93823623688274@lid';
	const text: ContentInput = { type: 'text', text: 'x' };

	it('goes out from version 2.4 on', async () => {
		const { requests } = await send(text, { to, version: '2.4.0-rc2' });
		expect(requests[0].body).toEqual({ number: to, text: 'x' });
	});

	it.each(['2.3.7', '1.8.6'])('is refused at %s, which would call it absent', async (version) => {
		const there = server(() => ok(sent, 201), { version });
		await expect(evolutionApi.send(there.connection, messageTo(to, text))).rejects.toMatchObject({
			kind: 'unsupported',
			message: expect.stringContaining('LIDs'),
		});
		expect(there.asked()).toEqual([]);
	});
});

describe('the answer', () => {
	const text: ContentInput = { type: 'text', text: 'Oi' };

	it('gives the id, and says no more than that the message waits', async () => {
		const { message } = await send(text);
		expect(message).toMatchObject({
			gateway: 'evolutionApi',
			account: 'my%20shop@evo.example/api',
			messageId: '3EB0FCA6FD5AC08629C2B5',
			queueId: null,
			status: 'queued',
			gatewayStatus: 'PENDING',
			acceptedAt: '2026-07-31T21:50:55.000Z',
			recipient: { address: '553188561070@s.whatsapp.net', phone: '+553188561070', kind: 'phone' },
			raw: sent,
		});
	});

	it.each([
		['2.3.3', sent233, '3EB08EE80DB4E276AFE85B83CCE531B53AF65F4B', '2025-09-10T00:31:14.000Z'],
		['1.8.6', sentV1, 'BAE594145F4C59B4', '2024-06-06T15:51:37.000Z'],
	])('is read of version %s', async (version, body, messageId, acceptedAt) => {
		const { message } = await send(text, { version, answer: ok(body, 201) });
		expect(message).toMatchObject({ messageId, acceptedAt, status: 'queued' });
	});

	it('may have another number, which the server or WhatsApp has rewritten: who was asked for stays', async () => {
		const { message } = await send(text, { to: '+5531988561070' });
		expect(message.recipient).toEqual({
			address: '553188561070@s.whatsapp.net',
			phone: '+5531988561070',
			kind: 'phone',
		});
	});

	it.each(['', null, undefined])(
		'may be empty where S3 fails: sent, id unknown (%j)',
		async (body) => {
			const { message } = await send(file('image', 'a.png'), { answer: ok(body, 201) });
			expect(message).toMatchObject({ messageId: null, status: 'queued' });
		},
	);

	it.each([
		'PrismaClientKnownRequestError: \nInvalid `prisma.message.create()` invocation',
		'PrismaClientUnknownRequestError: x',
		'PrismaClientInitializationError: x',
	])('may be what the database says after the send: sent, id unknown, once (%j)', async (said) => {
		const body = { status: 400, error: 'Bad Request', response: { message: [said] } };
		const { message, requests } = await send(text, { answer: { status: 400, headers: {}, body } });
		expect(message).toMatchObject({
			messageId: null,
			status: 'queued',
			recipient: { address: '553188561070' },
		});
		expect(requests).toHaveLength(1);
	});

	it('is kept without what decrypts the file, and without the file', async () => {
		const imageMessage = { caption: 'A', mediaKey: 'key-4711', jpegThumbnail: 'thumb-4711' };
		const body = { ...sent, message: { imageMessage, base64: 'file-4711' } };
		const { message } = await send(file('image', 'a.png'), { answer: ok(body, 201) });
		expect(message.raw).toEqual({ ...sent, message: { imageMessage: { caption: 'A' } } });
	});

	it.each<[string, Outcome]>([
		['an empty 200', ok('')],
		['a page', ok('<html>', 201)],
		['another service', ok({ id: 7 }, 201)],
		['a key without id', ok({ key: {} }, 201)],
		['a list', ok([sent], 201)],
	])('is not %s: then it is unknown whether it was sent', async (_, answer) => {
		await expect(send(text, { answer })).rejects.toMatchObject({
			kind: 'unexpectedResponse',
			details: { outcomeUnknown: true },
		});
	});

	it('of the channel of Meta may be a refusal, though it is a 201', async () => {
		await expect(send(text, { answer: ok(graphError, 201) })).rejects.toMatchObject({
			kind: 'rejected',
			message:
				'Evolution API rejected the request: "(#131030) Recipient phone number not in allowed list" (HTTP 201)',
			details: { code: '131030', fault: 'message', outcomeUnknown: false },
		});
	});

	it.each<[number, string, Record<string, unknown>]>([
		...[190, 3, 200, 33, 368, 131037, 131042, 133000, 133004, 133010, 133015, 133016, 134011].map(
			(code): [number, string, Record<string, unknown>] => [
				code,
				'forbidden',
				{
					fault: 'account',
					hint: "Check the instance's access token and its WhatsApp account at Meta.",
					outcomeUnknown: false,
				},
			],
		),
		[
			131047,
			'rejected',
			{ fault: 'message', hint: expect.stringContaining('templates only'), outcomeUnknown: false },
		],
		[100, 'rejected', { fault: 'message', outcomeUnknown: false }],
		[131026, 'rejected', { fault: 'message', outcomeUnknown: false }],
		[4_711_000, 'rejected', { fault: 'message', outcomeUnknown: false }],
		[131000, 'unavailable', { fault: undefined, outcomeUnknown: true }],
		[2, 'unavailable', { fault: undefined, outcomeUnknown: true }],
		[131016, 'unavailable', { fault: undefined, outcomeUnknown: true }],
		[131057, 'unavailable', { fault: undefined, outcomeUnknown: false }],
		[80007, 'rateLimited', { fault: undefined, isPerRecipient: undefined, outcomeUnknown: false }],
		[80008, 'rateLimited', { fault: undefined, isPerRecipient: undefined, outcomeUnknown: false }],
		[
			131056,
			'rateLimited',
			{ fault: undefined, isPerRecipient: true, retryAfterMs: 6_000, outcomeUnknown: false },
		],
	])('of Meta with code %d is %s', async (code, kind, details) => {
		const error = { ...graphError, code };
		await expect(send(text, { answer: ok(error, 201) })).rejects.toMatchObject({ kind, details });
	});

	it('of Meta with code 100 is of the account where the number itself does not exist', async () => {
		const error = { ...graphError, code: 100, error_subcode: 33 };
		await expect(send(text, { answer: ok(error, 201) })).rejects.toMatchObject({
			kind: 'forbidden',
			details: { fault: 'account' },
		});
	});

	it('that is lost is never asked for again', async () => {
		const there = server(() => new NetworkFailure('broken', 'ECONNRESET'));
		await expect(
			evolutionApi.send(there.connection, messageTo('+553188561070', text)),
		).rejects.toMatchObject({ details: { outcomeUnknown: true } });
		expect(there.asked()).toHaveLength(1);
	});
});
