import { waha } from '.';
import any from './fixtures/message-any.webhook.json';
import button from './fixtures/received-button.webhook.json';
import poll from './fixtures/received-poll-vote.webhook.json';
import reaction from './fixtures/received-reaction.webhook.json';
import reply from './fixtures/received-reply-gows.webhook.json';
import revoked from './fixtures/received-revoked.webhook.json';
import text from './fixtures/received-text.webhook.json';
import { receivedAt } from './testValues.mts';

const parse = (body: unknown) => waha.parseReceived!(body, { receivedAt });
const changed = <B extends { payload: object }>(body: B, payload: object, more: object = {}) => ({
	...body,
	...more,
	payload: { ...body.payload, ...payload },
});

it.each([
	['image/jpeg', 'image'],
	['video/mp4', 'video'],
	['audio/ogg; codecs=opus', 'audio'],
	['application/pdf', 'document'],
	[null, 'document'],
])(
	'tells the type of a file by its media type %s where the engine does not say it',
	(mimetype, type) => {
		const media = { url: 'http://waha/api/files/a', mimetype, filename: null };
		const body = changed(text, { hasMedia: true, media, body: null, _data: {} });
		expect(parse(body)).toMatchObject([{ type, media: { mimeType: mimetype } }]);
	},
);

const OURS = '3EB08A6895830F110A5E4D';
const PERSON = { address: '4915112345678@c.us', phone: '+4915112345678', kind: 'phone' };
const GROUP = { address: '120363402931855007@g.us', phone: null, kind: 'group' };

it('reads a text', () => {
	expect(parse(text)).toEqual([
		{
			event: 'received',
			eventId: 'waha|default|3A0B1C2D3E4F5A6B7C8D|received|+4915112345678||',
			gateway: 'waha',
			channel: 'whatsapp',
			account: 'default',
			messageId: '3A0B1C2D3E4F5A6B7C8D',
			from: PERSON,
			fromName: 'Anna',
			fromLid: null,
			chat: PERSON,
			type: 'text',
			text: 'Yes, Tuesday is fine',
			button: null,
			media: null,
			inReplyTo: null,
			aboutMessageId: null,
			optOut: null,
			occurredAt: '2025-10-07T17:30:00.000Z',
			receivedAt,
			raw: text.payload,
		},
	]);
});

it.each<[what: string, body: unknown, expected: object]>([
	[
		'a reply by somebody whose number GOWS tells beside the hidden one',
		reply,
		{
			from: { address: '4915112345678@s.whatsapp.net', phone: '+4915112345678', kind: 'phone' },
			fromLid: '188905563410665@lid',
			fromName: 'Anna',
			text: 'Tuesday is fine',
			inReplyTo: OURS,
		},
	],
	[
		'a button (NOWEB)',
		button,
		{
			type: 'button',
			text: 'Confirm',
			button: { id: 'confirm-17', title: 'Confirm', kind: 'template' },
			inReplyTo: OURS,
		},
	],
	[
		'a vote in a poll of ours',
		poll,
		{
			messageId: '83ACBE602A05C79B234B54415E95EE8A',
			type: 'button',
			text: 'Awesome!',
			button: { id: null, title: 'Awesome!', kind: 'poll' },
			inReplyTo: 'BAE5F2EF5C69001E',
			occurredAt: '2023-08-24T07:17:07.000Z',
		},
	],
	[
		'a reaction',
		reaction,
		{
			messageId: '11111111111111111111111111111111',
			type: 'reaction',
			text: '🙏',
			aboutMessageId: '11111111111111111111111111111111',
			occurredAt: '2024-03-15T05:38:31.853Z',
		},
	],
	[
		'a deletion',
		revoked,
		{
			messageId: 'BBBBBBBBBBBBBBBBBBBBB',
			type: 'deletion',
			text: null,
			aboutMessageId: 'AAAAAAAAAAAAAAAA',
			from: { phone: '+1231243123' },
		},
	],
])('reads %s', (_, body, expected) => {
	expect(parse(body)).toMatchObject([{ account: 'default', ...expected }]);
});

const withReply = (replyTo: unknown) => changed(text, { replyTo });
const ofData = (data: object, more: object = {}) =>
	changed(text, { ...more, _data: { ...text.payload._data, ...data } });
const ofMessage = (message: object, more: object = {}) => ofData({ message }, more);
/** Composed: a message as WEBJS tells it. */
const ofWeb = (data: object, more: object = {}) =>
	changed(text, { ...more, _data: { notifyName: 'Anna', ...data } }, { engine: 'WEBJS' });

const FILE = { url: 'http://waha/api/files/a.jpg', mimetype: 'image/jpeg', filename: null };

/** Composed from the vendor's pages and source: each with one thing changed. */
it.each<[what: string, body: unknown, expected: object]>([
	['replyTo in full', withReply({ id: `true_188905563410665@lid_${OURS}` }), { inReplyTo: OURS }],
	['replyTo as a text', withReply(OURS), { inReplyTo: OURS }],
	['replyTo without an id', withReply({ body: 'Hello' }), { inReplyTo: null }],
	[
		'what is answered in the message only',
		ofMessage({ extendedTextMessage: { text: 'x', contextInfo: { stanzaId: OURS } } }),
		{ inReplyTo: OURS },
	],
	[
		'LID and number of NOWEB',
		changed(text, {
			id: 'false_188905563410665@lid_3A0B',
			from: '188905563410665@lid',
			_data: { key: { remoteJidAlt: '4915112345678@s.whatsapp.net' } },
		}),
		{ from: { phone: '+4915112345678' }, fromLid: '188905563410665@lid' },
	],
	[
		'a LID without a number',
		changed(text, { id: 'false_188905563410665@lid_3A0B', from: '188905563410665@lid' }),
		{ from: { phone: null, kind: 'lid' }, fromLid: '188905563410665@lid' },
	],
	[
		'a group, with its participant',
		changed(text, {
			id: `false_${GROUP.address}_3A0B_4915112345678@c.us`,
			from: GROUP.address,
			participant: '4915112345678@c.us',
		}),
		{ from: PERSON, chat: GROUP },
	],
	[
		'a group, whose participant is in the id only',
		changed(text, { id: `false_${GROUP.address}_3A0B_9999999@lid`, participant: undefined }),
		{ from: { kind: 'lid' }, fromLid: '9999999@lid', chat: GROUP, messageId: '3A0B' },
	],
	[
		'an image',
		changed(text, { hasMedia: true, media: FILE, body: 'See?' }),
		{
			type: 'image',
			text: 'See?',
			media: { url: FILE.url, id: null, mimeType: 'image/jpeg', fileName: null },
		},
	],
	[
		'a file that WAHA did not download',
		ofMessage(
			{ documentMessage: { mimetype: 'application/pdf', fileName: 'a.pdf' } },
			{ hasMedia: true, media: null, body: null },
		),
		{
			type: 'document',
			text: null,
			media: { url: null, id: null, mimeType: 'application/pdf', fileName: 'a.pdf' },
		},
	],
	[
		'a voice message of WEBJS',
		ofWeb({ type: 'ptt', mimetype: 'audio/ogg' }, { hasMedia: true, body: '' }),
		{ type: 'voice', fromName: 'Anna', media: { mimeType: 'audio/ogg' } },
	],
	['a sticker of WEBJS', ofWeb({ type: 'sticker' }, { hasMedia: true }), { type: 'sticker' }],
	[
		'a place of WEBJS, whose body is a picture',
		ofWeb({ type: 'location', body: '/9j/4AAQ' }, { body: '/9j/4AAQ', location: { latitude: 1 } }),
		{ type: 'location', text: null },
	],
	[
		'a place',
		changed(text, { body: null, location: { latitude: '1' }, _data: {} }),
		{ type: 'location' },
	],
	['contacts', changed(text, { body: null, vCards: ['…'], _data: {} }), { type: 'contact' }],
	[
		'a button of WEBJS',
		ofWeb({ type: 'buttons_response', selectedButtonId: 'b1' }, { body: 'Confirm' }),
		{ type: 'button', button: { id: 'b1', title: 'Confirm', kind: 'button' } },
	],
	[
		'a list of WEBJS',
		ofWeb(
			{ type: 'list_response', listResponse: { singleSelectReply: { selectedRowId: 'r1' } } },
			{ body: 'Morning' },
		),
		{ text: 'Morning', button: { id: 'r1', title: 'Morning', kind: 'list' } },
	],
	[
		'a template button of WEBJS without its id',
		ofWeb({ type: 'template_button_reply' }, { body: 'Yes' }),
		{ button: { id: null, title: 'Yes', kind: 'template' } },
	],
	[
		'a native flow, which has no body',
		ofMessage(
			{ interactiveResponseMessage: { nativeFlowResponseMessage: { paramsJson: '{"id":"f1"}' } } },
			{ body: null },
		),
		{ type: 'button', text: null, button: { id: 'f1', title: null, kind: 'button' } },
	],
	[
		'a list of GOWS, which writes ids otherwise',
		changed(text, {
			body: 'Morning',
			_data: {
				Info: { PushName: 'Anna' },
				Message: {
					listResponseMessage: { title: 'Morning', singleSelectReply: { selectedRowID: 'r1' } },
				},
			},
		}),
		{ fromName: 'Anna', button: { id: 'r1', title: 'Morning', kind: 'list' } },
	],
	[
		'something new',
		ofMessage({ hologramMessage: {} }, { body: null }),
		{ type: 'other', text: null },
	],
	[
		'an edit',
		changed(
			text,
			{ editedMessageId: 'AAAAAAAAAAAAAAAA', body: 'Wednesday' },
			{ event: 'message.edited' },
		),
		{ type: 'edit', text: 'Wednesday', aboutMessageId: 'AAAAAAAAAAAAAAAA', from: PERSON },
	],
	[
		'a reaction taken back',
		changed(reaction, { reaction: { ...reaction.payload.reaction, text: '' } }),
		{ type: 'reaction', text: null },
	],
	[
		'a vote taken back',
		changed(poll, { vote: { ...poll.payload.vote, selectedOptions: [] } }),
		{ type: 'button', text: null, button: { id: null, title: null, kind: 'poll' } },
	],
	[
		'a vote for several, with milliseconds as the source has them',
		changed(poll, {
			vote: { ...poll.payload.vote, selectedOptions: ['a', 'b'], timestamp: 1692861427000 },
		}),
		{ text: 'a, b', occurredAt: '2023-08-24T07:17:07.000Z' },
	],
	['an id that is bare', changed(text, { id: '3A0B' }), { messageId: '3A0B', from: PERSON }],
])('reads %s', (_, body, expected) => expect(parse(body)).toMatchObject([expected]));

it('a message is one event, by message as by message.any, and again after a retry', () => {
	const others = { ...text, event: 'message.any', id: 'evt_other', timestamp: 1 };
	expect(parse(others)).toEqual(parse(text));
});

it.each<[what: string, body: unknown]>([
	['our own message', any],
	['our own message in the sample of the page, which is a mistake', own()],
	['our own, written on the phone', changed(text, { id: `true_4915112345678@c.us_${OURS}` })],
	['our own by a bare id', changed(text, { id: OURS, fromMe: true })],
	['our own reaction', changed(reaction, { id: 'true_79111111@c.us_1' })],
	['our own edit', changed(text, { id: 'true_1@c.us_1', editedMessageId: '1' }, edited())],
	['an edit of nothing', changed(text, {}, edited())],
	['a reaction to nothing', changed(reaction, { reaction: {} })],
	['a vote in a poll of others', changed(poll, { poll: { id: 'false_1@c.us_A' } })],
	['our own vote', changed(poll, { vote: { id: 'true_1@c.us_A' } })],
	['a status of the day', changed(text, { id: 'false_status@broadcast_A_1@c.us' })],
	['a channel', changed(text, { id: 'false_120363171744447809@newsletter_A' })],
	['keys', ofMessage({ senderKeyDistributionMessage: {} }, { body: null })],
	['a protocol message', ofMessage({ protocolMessage: { type: 3 } }, { body: null })],
	['a reaction of an old NOWEB', ofMessage({ reactionMessage: { text: '👍' } }, { body: null })],
	['a notice of WEBJS', ofWeb({ type: 'e2e_notification' }, { body: '' })],
	['a call', ofWeb({ type: 'call_log' }, { body: '' })],
	['neither id nor content', changed(text, { id: undefined, body: null, _data: {} })],
	[
		'a deletion in a group, which may be one of ours',
		changed(revoked, { after: { id: `false_${GROUP.address}_B` } }),
	],
	['another event', { ...text, event: 'presence.update' }],
	['what waits to be decrypted', { ...text, event: 'message.waiting' }],
	['a list', [text]],
	['nothing', null],
])('%s gives no event', (_, body) => expect(parse(body)).toEqual([]));

function own() {
	const payload = { id: 'true_11111111111@c.us_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', fromMe: true };
	return changed(text, { ...payload, from: '11111111111@c.us', body: 'Hi there!' });
}
function edited() {
	return { event: 'message.edited' };
}

it('a deletion that is certainly of somebody else is no status, and the other way round', () => {
	const before = (id: string) => changed(revoked, { before: { id, from: '1231243123@c.us' } });
	const of = (body: unknown) => [
		parse(body).length,
		waha.parseWebhook(body, { receivedAt }).length,
	];
	expect(of(revoked)).toEqual([1, 0]);
	expect(of(before('false_1231243123@c.us_A'))).toEqual([1, 0]);
	expect(of(before('true_1231243123@c.us_A'))).toEqual([0, 1]);
	expect(of(changed(revoked, { after: { id: `false_${GROUP.address}_B` } }))).toEqual([0, 1]);
});

it('hands on neither keys of files nor previews, however deep', () => {
	const data = {
		type: 'image',
		body: 'base64 of a preview',
		mediaKey: 'k',
		quotedMsg: { type: 'image', mediaKey: 'k', body: 'base64 of a preview', caption: 'kept' },
		link: { thumbnail: 'base64' },
	};
	const body = ofWeb(data, { hasMedia: true, media: FILE, body: 'See?' });
	const [{ raw, text: caption }] = parse(body);
	expect(JSON.stringify(raw)).not.toMatch(/base64|mediaKey/);
	expect([caption, JSON.stringify(raw)]).toEqual(['See?', expect.stringContaining('kept')]);
});
