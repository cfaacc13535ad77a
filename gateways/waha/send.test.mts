import Ajv from 'ajv';
import { waha } from '.';
import type { ContentInput } from '../../messages/message';
import noLid from './fixtures/no-lid.json';
import notWorking from './fixtures/not-working.json';
import schemas from './fixtures/requests.schema.json';
import gows from './fixtures/sent-gows.json';
import noweb from './fixtures/sent-noweb.json';
import webjs from './fixtures/sent-webjs-group.json';
import { ok } from '../../test/gateways/fakeGateway.mts';
import { NetworkFailure, type Outcome } from '../transport/request';
import { chosenId } from './messageId';
import { behind, messageTo, notLoaded, refusal, SERVERS } from './testValues.mts';

const PHONE = '+4915112345678';
const TEXT: ContentInput = { type: 'text', text: 'Hi there!' };
const ajv = new Ajv({ strict: false });

async function send(
	content: ContentInput,
	{
		server = SERVERS.noweb as object | null,
		to = PHONE,
		answer = ok(noweb, 201) as Outcome,
		key = undefined as string | undefined,
	} = {},
) {
	const { connection, requests, others } = behind(server, () => answer);
	const message = {
		...messageTo(to, content),
		...(key === undefined ? {} : { idempotencyKey: key }),
	};
	const sent = await waha.send(connection, message);
	return { sent, requests, posts: others(), message };
}

const image = 'https://a.example/x.png?token=1';
it.each<[string, ContentInput, Record<string, unknown>]>([
	['Text', TEXT, { text: 'Hi there!' }],
	[
		'Image',
		{ type: 'image', mediaUrl: image, caption: 'C' },
		{ file: { mimetype: 'image/png', url: image }, caption: 'C' },
	],
	[
		'Image',
		{ type: 'image', mediaUrl: 'https://a.example/x' },
		{ file: { mimetype: 'image/jpeg', url: 'https://a.example/x' } },
	],
	[
		'Image',
		{ type: 'image', mediaUrl: 'https://a.example/x.pdf' },
		{ file: { mimetype: 'image/jpeg', url: 'https://a.example/x.pdf' } },
	],
	[
		'File',
		{ type: 'document', mediaUrl: 'https://a.example/1', fileName: 'Bill.PDF', caption: 'C' },
		{
			file: { mimetype: 'application/pdf', url: 'https://a.example/1', filename: 'Bill.PDF' },
			caption: 'C',
		},
	],
	[
		'File',
		{ type: 'document', mediaUrl: 'https://a.example/x.constructor' },
		{ file: { mimetype: 'application/octet-stream', url: 'https://a.example/x.constructor' } },
	],
	[
		'Video',
		{ type: 'video', mediaUrl: 'https://a.example/x.MP4' },
		{
			file: { mimetype: 'video/mp4', url: 'https://a.example/x.MP4' },
			convert: false,
			caption: '',
		},
	],
	[
		'Video',
		{ type: 'video', mediaUrl: 'https://a.example/x.mov', caption: 'C' },
		{
			file: { mimetype: 'video/mp4', url: 'https://a.example/x.mov' },
			convert: true,
			caption: 'C',
		},
	],
	[
		'Voice',
		{ type: 'voice', mediaUrl: 'https://a.example/x.opus' },
		{
			file: { mimetype: 'audio/ogg; codecs=opus', url: 'https://a.example/x.opus' },
			convert: false,
		},
	],
	[
		'Voice',
		{ type: 'voice', mediaUrl: 'https://a.example/x.mp3' },
		{ file: { mimetype: 'audio/ogg; codecs=opus', url: 'https://a.example/x.mp3' }, convert: true },
	],
])('send%s: %j', async (route, content, expected) => {
	const { posts } = await send(content, { server: SERVERS.webjs });
	expect(posts).toMatchObject([{ method: 'POST', url: `/api/send${route}` }]);
	const chatId = '4915112345678@c.us';
	expect(posts[0].body).toEqual({ session: 'default', chatId, ...expected });
	const schema = schemas[`POST /api/send${route}` as 'POST /api/sendText'];
	expect([ajv.validate(schema, posts[0].body), ajv.errors]).toEqual([true, null]);
});

it.each([
	['+4915112345678', '4915112345678@c.us'],
	['4915112345678@s.whatsapp.net', '4915112345678@c.us'],
	['120363402931855007@g.us', '120363402931855007@g.us'],
	['188905563410665@lid', '188905563410665@lid'],
	['120363144038483540@newsletter', '120363144038483540@newsletter'],
])('writes to %s as %s', async (to, chatId) => {
	const { posts } = await send(TEXT, { to });
	expect(posts[0].body).toMatchObject({ chatId });
});

describe('the id of a text', () => {
	it.each<[keyof typeof SERVERS | 'unknown', boolean]>([
		['noweb', true],
		['gows', true],
		['webjs', false],
		['wpp', false],
		['oldNoweb', false],
		['oldGows', false],
		['oldCore', false],
		['unknown', false],
	])('is chosen by us on %s: %s', async (name, isChosen) => {
		const server = name === 'unknown' ? null : SERVERS[name];
		const { posts, message } = await send(TEXT, { server });
		const id = isChosen ? chosenId(message.idempotencyKey) : undefined;
		expect((posts[0].body as { id?: string }).id).toBe(id);
		expect(ajv.validate(schemas['POST /api/sendText'], posts[0].body)).toBe(true);
	});

	it('is the same for each attempt, and another for another message', async () => {
		const ids = [];
		for (const key of ['a', 'a', 'b']) {
			ids.push((await send(TEXT, { key })).posts[0].body!.id);
		}
		expect(ids[0]).toBe(ids[1]);
		expect(ids[0]).not.toBe(ids[2]);
	});

	it('is not chosen for media, whose requests have no such field', async () => {
		const { requests } = await send({ type: 'image', mediaUrl: image });
		expect(requests).toHaveLength(1);
		expect(requests[0].body).not.toHaveProperty('id');
	});
});

describe('the answer', () => {
	it.each<[string, unknown, string, string | null, string | null]>([
		['NOWEB', noweb, '3EB08A6895830F110A5E4D', 'PENDING', '2025-01-28T13:15:28.000Z'],
		['WEBJS', webjs, '3EB091474C1CE5341E8F3F', 'PENDING', '2025-10-07T17:28:40.000Z'],
		['GOWS', gows, '3EB0965B123D06E0B70741', null, '2025-10-19T10:00:00.000Z'],
	])('of %s', async (_, body, messageId, gatewayStatus, acceptedAt) => {
		const { sent } = await send(TEXT, { answer: ok(body, 201) });
		expect(sent).toEqual({
			type: 'text',
			text: 'Hi there!',
			mediaUrl: null,
			caption: null,
			fileName: null,
			template: null,
			reference: 'order-7',
			recipient: { address: '4915112345678@c.us', phone: PHONE, kind: 'phone' },
			gateway: 'waha',
			account: 'default@waha.example/wa',
			messageId,
			queueId: null,
			status: 'queued',
			gatewayStatus,
			acceptedAt,
			failure: null,
			raw: body,
		});
	});

	it.each(['', null, undefined])(
		'201 with nothing (%j): sent, with an id that is not known, or that was chosen',
		async (body) => {
			const unknown = await send(TEXT, { answer: ok(body, 201), server: SERVERS.webjs });
			expect(unknown.sent).toMatchObject({ messageId: null, queueId: null, status: 'queued' });
			expect(unknown.posts).toHaveLength(1);
			const { sent, message } = await send(TEXT, { answer: ok(body, 201) });
			expect(sent.messageId).toBe(chosenId(message.idempotencyKey));
		},
	);

	it.each<[string, Outcome]>([
		['200 with nothing', ok('')],
		['the page of another service', ok('<html>', 201)],
		['JSON without an id', ok({ ack: 0 }, 201)],
		['a list', ok([], 201)],
		['an error that is not known', refusal(500, { exception: { message: 'Protocol error' } })],
		['a lost answer', new NetworkFailure('broken', 'ECONNRESET')],
	])('%s: it may have been sent, and is not sent again', async (_, answer) => {
		const { connection, others } = behind(SERVERS.webjs, () => answer);
		const error = await waha.send(connection, messageTo(PHONE, TEXT)).catch((e: unknown) => e);
		expect(error).toMatchObject({ name: 'GatewayError', details: { outcomeUnknown: true } });
		expect(others()).toHaveLength(1);
	});

	it.each<[string, number, unknown, string]>([
		['a session that does not work', 422, notWorking, 'account'],
		['a number that is not on WhatsApp', 500, noLid, 'message'],
		['a file that WAHA cannot download', 500, notLoaded, 'message'],
	])('%s: certainly not sent', async (_, status, body, fault) => {
		const { connection, others } = behind(SERVERS.gows, () => refusal(status, body));
		const error = await waha.send(connection, messageTo(PHONE, TEXT)).catch((e: unknown) => e);
		expect(error).toMatchObject({ details: { fault, outcomeUnknown: false } });
		expect(others()).toHaveLength(1);
		// Number and text stand in the answer.
		expect(JSON.stringify(error)).not.toContain('secret text');
	});
});

it('does not repeat a message to a new person under a lock, and sends others', async () => {
	const locked = {
		...noLid,
		exception: { ...noLid.exception, message: '2 UNKNOWN: server returned error 463' },
	};
	const { connection, others } = behind(SERVERS.gows, ({ body }) =>
		body!.chatId === '4915112345678@c.us' ? refusal(500, locked) : ok(gows, 201),
	);
	await expect(waha.send(connection, messageTo(PHONE, TEXT))).rejects.toMatchObject({
		kind: 'rateLimited',
		message: expect.stringContaining('may not write to this recipient now'),
		details: { isPerRecipient: true, retryAfterMs: 3_600_000, outcomeUnknown: false },
	});
	expect(others()).toHaveLength(1);
	await waha.send(connection, messageTo('+4915112345679', TEXT));
	expect(others()).toHaveLength(2);
});

it.each<[string, ContentInput]>([
	['documents no way to send audio', { type: 'audio', mediaUrl: 'https://a.example/x.mp3' }],
	[
		'"Caption" is set, but WAHA does not support it for voice',
		{ type: 'voice', mediaUrl: 'https://a.example/x.ogg', caption: 'C' },
	],
	[
		'"File Name" is set, but WAHA takes none for voice',
		{ type: 'voice', mediaUrl: 'https://a.example/x.ogg', fileName: 'a.ogg' },
	],
])('refuses without a request: %s', async (sentence, content) => {
	const { connection, requests } = behind(SERVERS.noweb, () => ok(noweb, 201));
	const message = messageTo(PHONE, content);
	expect(() => waha.assertSendable(message)).toThrow(sentence);
	await expect(waha.send(connection, message)).rejects.toThrow(sentence);
	expect(requests).toEqual([]);
});
