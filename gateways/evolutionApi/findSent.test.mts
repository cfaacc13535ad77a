import { ok } from '../../test/gateways/fakeGateway.mts';
import type { ContentInput } from '../../messages/message';
import type { JsonObject } from '../json';
import type { Outcome, PreparedRequest } from '../transport/request';
import { evolutionApi } from '.';
import found from './fixtures/messages-found.json';
import { messageTo, server } from './testValues.mts';

const [own] = found.messages.records;
const AT = own.messageTimestamp * 1000;
const MINUTE = 60_000;
const TEXT: ContentInput = { type: 'text', text: 'Oi' };

interface Asked {
	content?: ContentInput;
	to?: string;
	since?: number;
	version?: string;
	/** Whether the server has ever stored a message. */
	stores?: boolean;
}

const page = (records: readonly unknown[]) => ({
	messages: { total: records.length, pages: 1, currentPage: 1, records },
});
const isProbe = ({ body }: PreparedRequest) => body?.offset === 1 || body?.limit === 1;

async function find(
	answer: unknown[] | ((request: PreparedRequest) => Outcome),
	{
		content = TEXT,
		to = '+553188561070',
		since = AT,
		version = '2.3.7',
		stores = true,
	}: Asked = {},
) {
	const form = (records: readonly unknown[]) => ok(version[0] === '1' ? records : page(records));
	const there = server(
		(request) => {
			if (isProbe(request)) return form(stores ? [own] : []);
			return typeof answer === 'function' ? answer(request) : form(answer);
		},
		{ version },
	);
	const messages = await evolutionApi.findSent!(there.connection, messageTo(to, content), since);
	return { ids: messages.map(({ messageId }) => messageId), messages, asked: there.asked() };
}

it('asks for what the instance has sent since then, to anybody', async () => {
	const { ids, messages, asked } = await find([own]);
	expect(asked).toMatchObject([
		{
			method: 'POST',
			url: '/chat/findMessages/my%20shop',
			body: {
				where: {
					key: { fromMe: true },
					messageTimestamp: { gte: '2026-07-31T21:45:55.000Z', lte: '2026-07-31T21:56:00.000Z' },
				},
				page: 1,
				offset: 200,
			},
		},
	]);
	expect(ids).toEqual([own.key.id]);
	expect(messages[0]).toMatchObject({ status: 'read', text: 'Oi', raw: own });
});

const image = {
	...own,
	messageType: 'imageMessage',
	message: { imageMessage: { caption: 'A', fileName: 'image.jpg' } },
};
const IMAGE: ContentInput = { type: 'image', mediaUrl: 'https://a.example/x.png', caption: 'A' };
const voice = { ...own, messageType: 'audioMessage', message: { audioMessage: {} } };
const VOICE: ContentInput = { type: 'voice', mediaUrl: 'https://a.example/x.ogg' };
const withKey = (key: object) => ({ ...own, key: { ...own.key, ...key } });

it.each<[string, unknown, boolean, Asked?]>([
	['trimmed', { ...own, message: { conversation: ' Oi\n' } }, true],
	['to the number with the ninth digit', own, true, { to: '+5531988561070' }],
	[
		'told by its LID beside the number',
		withKey({ remoteJid: '1@lid', remoteJidAlt: own.key.remoteJid }),
		true,
	],
	['told by its LID alone', withKey({ remoteJid: '93823623688274@lid' }), false],
	['five minutes before, by a slow clock', own, true, { since: AT + 5 * MINUTE }],
	['older', own, false, { since: AT + 5 * MINUTE + 1000 }],
	['without a time', { ...own, messageTimestamp: undefined }, false],
	['with another text', { ...own, message: { conversation: 'Other' } }, false],
	['to another', withKey({ remoteJid: '553188561071@s.whatsapp.net' }), false],
	['received', withKey({ fromMe: false }), false],
	['of the channel of Meta', withKey({ fromMe: false, id: 'wamid.x' }), true],
	['written on an iPhone', { ...own, source: 'ios' }, false],
	['written on Android', { ...own, source: 'android' }, false],
	['of no known source', { ...own, source: 'unknown' }, true],
	['without an id', withKey({ id: undefined }), false],
	['a sticker', { ...own, messageType: 'stickerMessage', message: {} }, false],
	['an image', image, true, { content: IMAGE }],
	['an image with another caption', image, false, { content: { ...IMAGE, caption: 'B' } }],
	['an image, where a text was sent', image, false],
	['a voice note that does not say so', voice, true, { content: VOICE }],
	['an audio, where an image was sent', voice, false, { content: IMAGE }],
	['no record', 'x', false],
])('%s', async (...row) => {
	const [, record, isFound, asked = {}] = row;
	const { ids } = await find([record], asked);
	expect(ids).toHaveLength(isFound ? 1 : 0);
});

it.each([
	['+525512345678', '5215512345678@s.whatsapp.net', true],
	['+5215512345678', '525512345678@s.whatsapp.net', true],
	['+5491123456789', '541123456789@s.whatsapp.net', true],
	['+541123456789', '5491123456789@s.whatsapp.net', true],
	['+5531988561070', '553188561071@s.whatsapp.net', false],
	['+491511234567', '49151234567@s.whatsapp.net', false],
])('a message to %s is the one to %s: %s', async (to, remoteJid, isFound) => {
	expect((await find([withKey({ remoteJid })], { to })).ids).toHaveLength(isFound ? 1 : 0);
});

it('gives both of two equal messages, and one that comes twice once', async () => {
	const { ids } = await find([own, withKey({ id: 'second' }), own]);
	expect(ids).toEqual([own.key.id, 'second']);
});

it('does not take a server that stores nothing for one that has sent nothing', async () => {
	await expect(find([], { stores: false })).rejects.toMatchObject({
		name: 'GatewayError',
		message: expect.stringContaining('has stored no messages'),
		details: { hint: expect.stringContaining('DATABASE_SAVE_DATA_NEW_MESSAGE') },
	});
	expect((await find([])).ids).toEqual([]);
});

describe('many', () => {
	const many = (count: number, from = 0): JsonObject[] =>
		Array.from({ length: count }, (_, index) => ({
			...withKey({ id: `x${from + index}` }),
			message: { conversation: 'x' },
		}));

	it('are read page by page', async () => {
		const { ids, asked } = await find(({ body }) =>
			ok(page(body?.page === 1 ? many(200) : body?.page === 2 ? many(200, 200) : [own])),
		);
		expect(ids).toEqual([own.key.id]);
		expect(asked.map(({ body }) => body?.page)).toEqual([1, 2, 3]);
	});

	it('without an end say nothing', async () => {
		await expect(find(() => ok(page(many(200))))).rejects.toThrow(/more than 4000 messages/);
	});

	it('of version 1 come as one list, which has to reach back', async () => {
		const { ids, asked } = await find([own], { version: '1.8.6' });
		expect(ids).toEqual([own.key.id]);
		expect(asked[0].body).toEqual({ where: { key: { fromMe: true } }, limit: 1000 });
		await expect(find(many(1000), { version: '1.8.6' })).rejects.toThrow(/more than 1000/);
		const old = { ...own, messageTimestamp: String(own.messageTimestamp - 3600) };
		expect((await find([...many(999), old], { version: '1.8.6' })).ids).toEqual([]);
	});
});

it.each<[string, Outcome]>([
	['no list', ok({})],
	['a page', ok('<html>')],
	['an error', { status: 400, headers: {}, body: { response: { message: ['no'] } } }],
])('does not take %s for an empty list', async (_, answer) => {
	await expect(find(() => answer)).rejects.toMatchObject({ name: 'GatewayError' });
});
