import { createHmac } from 'node:crypto';
import { startSandbox, type Sandbox } from '../../sandbox/index.mts';
import ack from './fixtures/message-ack-noweb.webhook.json';
import {
	credentialFor,
	errorOf,
	hook,
	outputOf,
	receive,
	runByEngine,
	SECRET,
	testCredential,
	type Call,
	type Json,
} from '../../test/nodes/fakeContext.mts';

/** What the version and the engine of a server mean for the two nodes. */
let sandbox: Sandbox;
let setting: { credential: Json };

beforeEach(async () => {
	sandbox = await startSandbox({ clockFactor: 1000 });
	setting = { credential: credentialFor(sandbox, {}, 'waha') };
});
afterEach(async () => await sandbox.close());

const text = { resource: 'message', operation: 'send', recipient: '+4915112345678', text: 'Hi' };
const image = { ...text, messageType: 'image', mediaUrl: 'https://example.com/a.jpg' };
const posts = () => sandbox.requests('waha').filter(({ method }) => method === 'POST');

describe('Core before 2026.6.1', () => {
	beforeEach(() => sandbox.dialect('waha').setServer({ version: '2025.10.4', engine: 'WEBJS' }));

	it('sends text, and refuses media before a message goes out', async () => {
		expect(await outputOf(text, setting)).toMatchObject([{ status: 'queued' }]);
		const error = await errorOf(image, setting);
		expect(error.message).toMatch(/WAHA documents no way to send image immediately/);
		expect(posts()).toHaveLength(1);
	});

	it('is told at the credential test and when publishing', async () => {
		expect(await testCredential(setting.credential)).toEqual({
			status: 'OK',
			message: expect.stringContaining('sends text only, and forgets webhooks'),
		});
		expect(await hook('checkExists', {}, setting)).toBe(false);
		await expect(hook('create', {}, setting)).rejects.toThrow(/keeps webhooks in memory/);
		expect(sandbox.dialect('waha').session.restarts).toBe(0);
	});
});

it('sends media where the server does', async () => {
	expect(await outputOf(image, setting)).toMatchObject([{ status: 'queued' }]);
});

it('counts a message whose answer is empty as sent, and does not send it again', async () => {
	const dialect = sandbox.dialect('waha');
	dialect.setServer({ engine: 'WEBJS' });
	dialect.setRepliesEmpty(true);
	const { items, error } = await runByEngine(text, {
		...setting,
		node: { retryOnFail: true, maxTries: 3 },
	});
	expect(error).toBeUndefined();
	expect(items).toMatchObject([{ status: 'queued', messageId: null }]);
	expect(sandbox.messages('waha')).toHaveLength(1);
});

it('finds a message by its id alone where the engine does', async () => {
	const [{ messageId }] = await outputOf(text, setting);
	const get = { resource: 'message', operation: 'get', messageId };
	expect(await outputOf(get, setting)).toMatchObject([{ messageId, recipient: text.recipient }]);
	sandbox.dialect('waha').setServer({ engine: 'WEBJS' });
	expect((await errorOf(get, setting)).message).toMatch(/Recipient/);
	const named = { ...get, options: { recipient: text.recipient } };
	expect(await outputOf(named, setting)).toMatchObject([{ messageId }]);
});

it('says what to do with a session that does not work', async () => {
	sandbox.setHealth('waha', 'SCAN_QR_CODE');
	const error = await errorOf(text, setting);
	expect(error.message).toMatch(/WAHA has a session that does not work/);
	expect(error.description).toMatch(/Scan its QR code/);
	expect(sandbox.messages('waha')).toEqual([]);
});

describe('a webhook', () => {
	const call = (body: object, key: string, sent: object = body): Call => {
		const signature = createHmac('sha512', key).update(JSON.stringify(body)).digest('hex');
		return {
			body: sent,
			rawBody: Buffer.from(JSON.stringify(sent)),
			headers: { 'content-type': 'application/json', 'x-webhook-hmac': signature },
		};
	};
	const give = async (each: Call) => await receive(each, { events: ['delivered'] }, setting);

	it('that is signed is taken', async () => {
		const { events } = await give(call(ack, SECRET));
		expect(events).toMatchObject([{ gateway: 'waha', status: 'delivered' }]);
	});

	it.each<[string, () => Call]>([
		['another key', () => call(ack, 'a-guess')],
		['no signature', () => ({ ...call(ack, SECRET), headers: {} })],
		['a body that was changed', () => call(ack, SECRET, { ...ack, timestamp: 1 })],
		['the signature of another session', () => call({ ...ack, session: 'shop' }, SECRET)],
		['the query', () => ({ ...call(ack, 'a-guess'), query: { secret: SECRET } })],
	])('with %s is refused and starts nothing', async (_, forged) => {
		const { sent, events } = await give(forged());
		expect(sent).toMatchObject([{ status: 401 }]);
		expect(events).toEqual([]);
	});
});
