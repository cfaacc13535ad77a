import Ajv from 'ajv';
import { whapi } from '.';
import type { Outcome, PreparedRequest } from '../transport/request';
import type { ContentInput } from '../../messages/message';
import list from './fixtures/messages-list.json';
import schemas from './fixtures/requests.schema.json';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { credential, messageTo } from './testValues.mts';

const [own, incoming] = list.messages;
const AT = own.timestamp * 1000;
const MINUTE = 60_000;
const TEXT: ContentInput = { type: 'text', text: own.text.body };

async function find(
	answer: Outcome | ((request: PreparedRequest) => Outcome),
	{ content = TEXT, to = '+61371989950', since = AT } = {},
) {
	const { connection, requests } = fakeGateway(
		whapi,
		credential,
		typeof answer === 'function' ? answer : () => answer,
	);
	const found = await whapi.findSent!(connection, messageTo(to, content), since);
	return { ids: found.map(({ messageId }) => messageId), found, requests };
}
const listing = (...messages: unknown[]) =>
	ok({ messages, count: 100, total: messages.length, offset: 0 });

it('asks for what went to the chat since shortly before, and finds the message', async () => {
	const { ids, found, requests } = await find(ok(list), { since: AT + 2 * MINUTE });
	expect(requests).toMatchObject([
		{
			method: 'GET',
			url: '/messages/list/61371989950%40s.whatsapp.net',
			query: { from_me: 'true', time_from: own.timestamp - 180, count: 500, offset: 0 },
		},
	]);
	const schema = schemas['GET /messages/list/{ChatID}'];
	expect(new Ajv({ strict: false }).validate(schema, requests[0].query)).toBe(true);
	expect(ids).toEqual([own.id]);
	expect(found[0]).toMatchObject({
		gateway: 'whapi',
		account: 'MANTIS-M72HC',
		status: 'delivered',
		text: own.text.body,
		recipient: { phone: '+61371989950' },
		acceptedAt: '2024-04-13T08:06:38.000Z',
		raw: own,
	});
});

const image = {
	...own,
	type: 'image',
	image: { id: 'i', link: 'https://s3.example/1', caption: 'A' },
};
const IMAGE: ContentInput = { type: 'image', mediaUrl: 'https://a.example/x.jpg', caption: 'A' };
const file = {
	...own,
	type: 'document',
	document: { id: 'd', link: 'https://s3.example/2', filename: 'a.pdf' },
};
const FILE: ContentInput = { type: 'document', mediaUrl: 'https://a.example/a.pdf' };

it.each<[string, unknown, boolean, ContentInput?, number?]>([
	['trimmed', { ...own, text: { body: `${own.text.body}\r\n` } }, true],
	[
		'the lines ended otherwise',
		{ ...own, text: { body: 'a\nb' } },
		true,
		{ type: 'text', text: 'a\r\nb' },
	],
	['a link preview', { ...own, type: 'link_preview', link_preview: own.text }, true],
	['without a source', { ...own, source: undefined }, true],
	['sent by the business API', { ...own, source: 'business_api' }, true],
	['of the system', { ...own, source: 'system' }, false],
	['five minutes before, by a slow clock', own, true, TEXT, AT + 5 * MINUTE],
	['older', own, false, TEXT, AT + 5 * MINUTE + 1000],
	['without a time', { ...own, timestamp: undefined }, false],
	['another text', { ...own, text: { body: 'Other' } }, false],
	['to somebody else', { ...own, chat_id: '61371989951@s.whatsapp.net' }, false],
	['without a chat', { ...own, chat_id: undefined }, false],
	['incoming', { ...incoming, text: own.text }, false],
	['incoming, whatever its source', { ...own, from_me: false }, false],
	['of no known direction', { ...own, from_me: undefined }, false],
	['written on the phone', { ...own, source: 'mobile' }, false],
	['without an id', { ...own, id: '' }, false],
	['a poll', { ...own, type: 'poll' }, false, { type: 'text', text: 'x' }],
	['an image', image, true, IMAGE],
	['an image with another caption', image, false, { ...IMAGE, caption: 'B' }],
	['an image, where a video was sent', image, false, { ...IMAGE, type: 'video' }],
	[
		'a video that plays as a GIF',
		{ ...own, type: 'gif', gif: { caption: 'A' } },
		true,
		{ ...IMAGE, type: 'video' },
	],
	['a document', file, true, { ...FILE, fileName: 'a.pdf' }],
	['a document that was sent without a name', file, true, FILE],
	['a document with another name', file, false, { ...FILE, fileName: 'b.pdf' }],
	['no record', 7, false],
])('%s', async (...row) => {
	const [, record, isFound, content = TEXT, since = AT] = row;
	const { ids } = await find(listing(record), { content, since });
	expect(ids).toEqual(isFound ? [own.id] : []);
});

it('gives both of two equal messages, and one that is listed twice once', async () => {
	const { ids } = await find(listing(own, { ...own, id: 'second' }, own));
	expect(ids).toEqual([own.id, 'second']);
});

it('reads all pages', async () => {
	const full = Array.from({ length: 500 }, (_, index) => ({ ...own, id: `x${index}`, text: {} }));
	const { ids, requests } = await find(({ query }) =>
		query.offset === 0 ? listing(...full) : listing(own),
	);
	expect(ids).toEqual([own.id]);
	expect(requests.map(({ query }) => query.offset)).toEqual([0, 500]);
	await expect(find(listing(...full))).rejects.toMatchObject({ kind: 'unexpectedResponse' });
});

const refusal = (status: number, body: unknown): Outcome => ({ status, headers: {}, body });

it('knows that nothing went to a chat that the channel does not have', async () => {
	const answer = refusal(404, { error: { code: 404, message: 'Specified chat not found' } });
	expect((await find(answer)).ids).toEqual([]);
});

it.each<[string, Outcome]>([
	['no list', ok({ messages: null })],
	['no JSON', ok('<html>')],
	['a 404 that is not the vendor’s', refusal(404, '<html>')],
	['a wrong token', refusal(404, { error: { code: 404, message: 'Channel not found' } })],
	['an error', refusal(400, { error: { code: 400, message: 'Bad' } })],
])('does not take %s for an empty list', async (_, answer) => {
	await expect(find(answer)).rejects.toMatchObject({ name: 'GatewayError' });
});
