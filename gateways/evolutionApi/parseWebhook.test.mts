import fc from 'fast-check';
import { isOfAccount } from '../account';
import { evolutionApi } from '.';
import connectionUpdate from './fixtures/connection-update.webhook.json';
import deleted from './fixtures/messages-delete.webhook.json';
import deletedByApi from './fixtures/messages-delete-by-api.webhook.json';
import edit from './fixtures/messages-update-edit.webhook.json';
import editReceived from './fixtures/messages-update-edit-received.webhook.json';
import meta from './fixtures/messages-update-meta.webhook.json';
import sent from './fixtures/send-message.webhook.json';
import update from './fixtures/messages-update.webhook.json';
import upsert from './fixtures/received-text.webhook.json';
import v1 from './fixtures/messages-update-v1.webhook.json';
import { STATUS_WORDS } from './statuses';
import { credentialOf, receivedAt } from './testValues.mts';

const parse = (body: unknown) => evolutionApi.parseWebhook(body, { receivedAt });
const withData = (body: { data: object }, more: object) => ({
	...body,
	data: { ...body.data, ...more },
});

const event = {
	event: 'status',
	gateway: 'evolutionApi',
	channel: 'whatsapp',
	account: 'myinstance',
	messageId: '3EB0FCA6FD5AC08629C2B5',
	scheduleId: null,
	reference: null,
	recipient: { address: '553188561070@s.whatsapp.net', phone: '+553188561070', kind: 'phone' },
	viewer: null,
	failure: null,
	origin: null,
	occurredAt: null,
	receivedAt,
};

describe('the samples', () => {
	it('gives a status, whose time nobody tells', () => {
		expect(parse(update)).toEqual([
			{
				...event,
				eventId: 'evolutionApi|myinstance||3EB0FCA6FD5AC08629C2B5||delivered',
				status: 'delivered',
				statusRank: 40,
				isFinal: false,
				gatewayStatus: 'DELIVERY_ACK',
				raw: update,
			},
		]);
	});

	it('gives a message sent through the API as queued, with its time', () => {
		expect(parse(sent)).toMatchObject([
			{
				...event,
				status: 'queued',
				gatewayStatus: 'PENDING',
				origin: 'api',
				occurredAt: '2026-07-31T21:50:55.000Z',
			},
		]);
	});

	it.each([
		['by anybody', deleted],
		['by the API, with the id of the database beside the key', deletedByApi],
		['by version 1: the key alone', withData(deleted, { status: undefined })],
	])('gives a deletion %s', (_, body) => {
		expect(parse(body)).toMatchObject([
			{ ...event, account: 'shop', status: 'deleted', isFinal: true, occurredAt: null },
		]);
	});

	it('gives the status of version 1 with its time', () => {
		expect(parse(v1)).toMatchObject([
			{
				status: 'read',
				account: 'old',
				messageId: 'BAE594145F4C59B4',
				occurredAt: '2024-06-06T15:51:40.000Z',
			},
		]);
	});

	it('gives the status of the channel of Meta, which says of all that others wrote them', () => {
		expect(parse(meta)).toMatchObject([
			{
				status: 'delivered',
				gatewayStatus: 'DELIVERED',
				messageId: meta.data.keyId,
				viewer: null,
			},
		]);
	});

	it.each([
		['an edit of ours that looks like SERVER_ACK', edit],
		['an edit of another that looks like DELETED', editReceived],
		['a message that came in', upsert],
		['a lost connection', connectionUpdate],
	])('gives nothing for %s', (_, body) => expect(parse(body)).toEqual([]));
});

describe('what looks like a status and is none', () => {
	it.each<[string, object]>([
		['an edit of ours up to 2.3.6', { status: 'DELETED' }],
		['one with its message', { status: 'DELETED', message: { editedMessage: {} } }],
		['an edit since', { status: 'SERVER_ACK', message: { editedMessage: {} } }],
		['an edit of 2.2, without a status', { status: undefined, message: { editedMessage: {} } }],
		['an edit with a word of its own', { status: 'EDITED' }],
		['a vote', { status: 'SERVER_ACK', pollUpdates: [{ name: 'Yes', voters: [] }] }],
		['a status of what others wrote', { fromMe: false, status: 'READ' }],
		['one of nobody', { fromMe: undefined }],
		['one by words', { fromMe: 'true' }],
	])('%s', (_, more) => expect(parse(withData(update, more))).toEqual([]));

	it('an empty list of votes and no message are no reason to ignore it', () => {
		expect(parse(withData(update, { pollUpdates: null, message: null }))).toHaveLength(1);
	});

	it('a deletion by others of what others wrote', () => {
		expect(parse(withData(deleted, { fromMe: false }))).toEqual([]);
		const key = { ...deletedByApi.data.key, fromMe: false };
		expect(parse(withData(deletedByApi, { key }))).toEqual([]);
	});
});

describe('words', () => {
	const REASON =
		'WhatsApp did not accept the message; Evolution API reports no reason. WhatsApp limits messages to people who never wrote to the number';

	it.each([
		['PENDING', 'queued', null],
		['SERVER_ACK', 'sent', null],
		['DELIVERY_ACK', 'delivered', null],
		['READ', 'read', null],
		['PLAYED', 'played', null],
		['ERROR', 'failed', { code: 'ERROR', reason: REASON }],
		['SENT', 'sent', null],
		['DELIVERED', 'delivered', null],
		['FAILED', 'failed', { code: 'FAILED', reason: REASON }],
		['server_ack', 'unknown', null],
		['warped', 'unknown', null],
		['constructor', 'unknown', null],
		['__proto__', 'unknown', null],
	])('%s is %s', (word, status, failure) => {
		expect(parse(withData(update, { status: word }))).toMatchObject([
			{ status, gatewayStatus: word, failure },
		]);
	});

	it('come to the statuses that the capabilities name, with those of the other events', () => {
		expect(new Set([...Object.values(STATUS_WORDS), 'deleted'])).toEqual(
			new Set(evolutionApi.capabilities.webhooks.statuses),
		);
	});
});

describe('times', () => {
	it('are never the clock of the server with its false Z', () => {
		for (const body of [update, sent, deleted, deletedByApi, meta, v1]) {
			const [first] = parse({ ...body, date_time: '2026-07-31T18:00:00.000Z' });
			expect(first.occurredAt).not.toBe('2026-07-31T18:00:00.000Z');
			const [second] = parse({ ...body, date_time: '2030-01-01T00:00:00.000Z' });
			expect({ ...second, raw: null }).toEqual({ ...first, raw: null });
		}
	});

	it.each(['1785534655', 1785534655])('of a message may be %j', (messageTimestamp) => {
		expect(parse(withData(sent, { messageTimestamp }))).toMatchObject([
			{ occurredAt: '2026-07-31T21:50:55.000Z' },
		]);
	});

	it.each([Number.MAX_VALUE, -1, 0, 1.5, '1717689100000', null, {}])(
		'of version 1 are milliseconds, and not %j',
		(datetime) => {
			expect(parse(withData(v1, { datetime }))).toMatchObject([{ occurredAt: null }]);
		},
	);
});

describe('recipients', () => {
	it('may be a LID: the message is known by its id', () => {
		const [lid] = parse(withData(update, { remoteJid: '93823623688274@lid' }));
		expect(lid.recipient).toMatchObject({ kind: 'lid', phone: null });
		expect(lid.eventId).toBe(parse(update)[0].eventId);
	});

	it('of a message are known by the number where it has both', () => {
		const key = {
			...sent.data.key,
			remoteJid: '93823623688274@lid',
			remoteJidAlt: '553188561070@s.whatsapp.net',
		};
		expect(parse(withData(sent, { key }))).toMatchObject([
			{ recipient: { phone: '+553188561070' } },
		]);
	});

	it('may be a group', () => {
		const group = '120363039326117111@g.us';
		expect(parse(withData(update, { remoteJid: group }))).toMatchObject([
			{ recipient: { address: group, kind: 'group' } },
		]);
	});
});

describe('events', () => {
	it.each(['MESSAGES_UPDATE', 'messages-update', 'messages.update'])('%s', (name) => {
		expect(parse({ ...update, event: name })).toMatchObject([{ status: 'delivered' }]);
	});

	it.each([
		...['application.startup', 'qrcode.updated', 'messages.set', 'messages.edited'],
		...['send.message.update', 'presence.update', 'chats.upsert', 'group-participants.update'],
		...['labels.association', 'call', 'typebot.start', 'remove.instance', 'status.instance'],
		...['messaging-history.set', 'error'],
	])('%s gives nothing', (name) => expect(parse({ ...update, event: name })).toEqual([]));

	it.each(['messages.beamed', 'constructor', '__proto__'])(
		'%s, which the code does not have, gives one unknown event',
		(name) => {
			expect(parse({ ...update, event: name })).toMatchObject([
				{ status: 'unknown', gatewayStatus: name, messageId: null },
			]);
		},
	);

	it.each([[{}], [[update]], [null], ['x'], [{ ...update, event: {} }], [{ ...update, data: [] }]])(
		'none: %j',
		(body) => expect(parse(body)).toEqual([]),
	);

	it('are of the instance that they name', () => {
		const credential = credentialOf({ evolutionApiInstance: 'myinstance' });
		const [{ account }] = parse(update);
		expect(isOfAccount(evolutionApi, credential, account)).toBe(true);
		expect(isOfAccount(evolutionApi, credentialOf(), account)).toBe(false);
	});
});

it('never throws on a sample of which one part is anything, and invents no time', () => {
	const samples = [update, edit, sent, deleted, deletedByApi, v1, meta, upsert];
	const name = fc.constantFrom(
		...['event', 'instance', 'data', 'key', 'keyId', 'id', 'fromMe', 'status', 'message'],
		...['remoteJid', 'datetime', 'messageTimestamp', 'pollUpdates', '__proto__'],
	);
	fc.assert(
		fc.property(fc.constantFrom(...samples), name, fc.jsonValue(), (sample, key, value) => {
			const text = JSON.stringify(sample, (at, told) => (at === key ? value : told));
			for (const { occurredAt } of parse(JSON.parse(text))) {
				expect(occurredAt === null || !Number.isNaN(Date.parse(occurredAt))).toBe(true);
			}
		}),
		{ numRuns: 500 },
	);
});

describe('the text of an event', () => {
	const textOf = (body: unknown) => evolutionApi.eventText!(JSON.parse(JSON.stringify(body)));

	it.each<[string, unknown, string | null]>([
		['a message', sent, sent.data.message.conversation],
		[
			'a message of version 1',
			withData(sent, {
				messageType: undefined,
				message: { extendedTextMessage: { text: 'Olá!' } },
			}),
			'Olá!',
		],
		[
			'a caption',
			withData(sent, { messageType: 'imageMessage', message: { imageMessage: { caption: 'c' } } }),
			'c',
		],
		[
			'a document in a wrapper',
			withData(sent, {
				messageType: 'documentWithCaptionMessage',
				message: {
					documentWithCaptionMessage: { message: { documentMessage: { caption: 'd' } } },
				},
			}),
			'd',
		],
		['a status', update, null],
		['nothing', undefined, null],
	])('%s', (_, body, text) => expect(textOf(body ?? null)).toBe(text));
});
