import { hypersenderWhatsApp } from '.';
import own from './fixtures/message-any.webhook.json';
import ownReaction from './fixtures/message-reaction.webhook.json';
import ownRevocation from './fixtures/message-revoked.webhook.json';
import ownVote from './fixtures/poll-vote.webhook.json';
import deletion from './fixtures/received-deletion.webhook.json';
import reaction from './fixtures/received-reaction.webhook.json';
import replyObject from './fixtures/received-reply-object.webhook.json';
import reply from './fixtures/received-reply.webhook.json';
import text from './fixtures/received-text.webhook.json';
import vote from './fixtures/received-vote.webhook.json';

const receivedAt = '2026-11-21T10:00:00.000Z';
const parse = (body: unknown) => hypersenderWhatsApp.parseReceived!(body, { receivedAt });

const { payload } = text.data;
const withPayload = (more: object) => ({
	...text,
	data: { ...text.data, payload: { ...payload, ...more } },
});
/** What WhatsApp's own record says that the message is. */
const withContent = (message: object, more: object = {}) =>
	withPayload({ ...more, _data: { ...payload._data, message } });

const person = { address: '201063178738@c.us', phone: '+201063178738', kind: 'phone' };
const hidden = { address: '188905563410665@lid', phone: null, kind: 'lid' };

it('reads a text, and the LID that is told beside the number', () => {
	expect(parse(text)).toEqual([
		{
			event: 'received',
			eventId:
				'hypersenderWhatsApp|9feef20d-744e-4bcc-8fdd-e5531e0474f0|3AEB5D6F7A8B9C0D1E2F|received|+201063178738||',
			gateway: 'hypersenderWhatsApp',
			channel: 'whatsapp',
			account: '9feef20d-744e-4bcc-8fdd-e5531e0474f0',
			messageId: '3AEB5D6F7A8B9C0D1E2F',
			from: person,
			fromName: 'Anna',
			fromLid: hidden.address,
			chat: person,
			type: 'text',
			text: 'Yes, Tuesday is fine',
			button: null,
			media: null,
			inReplyTo: null,
			aboutMessageId: null,
			optOut: null,
			occurredAt: '2025-09-28T13:38:20.000Z',
			receivedAt,
			raw: text,
		},
	]);
});

it.each<[string, unknown, object]>([
	['a reply, its id as text', reply, { inReplyTo: 'ABCD1234EF567890' }],
	['a reply, its id in an object', replyObject, { inReplyTo: 'ABCD1234EF567890' }],
	[
		'a reply, its id with chat and direction',
		withPayload({ replyTo: { id: 'true_201063178738@c.us_ABCD1234EF567890' } }),
		{ inReplyTo: 'ABCD1234EF567890' },
	],
	[
		'a reaction',
		reaction,
		{
			type: 'reaction',
			text: '👍',
			messageId: '3EB0REACTION',
			aboutMessageId: 'ABCD1234EF567890',
			from: person,
		},
	],
	[
		'a deletion',
		deletion,
		{
			type: 'deletion',
			text: null,
			messageId: '3EB0AFTER123',
			aboutMessageId: 'ABCD1234EF567890',
			from: person,
			occurredAt: '2025-09-28T13:37:00.000Z',
		},
	],
	[
		'a vote',
		vote,
		{
			type: 'button',
			text: 'opt_1',
			button: { id: null, title: 'opt_1', kind: 'poll' },
			inReplyTo: 'poll_123',
			from: person,
		},
	],
	[
		'an image with its caption, of whose media nothing is documented',
		withContent({ imageMessage: {} }, { hasMedia: true, media: { url: 'https://x.example' } }),
		{ type: 'image', text: 'Yes, Tuesday is fine', media: null },
	],
	['a voice note', withContent({ audioMessage: { ptt: true } }), { type: 'voice' }],
	['audio', withContent({ audioMessage: {} }), { type: 'audio' }],
	['a document', withContent({ documentWithCaptionMessage: {} }), { type: 'document' }],
	[
		'a text behind a key',
		withContent({ senderKeyDistributionMessage: {}, extendedTextMessage: { text: 'x' } }),
		{ type: 'text' },
	],
	[
		'a button, which is documented nowhere',
		withContent({ buttonsResponseMessage: {} }),
		{ type: 'other', button: null, text: 'Yes, Tuesday is fine' },
	],
	['a text without a record', withPayload({ _data: null }), { type: 'text', fromLid: null }],
	['a file without a record', withPayload({ _data: null, hasMedia: true }), { type: 'other' }],
	['no text', withContent({ stickerMessage: {} }, { body: null }), { type: 'sticker', text: null }],
])('reads %s', (_, body, expected) => expect(parse(body)).toMatchObject([expected]));

describe('a vote', () => {
	const answer = (selectedOptions: unknown) => {
		const payload = { ...vote.data.payload, vote: { ...vote.data.payload.vote, selectedOptions } };
		return parse({ ...vote, data: { ...vote.data, payload } })[0].text;
	};
	it.each([
		[['A', 'B'], 'A, B'],
		[[], null],
		['A', null],
		[[7, 'A'], 'A'],
	])('%j', (options, expected) => expect(answer(options)).toBe(expected));
});

describe('who wrote', () => {
	const people = (more: object) => {
		const [{ from, fromLid, chat }] = parse(withPayload(more));
		return { from, fromLid, chat };
	};
	const key = { remoteJid: hidden.address, fromMe: false, id: 'A' };
	const group = { address: '120363043968066561@g.us', phone: null, kind: 'group' };
	const number = { ...person, address: '201063178738@s.whatsapp.net' };

	it.each<[string, object, object]>([
		[
			'under a LID, with the number beside it',
			{
				id: 'false_188905563410665@lid_A',
				from: hidden.address,
				_data: { key: { ...key, remoteJidAlt: number.address } },
			},
			{ from: number, fromLid: hidden.address, chat: number },
		],
		[
			'under a LID alone',
			{ id: 'false_188905563410665@lid_A', from: hidden.address, _data: { key } },
			{ from: hidden, fromLid: hidden.address, chat: hidden },
		],
		[
			'in a group',
			{
				id: 'false_120363043968066561@g.us_A_201063178738@c.us',
				from: group.address,
				participant: person.address,
				_data: { key: { ...key, remoteJid: group.address, participantAlt: hidden.address } },
			},
			{ from: person, fromLid: hidden.address, chat: group },
		],
		[
			'in a group, nobody knows who',
			{ id: 'false_120363043968066561@g.us_A', from: group.address, _data: null },
			{ from: null, fromLid: null, chat: group },
		],
	])('%s', (_, more, expected) => expect(people(more)).toEqual(expected));
});

it.each<[string, unknown]>([
	['an own message', own],
	['an own reaction', ownReaction],
	['an own deletion', ownRevocation],
	['an own vote', ownVote],
	['a message of which nobody says whose it is', withPayload({ fromMe: undefined })],
	['a story', withPayload({ id: 'false_status@broadcast_A', from: 'status@broadcast' })],
	['a channel', withPayload({ id: 'A', from: '120363171744447809@newsletter' })],
	['a key', withContent({ senderKeyDistributionMessage: {} }, { body: null })],
	['the record of a deletion', withContent({ protocolMessage: {} }, { body: null })],
	['the record of a reaction', withContent({ reactionMessage: {} }, { body: null })],
	['a failed vote', { ...vote, event: 'poll.vote.failed' }],
	['a presence', { ...text, event: 'presence.update' }],
	['a message that waits', { ...text, event: 'message.waiting' }],
	['nothing', withPayload({ id: null, body: '', _data: null })],
])('reads no message in %s', (_, body) => expect(parse(body)).toEqual([]));

it('cuts previews and keys of files out of raw', () => {
	const imageMessage = { mediaKey: 'k3y', jpegThumbnail: 'AAAA', mimetype: 'image/jpeg' };
	const [{ raw }] = parse(
		withContent({ imageMessage, messageContextInfo: { messageSecret: 's' } }),
	);
	expect(JSON.stringify(raw)).not.toMatch(/k3y|AAAA|messageSecret/);
	expect(JSON.stringify(raw)).toContain('image/jpeg');
});
