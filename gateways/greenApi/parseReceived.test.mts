import { greenApi } from '.';
import outgoing from './fixtures/outgoing-api-message.webhook.json';
import button from './fixtures/received-button.webhook.json';
import buttonWaba from './fixtures/received-button-waba.webhook.json';
import deletion from './fixtures/received-deletion.webhook.json';
import edit from './fixtures/received-edit.webhook.json';
import group from './fixtures/received-group.webhook.json';
import image from './fixtures/received-image.webhook.json';
import lid from './fixtures/received-lid.webhook.json';
import quote from './fixtures/received-quote.webhook.json';
import reaction from './fixtures/received-reaction.webhook.json';
import reply from './fixtures/received-reply.webhook.json';
import simpleButton from './fixtures/received-simple-button.webhook.json';
import text from './fixtures/received-text.webhook.json';
import unreadable from './fixtures/received-unreadable.webhook.json';
import vote from './fixtures/received-vote.webhook.json';

const receivedAt = '2026-11-21T10:00:00.000Z';
const parse = (body: unknown) => greenApi.parseReceived!(body, { receivedAt });

const person = { address: '71234567890@c.us', phone: '+71234567890', kind: 'phone' };
const withData = (messageData: object) => ({ ...text, messageData });

it("reads the vendor's sample of a text", () => {
	expect(parse(text)).toEqual([
		{
			event: 'received',
			eventId: 'greenApi|1101000001|3EB063C771F28EB323FAE3|received|+71234567890||',
			gateway: 'greenApi',
			channel: 'whatsapp',
			account: '1101000001',
			messageId: '3EB063C771F28EB323FAE3',
			from: person,
			fromName: 'Green API',
			fromLid: null,
			chat: person,
			type: 'text',
			text: 'Hello! This is a text message.',
			button: null,
			media: null,
			inReplyTo: null,
			aboutMessageId: null,
			optOut: null,
			occurredAt: '2023-12-19T19:34:40.000Z',
			receivedAt,
			raw: text,
		},
	]);
});

const url = image.messageData.fileMessageData.downloadUrl;
const file = { url, id: null, mimeType: 'image/jpeg', fileName: url.split('/').at(-1) };

it.each<[string, unknown, object]>([
	[
		'a reply in its older form',
		quote,
		{ type: 'text', text: 'Quoting a text message', inReplyTo: '3EB063C771F28EB323FAE3' },
	],
	[
		'a reply in its newer form',
		reply,
		{ type: 'text', text: 'Tuesday is fine', inReplyTo: '3EB0608D6A2901063D63' },
	],
	[
		'a button of a template',
		button,
		{
			type: 'button',
			text: 'First Button',
			button: { id: '1', title: 'First Button', kind: 'template' },
			inReplyTo: 'BAE5BBB8415CF1AA',
		},
	],
	[
		'a button on WABA, without its id',
		buttonWaba,
		{
			account: '1234',
			from: { phone: '+79001234568' },
			fromName: 'Derek',
			text: 'I want a discount',
			button: { id: null, title: 'I want a discount', kind: 'template' },
			inReplyTo: 'BAE58BBDF16164E5',
		},
	],
	[
		'a simple button',
		simpleButton,
		{ text: 'Green', button: { id: '1', kind: 'button' }, inReplyTo: 'BAE53AFDD5F0C137' },
	],
	[
		'an interactive button',
		withData({
			typeMessage: 'interactiveButtonsResponse',
			interactiveButtonsResponse: { stanzaId: 'A1', selectedId: 'x', selectedDisplayText: 'Yes' },
		}),
		{ text: 'Yes', button: { id: 'x', title: 'Yes', kind: 'button' }, inReplyTo: 'A1' },
	],
	[
		"a template's button under the page's other spelling",
		withData({
			typeMessage: 'templateButtonReplyMessage',
			templateButtonReplyMessage: button.messageData.templateButtonReplyMessage,
		}),
		{ type: 'button', button: { id: '1', kind: 'template' } },
	],
	[
		'a list answer, whose fields nobody documents',
		withData({ typeMessage: 'listResponseMessage' }),
		{ type: 'other', text: null, button: null },
	],
	[
		'a vote: what this person has chosen now',
		vote,
		{
			type: 'button',
			text: 'Green',
			button: { id: null, title: 'Green', kind: 'poll' },
			inReplyTo: '30F6A068486C79D01CC683822E9258AE',
		},
	],
	[
		'a reaction',
		reaction,
		{
			type: 'reaction',
			text: '👍',
			aboutMessageId: 'A16014FAC9F5382E7B9CEEFEF1FFEB6F',
			inReplyTo: null,
		},
	],
	['an edit', edit, { type: 'edit', text: 'New message', aboutMessageId: 'BAE5AFC355030F7A' }],
	['a deletion', deletion, { type: 'deletion', text: null, aboutMessageId: 'BAE5AFC355030F7A' }],
	['an image', image, { type: 'image', text: 'The form, signed', media: file }],
	[
		'what the gateway could not read, and no word of it',
		unreadable,
		{ type: 'other', text: null, messageId: '3AE2864C77312000000' },
	],
	[
		'a text with a link',
		withData({ typeMessage: 'extendedTextMessage', extendedTextMessageData: { text: 'see' } }),
		{ type: 'text', text: 'see' },
	],
	['a sticker', withData({ typeMessage: 'stickerMessage' }), { type: 'sticker', media: null }],
	['a location', withData({ typeMessage: 'locationMessage' }), { type: 'location' }],
	['a contact', withData({ typeMessage: 'contactMessage' }), { type: 'contact' }],
	['contacts', withData({ typeMessage: 'contactsArrayMessage' }), { type: 'contact' }],
	['a poll', withData({ typeMessage: 'pollMessage' }), { type: 'other', text: null }],
	['no content', { ...text, messageData: null }, { type: 'other', text: null }],
	['no time', { ...text, timestamp: null }, { occurredAt: null }],
])('reads %s', (_, body, expected) => expect(parse(body)).toMatchObject([expected]));

describe('a vote', () => {
	const withVotes = (lists: string[][], more: object = {}) => {
		const all = lists.map((optionVoters, i) => ({ optionName: `option ${i}`, optionVoters }));
		const { messageData } = vote;
		const pollMessageData = { ...messageData.pollMessageData, votes: all };
		return { ...vote, ...more, messageData: { ...messageData, pollMessageData } };
	};
	const votes = (...lists: string[][]) => parse(withVotes(lists))[0].text;
	const LID = '120650379300963@lid';
	const me = person.address;

	it.each<[string, string[][], string | null]>([
		["of others is not this person's", [['x@c.us'], ['x@c.us', me]], 'option 1'],
		['for two options names both', [[me], [me]], 'option 0, option 1'],
		['taken back names none', [['x@c.us'], []], null],
	])('%s', (_, lists, expected) => expect(votes(...lists)).toBe(expected));

	it.each<[sender: object, voter: string, expected: string | null]>([
		[{ chatId: LID, sender: me }, LID, 'option 1'],
		[{ chatId: me, sender: LID }, LID, 'option 1'],
		[{ chatId: LID, sender: LID }, LID.replace('@', ':12@'), 'option 1'],
		[{ chatId: me, sender: me }, '71234567890:3@s.whatsapp.net', 'option 1'],
		// Who that is, nothing says.
		[{ chatId: me, sender: me }, LID, null],
		[{ chatId: '120363043968066561@g.us', sender: LID }, LID, 'option 1'],
		[{ chatId: '120363043968066561@g.us', sender: me }, '120363043968066561@g.us', null],
	])('of %j, whose voter is %s, is %s', (senderData, voter, expected) => {
		const [{ text: chosen }] = parse(withVotes([['x@c.us'], [voter]], { senderData }));
		expect(chosen).toBe(expected);
	});
});

it('cuts the preview out of raw', () => {
	const raw = JSON.stringify(parse(image)[0].raw);
	expect(raw).not.toContain('4AAQSkZJRg');
	expect(raw).toContain(url);
});

describe('who wrote', () => {
	const from = (senderData: object) => {
		const [message] = parse({ ...text, senderData });
		return { from: message.from, fromLid: message.fromLid, chat: message.chat };
	};
	const hidden = { address: '120650379300963@lid', phone: null, kind: 'lid' };

	it('in a group is the participant', () => {
		expect(parse(group)).toMatchObject([
			{ from: person, chat: { address: '120363043968066561@g.us', phone: null, kind: 'group' } },
		]);
	});
	it('may be a LID, and no phone number is made of it', () => {
		expect(parse(lid)).toMatchObject([{ from: hidden, fromLid: hidden.address, chat: hidden }]);
	});
	it.each<[string, object, object]>([
		[
			'a LID as chat and a number as sender',
			{ chatId: hidden.address, sender: person.address },
			{ from: person, fromLid: hidden.address, chat: person },
		],
		[
			'a number as chat and a LID as sender',
			{ chatId: person.address, sender: hidden.address },
			{ from: person, fromLid: hidden.address, chat: person },
		],
		[
			'a LID in a group',
			{ chatId: '120363043968066561@g.us', sender: hidden.address },
			{ from: hidden, fromLid: hidden.address, chat: { kind: 'group' } },
		],
		['the chat alone', { chatId: person.address }, { from: person, fromLid: null, chat: person }],
		['nobody', {}, { from: null, fromLid: null, chat: null }],
	])('%s', (_, senderData, expected) => expect(from(senderData)).toMatchObject(expected));
});

it('one id in two chats is two messages', () => {
	const other = {
		...text,
		senderData: { ...text.senderData, chatId: '79001234567@c.us', sender: '79001234567@c.us' },
	};
	const [a, b] = [text, other].map((body) => parse(body)[0].eventId);
	expect(a).not.toBe(b);
});

it('two edits of one message are two events, and the same edit twice is one', () => {
	const later = { ...edit, timestamp: edit.timestamp + 60 };
	const [a, b, c] = [edit, edit, later].map((body) => parse(body)[0].eventId);
	expect(a).toBe(b);
	expect(a).not.toBe(c);
});

it.each<[string, unknown]>([
	['an own message', outgoing],
	['an own one from the phone', { ...text, typeWebhook: 'outgoingMessageReceived' }],
	['a call', { ...text, typeWebhook: 'incomingCall' }],
	['a block', { ...text, typeWebhook: 'incomingBlock' }],
	['a story', { ...text, senderData: { chatId: 'status@broadcast', sender: person.address } }],
	['a channel', { ...text, senderData: { chatId: '120363171744447809@newsletter' } }],
	['nothing', { ...text, idMessage: '', messageData: {} }],
])('reads no message in %s', (_, body) => expect(parse(body)).toEqual([]));
