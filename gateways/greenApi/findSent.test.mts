import Ajv from 'ajv';
import { greenApi } from '.';
import type { Outcome, PreparedRequest } from '../transport/request';
import type { ContentInput } from '../../messages/message';
import history from './fixtures/chat-history.json';
import queue from './fixtures/messages-queue.json';
import schemas from './fixtures/requests.schema.json';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { credential, messageTo } from './testValues.mts';

const [incoming, own] = history;
const AT = own.timestamp * 1000;
const MINUTE = 60_000;
const TEXT: ContentInput = { type: 'text', text: own.textMessage! };

interface Asked {
	content?: ContentInput;
	to?: string;
	since?: number;
	queued?: unknown;
}

async function find(
	answer: unknown,
	{ content = TEXT, to = '+79001234567', since = AT, queued = [] }: Asked = {},
) {
	const { connection, requests } = fakeGateway(greenApi, credential, (request) => {
		const given = request.url.includes('/getChatHistory') ? answer : queued;
		if (typeof given === 'function') return (given as (asked: PreparedRequest) => Outcome)(request);
		return Array.isArray(given) ? ok(given) : (given as Outcome);
	});
	const found = await greenApi.findSent!(connection, messageTo(to, content), since);
	return { ids: found.map(({ messageId }) => messageId), found, requests };
}

it('looks into the queue first, then into the history of the chat', async () => {
	const { ids, found, requests } = await find(history);
	expect(requests).toMatchObject([
		{ method: 'GET', url: '/waInstance1234/showMessagesQueue' },
		{
			method: 'POST',
			url: '/waInstance1234/getChatHistory',
			body: { chatId: '79001234567@c.us', count: 100 },
		},
	]);
	const validate = new Ajv({ strict: false }).compile(schemas['POST getChatHistory']);
	expect(validate(requests[1].body)).toBe(true);
	expect(ids).toEqual([own.idMessage]);
	expect(found[0]).toMatchObject({
		account: '1234',
		status: 'read',
		text: own.textMessage,
		acceptedAt: '2020-10-29T09:40:45.000Z',
		raw: own,
	});
});

const image = {
	...own,
	typeMessage: 'imageMessage',
	downloadUrl: 'https://api.green-api.com/x',
	caption: 'A',
	fileName: 'dcf81410.jpg',
	textMessage: undefined,
};
const IMAGE: ContentInput = { type: 'image', mediaUrl: 'https://a.example/x.jpg', caption: 'A' };

it.each<[string, unknown, boolean, ContentInput?, number?]>([
	['trimmed', { ...own, textMessage: ` ${own.textMessage}\n` }, true],
	[
		'with a preview',
		{
			...own,
			typeMessage: 'extendedTextMessage',
			textMessage: undefined,
			extendedTextMessage: { text: own.textMessage },
		},
		true,
	],
	['sent by the API', { ...own, sendByApi: true }, true],
	['five minutes before, by a slow clock', own, true, TEXT, AT + 5 * MINUTE],
	['older', own, false, TEXT, AT + 5 * MINUTE + 1000],
	['without a time', { ...own, timestamp: undefined }, false],
	['another text', { ...own, textMessage: 'Other' }, false],
	['in another chat', { ...own, chatId: '79001234568@c.us' }, false],
	['incoming', { ...incoming, textMessage: own.textMessage }, false],
	['of no known direction', { ...own, type: undefined }, false],
	['written on the phone', { ...own, sendByApi: false }, false],
	['without an id', { ...own, idMessage: undefined }, false],
	['a poll', { ...own, typeMessage: 'pollMessage' }, false],
	['an image under the vendor’s own name', image, true, IMAGE],
	['an image with another caption', image, false, { ...IMAGE, caption: 'B' }],
	['an image, where a text was sent', image, false],
	['no record', 'x', false],
])('%s', async (...row) => {
	const [, record, isFound, content = TEXT, since = AT] = row;
	expect((await find([record], { content, since })).ids).toEqual(isFound ? [own.idMessage] : []);
});

it('knows a message of a chat that was asked for by its number and is told by its LID', async () => {
	const told = { ...own, chatId: '120650379300963@lid' };
	const { ids, found } = await find([told]);
	expect(ids).toEqual([own.idMessage]);
	expect(found[0].recipient).toMatchObject({ phone: '+79001234567' });
	expect((await find([told], { to: '120650379300963@lid' })).ids).toEqual([own.idMessage]);
	expect((await find([told], { to: '120650379300964@lid' })).ids).toEqual([]);
});

it.each(['audio', 'voice'])(
	'finds a message sent as %s, for which it has one word',
	async (type) => {
		const note = {
			...image,
			typeMessage: 'audioMessage',
			caption: undefined,
			fileName: 'x.ogg',
		};
		const content = { type, mediaUrl: 'https://a.example/x.ogg' };
		expect((await find([note], { content })).ids).toEqual([own.idMessage]);
		expect((await find([image], { content })).ids).toEqual([]);
	},
);

it('gives both of two equal messages', async () => {
	expect((await find([own, { ...own, idMessage: 'second' }])).ids).toEqual([
		own.idMessage,
		'second',
	]);
});

describe('the queue', () => {
	const to = '+11001234567';
	const chat = async (content: ContentInput, queued: unknown = queue, answer: unknown = []) =>
		await find(answer, { to, content, queued });

	it.each<[string, ContentInput, string[]]>([
		['a text', { type: 'text', text: 'Hello ' }, ['BAE1234567123']],
		['the text of a poll', { type: 'text', text: 'Please choose the color:' }, []],
		['no such text', { type: 'text', text: 'Hi' }, []],
		[
			'a file',
			{ type: 'image', mediaUrl: 'https://a.example/test.jpg', caption: 'caption' },
			['BAE1234567789'],
		],
		[
			'another file',
			{ type: 'image', mediaUrl: 'https://a.example/b.jpg', caption: 'caption' },
			[],
		],
		['another caption', { type: 'image', mediaUrl: 'https://a.example/test.jpg' }, []],
	])('holds %s', async (_, content, ids) => {
		expect((await chat(content)).ids).toEqual(ids);
	});

	it('holds messages to others, too', async () => {
		const hello: ContentInput = { type: 'text', text: 'Hello' };
		expect((await find([], { content: hello, queued: queue })).ids).toEqual([]);
	});

	it('tells that the message waits', async () => {
		const { found } = await chat({ type: 'text', text: 'Hello' });
		expect(found).toMatchObject([{ status: 'queued', gateway: 'greenApi', raw: queue[1] }]);
	});

	it('and the history hold a message once', async () => {
		const sent = {
			...own,
			idMessage: 'BAE1234567123',
			chatId: '11001234567@c.us',
			textMessage: 'Hello',
		};
		const { ids, found } = await chat({ type: 'text', text: 'Hello' }, queue, [sent]);
		expect(ids).toEqual(['BAE1234567123']);
		expect(found[0].status).toBe('read');
	});

	it('says nothing where it shows its beginning only', async () => {
		const many = Array.from({ length: 500 }, (_, index) => ({
			...queue[0],
			messageID: `x${index}`,
		}));
		await expect(chat({ type: 'text', text: 'Hi' }, many)).rejects.toThrow(/only the first 500/);
		expect((await chat({ type: 'text', text: 'Hello' }, [queue[1], ...many])).ids).toEqual([
			'BAE1234567123',
		]);
	});
});

describe('a history that is longer than was asked for', () => {
	const other = (count: number, timestamp: number) =>
		Array.from({ length: count }, (_, index) => ({
			...own,
			idMessage: `x${index}`,
			textMessage: 'x',
			timestamp,
		}));
	const by =
		(answers: Record<number, unknown[]>) =>
		({ body }: PreparedRequest) =>
			ok(answers[Number(body?.count)]);

	it('is asked for once more', async () => {
		const { ids, requests } = await find(
			by({ 100: other(100, own.timestamp + 60), 1000: [...other(100, own.timestamp + 60), own] }),
		);
		expect(ids).toEqual([own.idMessage]);
		expect(requests).toHaveLength(3);
	});

	it('is enough where it reaches back', async () => {
		const { ids, requests } = await find(by({ 100: other(100, own.timestamp - 301) }));
		expect(ids).toEqual([]);
		expect(requests).toHaveLength(2);
	});

	it('says nothing where it never reaches back', async () => {
		const newer = (count: number) => other(count, own.timestamp + 60);
		await expect(find(by({ 100: newer(100), 1000: newer(1000) }))).rejects.toThrow(
			/more than 1000/,
		);
	});
});

it.each<[string, unknown, unknown]>([
	['a history that is no list', ok({}), []],
	['a queue that is no list', [], ok('<html>')],
	['an error', { status: 400, headers: {}, body: 'bad request data' }, []],
])('does not take %s for an empty list', async (_, answer, queued) => {
	await expect(find(answer, { queued })).rejects.toMatchObject({ name: 'GatewayError' });
});
