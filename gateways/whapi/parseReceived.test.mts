import { whapi } from '.';
import button from './fixtures/received-button.webhook.json';
import reaction from './fixtures/received-reaction.webhook.json';
import text from './fixtures/received-text.webhook.json';
import readByUs from './fixtures/statuses-post-read-by-us.webhook.json';
import { receivedAt } from './testValues.mts';

const parse = (body: unknown) => whapi.parseReceived!(body, { receivedAt });
const statuses = (body: unknown) => whapi.parseWebhook(body, { receivedAt });
const [message] = text.messages;

/** The vendor's sample of a text, with other fields. */
const withFields = (more: object, event = text.event) => ({
	...text,
	event,
	messages: [{ ...message, text: undefined, ...more }],
});

const person = (address: string, phone: string) => ({ address, phone, kind: 'phone' });
const gerald = person('919984351847@s.whatsapp.net', '+919984351847');

it("reads the vendor's sample of a text", () => {
	expect(parse(text)).toEqual([
		{
			event: 'received',
			eventId: 'whapi|MANTIS-M72HC|p.w30M7fgwWD4XwHu.g4CA-gBgTwl0rVw|received|+919984351847||',
			gateway: 'whapi',
			channel: 'whatsapp',
			account: 'MANTIS-M72HC',
			messageId: 'p.w30M7fgwWD4XwHu.g4CA-gBgTwl0rVw',
			from: gerald,
			fromName: 'Gerald',
			fromLid: null,
			chat: gerald,
			type: 'text',
			text: 'Hello world',
			button: null,
			media: null,
			inReplyTo: null,
			aboutMessageId: null,
			optOut: null,
			occurredAt: '2024-04-13T08:00:45.000Z',
			receivedAt,
			raw: message,
		},
	]);
});

it("reads the vendor's sample of a button: its id as it was sent, and the message that it is of", () => {
	expect(parse(button)).toEqual([
		expect.objectContaining({
			type: 'button',
			text: 'Button1',
			button: { id: 'randomId1', title: 'Button1', kind: 'button' },
			inReplyTo: 'yqKj.Z7XWg0g1lA-wD8Sij1GoQ',
			from: person('61371989950@s.whatsapp.net', '+61371989950'),
			fromName: 'Jonathan',
			occurredAt: '2024-09-12T07:28:44.000Z',
		}),
	]);
});

it('reads a reaction, and what it is about', () => {
	expect(parse(reaction)).toMatchObject([
		{ type: 'reaction', text: '👍', aboutMessageId: 'YhNqCveDWW90_t8lzrW25w-wO4Twl0rVw' },
	]);
});

const media = { id: 'jpeg-1', mime_type: 'image/jpeg', file_size: 7, preview: 'AAAA' };
const file = { url: null, id: 'jpeg-1', mimeType: 'image/jpeg', fileName: null };
const action = (more: object) => ({ type: 'action', action: { target: 'ABCD-1234', ...more } });

it.each<[string, object, object]>([
	['a link', { type: 'link_preview', link_preview: { body: 'b' } }, { type: 'text', text: 'b' }],
	[
		'an image with its caption',
		{ type: 'image', image: { ...media, caption: 'c', link: 'https://s3.example/1.jpg' } },
		{ type: 'image', text: 'c', media: { ...file, url: 'https://s3.example/1.jpg' } },
	],
	['a GIF', { type: 'gif', gif: media }, { type: 'video', text: null, media: file }],
	['a short video', { type: 'short', short: media }, { type: 'video', media: file }],
	['a voice note', { type: 'voice', voice: media }, { type: 'voice', media: file }],
	[
		'a document',
		{ type: 'document', document: { ...media, file_name: 'a.pdf' } },
		{ type: 'document', media: { ...file, fileName: 'a.pdf' } },
	],
	[
		'a document with a caption',
		{ type: 'documentWithCaption', document: { ...media, caption: 'c' } },
		{ type: 'document', text: 'c', media: file },
	],
	['a sticker', { type: 'sticker', sticker: media }, { type: 'sticker', media: file }],
	['a location', { type: 'location', location: { latitude: 1 } }, { type: 'location', text: null }],
	['a contact', { type: 'contact', contact: { name: 'A' } }, { type: 'contact', text: null }],
	['a poll', { type: 'poll', poll: { title: 'When?' } }, { type: 'other', text: null }],
	[
		'a list answer',
		{ type: 'reply', reply: { type: 'list_reply', list_reply: { id: 'ListV3:r1', title: 'One' } } },
		{ type: 'button', text: 'One', button: { id: 'r1', title: 'One', kind: 'list' } },
	],
	[
		'a button whose id is lost',
		{ type: 'reply', reply: { type: 'buttons_reply', buttons_reply: { id: 'ButtonsV3:' } } },
		{ type: 'button', text: null, button: { id: null, title: null, kind: 'button' } },
	],
	[
		'a quoting text',
		{ type: 'text', text: { body: 'Yes' }, context: { quoted_id: 'ABCD-1234' } },
		{ type: 'text', text: 'Yes', inReplyTo: 'ABCD-1234' },
	],
	[
		'a vote, of which only that it was cast is documented',
		action({ type: 'vote', votes: ['x'] }),
		{
			type: 'button',
			text: null,
			button: { id: null, title: null, kind: 'poll' },
			inReplyTo: 'ABCD-1234',
		},
	],
	[
		'an edit',
		action({ type: 'edit', edited_type: 'text', edited_content: { body: 'new' } }),
		{ type: 'edit', text: 'new', aboutMessageId: 'ABCD-1234' },
	],
	[
		'an edited caption',
		action({ type: 'edited', edited_content: { caption: 'new' } }),
		{ type: 'edit', text: 'new', aboutMessageId: 'ABCD-1234' },
	],
	['a deletion', action({ type: 'delete' }), { type: 'deletion', aboutMessageId: 'ABCD-1234' }],
	[
		'a reaction taken back',
		action({ type: 'reaction' }),
		{ type: 'reaction', text: null, aboutMessageId: 'ABCD-1234' },
	],
	['what has no id, but a text', { id: undefined, text: { body: 'x' } }, { messageId: null }],
	['no time', { timestamp: 'soon' }, { occurredAt: null }],
])('reads %s', (_, more, expected) => {
	expect(parse(withFields(more))).toMatchObject([expected]);
});

it('cuts the preview out of raw', () => {
	const body = withFields({ type: 'image', image: media });
	expect(JSON.stringify(parse(body)[0].raw)).not.toContain('AAAA');
	expect(JSON.stringify(parse(body)[0].raw)).toContain('jpeg-1');
});

describe('who wrote', () => {
	const people = (more: object) => {
		const [{ from, fromLid, chat }] = parse(withFields({ text: { body: 'x' }, ...more }));
		return { from, fromLid, chat };
	};
	const group = { address: '120363043968066561@g.us', phone: null, kind: 'group' };
	const lid = { address: '188905563410665@lid', phone: null, kind: 'lid' };

	it.each([
		[
			'in a group',
			{ chat_id: group.address },
			{ from: person('919984351847', '+919984351847'), fromLid: null, chat: group },
		],
		[
			'in a group, by a LID',
			{ chat_id: group.address, from: lid.address },
			{ from: lid, fromLid: lid.address, chat: group },
		],
		[
			'under a LID, whose digits are no phone number',
			{ chat_id: lid.address, from: '188905563410665' },
			{ from: lid, fromLid: lid.address, chat: lid },
		],
		[
			'under a LID, and the number beside it',
			{ chat_id: lid.address },
			{
				from: person('919984351847', '+919984351847'),
				fromLid: lid.address,
				chat: person('919984351847', '+919984351847'),
			},
		],
		[
			'in a chat without a sender',
			{ from: undefined },
			{ from: gerald, fromLid: null, chat: gerald },
		],
		[
			'without a chat',
			{ chat_id: undefined },
			{
				from: person('919984351847', '+919984351847'),
				fromLid: null,
				chat: person('919984351847', '+919984351847'),
			},
		],
	])('%s', (_, more, expected) => expect(people(more)).toEqual(expected));
});

it.each<[string, object]>([
	['own', { from_me: true }],
	['whose, is not said', { from_me: undefined }],
	['unknown, as it comes beside a real one', { type: 'unknown', source: 'system' }],
	['of the system', { source: 'system', text: { body: 'x' } }],
	['a note of a call', { type: 'call' }],
	['a pinned one', { type: 'pin' }],
	['a pinned one, as an action', action({ type: 'pin' })],
	['how long messages stay', action({ type: 'ephemeral', ephemeral: 86400 })],
	['in a channel', { chat_id: '120363171744447809@newsletter', text: { body: 'x' } }],
	['a story', { chat_id: 'status@broadcast', text: { body: 'x' } }],
	['of a type that nobody documents', { type: 'hologram', text: { body: 'x' } }],
	['neither with an id nor with content', { id: '', text: {} }],
])('leaves out a message that is %s', (_, more) => {
	expect(parse(withFields(more))).toEqual([]);
});

it.each([
	['calls.post', { type: 'calls', event: 'post' }],
	['messages.patch', { type: 'messages', event: 'patch' }],
	['messages.delete', { type: 'messages', event: 'delete' }],
	['presences.post', { type: 'presences', event: 'post' }],
])('reads no message in %s', (_, event) => {
	expect(parse(withFields({ text: { body: 'x' } }, event))).toEqual([]);
});

it('reads messages.put, and the method where it is called so, too', () => {
	const more = { text: { body: 'x' } };
	expect(parse(withFields(more, { type: 'messages', event: 'put' }))).toHaveLength(1);
	const event = { type: 'messages', method: 'post' } as unknown as typeof text.event;
	expect(parse(withFields(more, event))).toHaveLength(1);
});

/** Composed: a quoting text, an own message, and what comes beside real ones. */
const mixed = {
	...text,
	messages: [
		{
			...message,
			id: 'wbvJ8Fr71sq2L8lPILge.Q-gLUTwl0rVw',
			text: { body: 'Tuesday is fine' },
			context: { quoted_id: 'YhNqCveDWW90_t8lzrW25w-wO4Twl0rVw' },
		},
		{ ...message, id: 'own-1', from_me: true, status: 'sent', text: { body: 'Hey bro' } },
		{ ...message, id: 'unknown-1', type: 'unknown', source: 'system', text: undefined },
	],
};

it('tells each message of one webhook once: as an answer, or as a status', () => {
	expect(parse(mixed)).toMatchObject([
		{ text: 'Tuesday is fine', inReplyTo: 'YhNqCveDWW90_t8lzrW25w-wO4Twl0rVw' },
	]);
	expect(statuses(mixed)).toMatchObject([{ messageId: 'own-1', status: 'sent' }]);
	expect(statuses(text)).toEqual([]);
});

it('that we have read an incoming message can be told from our own by its id alone', () => {
	const [{ messageId }] = statuses(readByUs);
	expect(parse(readByUs)).toEqual([]);
	expect(whapi.receivedIds!(text)).toEqual([messageId]);
});
