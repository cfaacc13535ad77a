import { waha } from '.';
import group from './fixtures/message-group.json';
import message from './fixtures/message.json';
import noMessage from './fixtures/no-message.json';
import { parseRecipient } from '../../messages/recipient';
import { behind, refusal, SERVERS } from './testValues.mts';

const ID = '3EB08A6895830F110A5E4D';
const PHONE = '+4915112345678';

async function lookup(
	id: string,
	{
		server = SERVERS.noweb as object | null,
		to = PHONE as string | null,
		body = message as unknown,
		status = 200,
	} = {},
) {
	const { connection, others } = behind(server, () => refusal(status, body));
	const recipient = to === null ? null : parseRecipient(to);
	return { found: await waha.lookup!(connection, id, recipient), requests: others() };
}

it('reads the message; PENDING is no failure', async () => {
	const { found } = await lookup(ID);
	expect(found).toEqual({
		type: 'text',
		text: 'Hi there!',
		mediaUrl: null,
		caption: null,
		fileName: null,
		template: null,
		reference: null,
		recipient: { address: '4915112345678@c.us', phone: PHONE, kind: 'phone' },
		gateway: 'waha',
		account: 'default@waha.example/wa',
		messageId: ID,
		queueId: null,
		status: 'queued',
		gatewayStatus: 'PENDING',
		acceptedAt: '2025-01-28T13:15:28.000Z',
		failure: null,
		raw: message,
	});
});

const chat = '4915112345678%40c.us';
const full = `true_${chat}_${ID}`;
it.each<[string, keyof typeof SERVERS | 'unknown', string, string | null, string]>([
	['in all chats by the bare id', 'noweb', ID, PHONE, `all/messages/${ID}`],
	['the same without the recipient', 'gows', ID, null, `all/messages/${ID}`],
	['by the id of a webhook', 'gows', `true_1@lid_${ID}`, null, `all/messages/${ID}`],
	['by chat and id', 'webjs', ID, PHONE, `${chat}/messages/${full}`],
	['by chat and id', 'wpp', ID, PHONE, `${chat}/messages/${full}`],
	['by chat and id', 'oldNoweb', ID, PHONE, `${chat}/messages/${full}`],
	['by chat and id', 'unknown', ID, PHONE, `${chat}/messages/${full}`],
	['in all chats, for want of a chat', 'unknown', ID, null, `all/messages/${ID}`],
	[
		'the chat is in the id, the participant is left out',
		'webjs',
		`true_120363402931855007@g.us_${ID}_4915199999999@c.us`,
		null,
		`120363402931855007%40g.us/messages/true_120363402931855007%40g.us_${ID}`,
	],
])('asks %s: %s', async (...row) => {
	const [, name, id, to, path] = row;
	const server = name === 'unknown' ? null : SERVERS[name];
	const { requests } = await lookup(id, { server, to });
	expect(requests).toMatchObject([{ method: 'GET', url: `/api/default/chats/${path}`, query: {} }]);
});

it('refuses a bare id without recipient where the engine does not find it', async () => {
	await expect(lookup(ID, { server: SERVERS.webjs, to: null })).rejects.toMatchObject({
		kind: 'unsupported',
	});
});

it.each<[string, object, object]>([
	['GOWS lost an error', { ack: null, ackName: 'UNKNOWN' }, { status: 'unknown' }],
	['an error', { ack: -1, ackName: 'ERROR' }, { status: 'failed', failure: { code: null } }],
	['a number alone', { ack: 3, ackName: undefined }, { status: 'read', gatewayStatus: 'READ' }],
	['an unknown number', { ack: 9, ackName: undefined }, { status: 'unknown', gatewayStatus: '9' }],
	[
		'a voice message of WEBJS',
		{ hasMedia: true, body: '', _data: { type: 'ptt' } },
		{ type: 'voice', text: null, caption: null },
	],
	[
		'a document of NOWEB',
		{
			hasMedia: true,
			body: 'C',
			_data: {
				message: {
					documentWithCaptionMessage: { message: { documentMessage: { fileName: 'a.pdf' } } },
				},
			},
		},
		{ type: 'document', caption: 'C', fileName: 'a.pdf', text: null },
	],
	[
		'an image of GOWS',
		{ hasMedia: true, _data: { Message: { imageMessage: { caption: 'Hi there!' } } } },
		{ type: 'image', caption: 'Hi there!' },
	],
	[
		'a file of an engine that changed `_data`',
		{ hasMedia: true, media: { mimetype: 'video/mp4', url: 'http://x/1' }, _data: {} },
		{ type: 'video', mediaUrl: 'http://x/1' },
	],
	[
		'a chat by its LID, whose number is known',
		{
			id: `true_188905563410665@lid_${ID}`,
			_data: { key: { remoteJidAlt: '4915112345678@s.whatsapp.net' } },
		},
		{ recipient: { phone: PHONE } },
	],
	[
		'a chat by its LID, whose number was asked for',
		{ id: `true_188905563410665@lid_${ID}`, _data: {} },
		{ recipient: { phone: PHONE } },
	],
])('reads %s', async (_, more, expected) => {
	const { found } = await lookup(ID, { body: { ...message, ...more } });
	expect(found).toMatchObject(expected);
});

it('reads a group, whose people have it each on their own', async () => {
	const { found } = await lookup('AAAAAAAAAAAAAAAAA', { body: group, to: null });
	expect(found).toMatchObject({ status: 'sent', recipient: { kind: 'group' } });
});

it.each<[string, object, string]>([
	['a message of others', { body: { ...message, fromMe: false } }, 'notFound'],
	[
		'a message of others by its id',
		{ body: { ...message, fromMe: undefined, id: `false_1@c.us_${ID}` } },
		'notFound',
	],
	['an unknown id', { body: noMessage, status: 404 }, 'notFound'],
	['an answer without id', { body: {} }, 'unexpectedResponse'],
	['another service', { body: '<html>' }, 'unexpectedResponse'],
])('does not give out %s', async (_, options, kind) => {
	await expect(lookup(ID, options)).rejects.toMatchObject({ kind });
});

it('escapes what is no id', async () => {
	const { requests } = await lookup('../x?y', { server: SERVERS.gows });
	expect(requests[0].url).toBe('/api/default/chats/all/messages/..%2Fx%3Fy');
});
