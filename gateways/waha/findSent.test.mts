import Ajv from 'ajv';
import { waha } from '.';
import type { ContentInput } from '../../messages/message';
import message from './fixtures/message.json';
import noMessage from './fixtures/no-message.json';
import schemas from './fixtures/requests.schema.json';
import session from './fixtures/session.json';
import { fakeGateway, ok } from '../../test/gateways/fakeGateway.mts';
import { NetworkFailure, type Outcome, type PreparedRequest } from '../transport/request';
import { chosenId } from './messageId';
import { behind, credential, messageTo, refusal, SERVERS } from './testValues.mts';

const PHONE = '+4915112345678';
const TEXT: ContentInput = { type: 'text', text: message.body };
const AT = message.timestamp * 1000;
const MINUTE = 60_000;
const LID = '188905563410665@lid';

interface World {
	readonly server?: object | null;
	/** What lies in each chat; those that are not there are empty. */
	readonly chats?: Readonly<Record<string, unknown>>;
	/** The answer to the look-up of an id. */
	readonly byId?: Outcome;
	readonly lid?: string | null;
	readonly config?: unknown;
	readonly since?: number;
	readonly to?: string;
}

async function find(content: ContentInput, world: World = {}) {
	const { server = SERVERS.webjs, chats = {}, lid = null, config = session.config } = world;
	const answer = ({ url, query }: PreparedRequest): Outcome => {
		if (url.startsWith('/api/default/lids/pn/')) return ok({ lid, pn: '4915112345678@c.us' });
		if (url === '/api/sessions/default') return ok({ ...session, config });
		const [, chat, id] = /\/chats\/([^/]+)\/messages(\/.+)?$/.exec(url)!;
		if (id !== undefined) return world.byId ?? refusal(404, noMessage);
		const there = chats[decodeURIComponent(chat)] ?? [];
		return ok(Array.isArray(there) && query.offset !== 0 ? [] : there);
	};
	const { connection, others } = behind(server, answer);
	const wanted = messageTo(world.to ?? PHONE, content);
	const found = await waha.findSent!(connection, wanted, world.since ?? AT);
	return { ids: found.map(({ messageId }) => messageId), found, requests: others(), wanted };
}

const chat = '4915112345678@c.us';
const ID = '3EB08A6895830F110A5E4D';

describe('by the id that it was sent with', () => {
	const server = SERVERS.noweb;

	it('finds the message in all chats', async () => {
		const own = chosenId(messageTo(PHONE, TEXT).idempotencyKey);
		const byId = ok({ ...message, id: `true_${chat}_${own}`, body: 'changed' });
		const { ids, requests } = await find(TEXT, { server, byId });
		expect(ids).toEqual([own]);
		expect(requests.map(({ url }) => url)).toEqual([`/api/default/chats/all/messages/${own}`]);
	});

	it('knows that nothing was sent, where the session stores its messages', async () => {
		const { ids, requests } = await find(TEXT, { server });
		expect(ids).toEqual([]);
		expect(requests.at(-1)!.url).toBe('/api/sessions/default');
	});

	it('finds by its content what went out while the server did not say that it takes an id', async () => {
		const versions = [refusal(403, { message: 'Forbidden' }), ok(server)];
		const list: unknown[] = [];
		const { connection, requests } = fakeGateway(waha, credential(), ({ method, url, query }) => {
			if (url === '/api/server/version') return versions.shift()!;
			if (method === 'POST') {
				list.push(message);
				return new NetworkFailure('broken', 'ECONNRESET');
			}
			if (url.includes('/lids/')) return ok({ lid: null });
			return url.includes('/all/') ? refusal(404, noMessage) : ok(query.offset === 0 ? list : []);
		});
		const sent = messageTo(PHONE, TEXT);
		await expect(waha.send(connection, sent)).rejects.toMatchObject({
			details: { outcomeUnknown: true },
		});
		expect(requests.at(-1)!.body).not.toHaveProperty('id');
		expect(await waha.findSent!(connection, sent, AT)).toMatchObject([{ messageId: ID }]);
		expect(requests.map(({ url }) => url)).toContain(
			`/api/default/chats/all/messages/${chosenId(sent.idempotencyKey)}`,
		);
	});

	it('does not take the message of another recipient', async () => {
		const byId = ok({ ...message, id: `true_4915112345679@c.us_${ID}` });
		expect((await find(TEXT, { server, byId })).ids).toEqual([]);
	});

	it.each<[string, World]>([
		[
			'stores nothing',
			{ server: SERVERS.gows, config: { gows: { storage: { messages: false } } } },
		],
		['is behind a proxy that finds nothing', { server, byId: refusal(404, '<html>') }],
		['does not answer', { server, byId: refusal(400, { message: 'Enable NOWEB store' }) }],
	])('does not take it for unsent where the session %s', async (_, world) => {
		await expect(find(TEXT, world)).rejects.toMatchObject({ name: 'GatewayError' });
	});
});

describe('by its content', () => {
	it('asks for what went to the chat since shortly before', async () => {
		const { ids, found, requests } = await find(TEXT, {
			chats: { [chat]: [message] },
			since: AT + 2 * MINUTE,
		});
		expect(ids).toEqual([ID]);
		expect(found[0]).toMatchObject({ status: 'queued', recipient: { phone: PHONE }, raw: message });
		const [lids, list, next] = requests;
		expect(lids.url).toBe('/api/default/lids/pn/4915112345678');
		expect(list).toMatchObject({
			method: 'GET',
			url: '/api/default/chats/4915112345678%40c.us/messages',
			query: {
				limit: 100,
				offset: 0,
				downloadMedia: 'false',
				'filter.fromMe': 'true',
				'filter.timestamp.gte': message.timestamp - 180,
			},
		});
		const schema = schemas['GET /api/{session}/chats/{chatId}/messages'];
		expect(new Ajv({ strict: false }).validate(schema, list.query)).toBe(true);
		// A page may be short although others follow.
		expect(next).toMatchObject({ url: list.url, query: { offset: 100 } });
	});

	it('looks into the chat of the LID, too', async () => {
		const byLid = { ...message, id: `true_${LID}_${ID}` };
		const { ids, found } = await find(TEXT, { lid: LID, chats: { [LID]: [byLid] } });
		expect(ids).toEqual([ID]);
		expect(found[0].recipient.phone).toBe(PHONE);
	});

	it('gives up where the pages do not end', async () => {
		const { connection, others } = behind(SERVERS.webjs, ({ url }) =>
			ok(url.includes('/lids/') ? { lid: null } : [message]),
		);
		const found = waha.findSent!(connection, messageTo(PHONE, TEXT), AT);
		await expect(found).rejects.toMatchObject({ kind: 'unexpectedResponse' });
		expect(others()).toHaveLength(21);
	});

	it('gives both of two equal messages, and one that is listed twice once', async () => {
		const second = { ...message, id: `true_${chat}_SECOND` };
		const { ids } = await find(TEXT, { chats: { [chat]: [message, second, message] } });
		expect(ids).toEqual([ID, 'SECOND']);
	});

	const image: ContentInput = { type: 'image', mediaUrl: 'https://a.example/x.jpg', caption: 'A' };
	const listedImage = { ...message, hasMedia: true, body: 'A', _data: { type: 'image' } };
	it.each<[string, unknown, boolean, ContentInput?, number?]>([
		['trimmed', { ...message, body: `${message.body}\r\n` }, true],
		['flagged as written on the phone', { ...message, source: 'app' }, true],
		['five minutes before, by a slow clock', message, true, TEXT, AT + 5 * MINUTE],
		['older', message, false, TEXT, AT + 5 * MINUTE + 1000],
		['without a time', { ...message, timestamp: undefined }, false],
		['another text', { ...message, body: 'Other' }, false],
		['of others', { ...message, fromMe: false }, false],
		['of others, by the id', { ...message, id: `false_${chat}_${ID}` }, false],
		['without an id', { ...message, id: '' }, false],
		['an image', listedImage, true, image],
		['an image with another caption', { ...listedImage, body: 'B' }, false, image],
		['an image, where a video was sent', listedImage, false, { ...image, type: 'video' }],
		['no record', 7, false],
	])('%s', async (...row) => {
		const [, record, isFound, content = TEXT, since = AT] = row;
		const { ids } = await find(content, { chats: { [chat]: [record] }, since });
		expect(ids).toEqual(isFound ? [ID] : []);
	});

	it.each<[string, World, ContentInput?]>([
		['is no list', { chats: { [chat]: { error: 'x' } } }],
		['has no files in this version', { server: SERVERS.oldGows }, image],
		[
			'is not stored',
			{ server: SERVERS.oldGows, config: { gows: { storage: { messages: false } } } },
		],
	])('does not take a list for empty that %s', async (_, world, content = TEXT) => {
		await expect(find(content, world)).rejects.toMatchObject({ name: 'GatewayError' });
	});
});
