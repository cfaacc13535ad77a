import { evolutionApi } from '.';
import deleted from './fixtures/messages-delete.webhook.json';
import deletedByApi from './fixtures/messages-delete-by-api.webhook.json';
import ownEdit from './fixtures/messages-update-edit.webhook.json';
import silentEdit from './fixtures/messages-update-edit-received.webhook.json';
import update from './fixtures/messages-update.webhook.json';
import metaButton from './fixtures/received-button-meta.webhook.json';
import group from './fixtures/received-group.webhook.json';
import list from './fixtures/received-list.webhook.json';
import reaction from './fixtures/received-reaction.webhook.json';
import reply from './fixtures/received-reply.webhook.json';
import text from './fixtures/received-text.webhook.json';
import sent from './fixtures/send-message.webhook.json';
import { receivedAt } from './testValues.mts';

const parse = (body: unknown) => evolutionApi.parseReceived!(body, { receivedAt });
const withData = (body: { data: object }, more: object) => ({
	...body,
	data: { ...body.data, ...more },
});
const withKey = (more: object) => withData(text, { key: { ...text.data.key, ...more } });

const OURS = '3EB0FCA6FD5AC08629C2B5';
const PERSON = { address: '553188561070@s.whatsapp.net', phone: '+553188561070', kind: 'phone' };

it('reads a text', () => {
	expect(parse(text)).toEqual([
		{
			event: 'received',
			eventId: 'evolutionApi|myinstance|3AEB5D6F7A8B9C0D1E2F|received|+553188561070||',
			gateway: 'evolutionApi',
			channel: 'whatsapp',
			account: 'myinstance',
			messageId: '3AEB5D6F7A8B9C0D1E2F',
			from: PERSON,
			fromName: 'Anna',
			fromLid: null,
			chat: PERSON,
			type: 'text',
			text: 'Sim, pode ser',
			button: null,
			media: null,
			inReplyTo: null,
			aboutMessageId: null,
			optOut: null,
			occurredAt: '2026-07-31T21:51:40.000Z',
			receivedAt,
			raw: text.data,
		},
	]);
});

it.each<[what: string, body: unknown, expected: object]>([
	['a reply', reply, { type: 'text', text: 'Sim, pode ser', inReplyTo: OURS }],
	[
		'an entry of a list',
		list,
		{
			type: 'button',
			text: 'Morning',
			button: { id: 'slot-1', title: 'Morning', kind: 'list' },
			inReplyTo: OURS,
		},
	],
	[
		'a group, with the number and the LID of the participant',
		group,
		{
			from: { address: '55479888888@s.whatsapp.net', phone: '+55479888888', kind: 'phone' },
			fromLid: '14135070000000@lid',
			chat: { address: '120363150000000000@g.us', phone: null, kind: 'group' },
		},
	],
	[
		'a button in the channel of Meta, whose id is lost',
		metaButton,
		{
			messageId: metaButton.data.key.id,
			from: { phone: '+5511999999999' },
			type: 'button',
			text: 'Confirm',
			button: { id: null, title: 'Confirm', kind: 'template' },
			inReplyTo: metaButton.data.contextInfo.stanzaId,
		},
	],
	['a reaction', reaction, { type: 'reaction', text: '👍', aboutMessageId: OURS, inReplyTo: null }],
])('reads %s', (_, body, expected) => {
	expect(parse(body)).toMatchObject([{ account: 'myinstance', ...expected }]);
});

const ofMessage = (message: object, more: object = {}) => withData(text, { message, ...more });
const MEDIA = { mimetype: 'image/jpeg', caption: 'See?', url: 'https://mmg.whatsapp.net/enc' };

/** Composed from the vendor's source: each with one thing changed. */
it.each<[what: string, body: unknown, expected: object]>([
	[
		'a reply of 2.4.0-rc2, which loses what it answers',
		withData(text, { contextInfo: { messageSecret: 'x' } }),
		{ inReplyTo: null },
	],
	[
		'a media reply of it, which keeps it',
		ofMessage({ imageMessage: { ...MEDIA, contextInfo: { stanzaId: OURS } } }),
		{ type: 'image', inReplyTo: OURS },
	],
	[
		'a text of version 1',
		withData(text, { messageType: undefined, message: { extendedTextMessage: { text: 'Olá' } } }),
		{ type: 'text', text: 'Olá' },
	],
	['a time as text', withData(text, { messageTimestamp: '1785534700' }), { type: 'text' }],
	[
		'an image, whose own address is encrypted',
		ofMessage({ imageMessage: MEDIA }),
		{
			type: 'image',
			text: 'See?',
			media: { url: null, id: null, mimeType: 'image/jpeg', fileName: null },
		},
	],
	[
		'an image that the server stores',
		ofMessage({ imageMessage: MEDIA, mediaUrl: 'https://s3.example/a.jpg' }),
		{ media: { url: 'https://s3.example/a.jpg' } },
	],
	[
		'a file of the channel of Meta',
		withData(metaButton, {
			messageType: 'documentMessage',
			message: {
				documentMessage: { id: '17', mime_type: 'application/pdf', filename: 'a.pdf' },
				base64: 'AAAA',
			},
		}),
		{
			type: 'document',
			media: { url: null, id: '17', mimeType: 'application/pdf', fileName: 'a.pdf' },
		},
	],
	[
		'a choice in the channel of Meta',
		withData(metaButton, { messageType: 'interactiveMessage' }),
		{ type: 'button', button: { id: null, title: 'Confirm', kind: 'button' } },
	],
	['a voice note', ofMessage({ audioMessage: { ptt: true } }), { type: 'voice', text: null }],
	['audio', ofMessage({ audioMessage: { ptt: false } }), { type: 'audio' }],
	['a sticker', ofMessage({ stickerMessage: {} }), { type: 'sticker' }],
	['a place', ofMessage({ locationMessage: { name: 'Home' } }), { type: 'location', text: null }],
	['a contact', ofMessage({ contactMessage: { displayName: 'B' } }), { type: 'contact' }],
	['something new', ofMessage({ hologramMessage: {} }), { type: 'other', text: null }],
	[
		'a disappearing text',
		ofMessage({ ephemeralMessage: { message: { extendedTextMessage: { text: 'psst' } } } }),
		{ type: 'text', text: 'psst' },
	],
	[
		'a vote',
		ofMessage({
			pollUpdateMessage: {
				pollCreationMessageKey: { id: OURS },
				vote: { selectedOptions: ['Yes', 'No'] },
			},
		}),
		{ type: 'button', button: { id: null, title: 'Yes, No', kind: 'poll' }, inReplyTo: OURS },
	],
	[
		'a vote that the server could not decrypt',
		ofMessage({ pollUpdateMessage: { vote: { encPayload: {}, selectedOptions: [{}] } } }),
		{ type: 'button', text: null, button: { id: null, title: null, kind: 'poll' } },
	],
	[
		'a native flow',
		ofMessage({
			interactiveResponseMessage: {
				body: { text: 'Confirm' },
				nativeFlowResponseMessage: { paramsJson: '{"id":"f1"}' },
			},
		}),
		{ button: { id: 'f1', title: 'Confirm', kind: 'button' } },
	],
	[
		'a LID with its number',
		withKey({ remoteJid: '14135070000000@lid' }),
		{ from: PERSON, fromLid: '14135070000000@lid', chat: PERSON },
	],
	[
		'a LID with its number, as 2.3.0 names it',
		withKey({
			remoteJid: '14135070000000@lid',
			remoteJidAlt: undefined,
			senderPn: PERSON.address,
		}),
		{ from: PERSON, fromLid: '14135070000000@lid' },
	],
	[
		'a LID alone',
		withKey({ remoteJid: '14135070000000@lid', remoteJidAlt: undefined }),
		{ from: { kind: 'lid', phone: null }, fromLid: '14135070000000@lid' },
	],
	[
		'no name, for which the server puts the digits of the participant',
		withData(group, { pushName: '55479888888' }),
		{ fromName: null },
	],
	[
		'no name, for which it puts the address',
		withData(group, { pushName: '55479888888@s.whatsapp.net' }),
		{ fromName: null },
	],
	['an event by its setting’s name', { ...text, event: 'MESSAGES_UPSERT' }, { type: 'text' }],
	[
		'an edit, by the message that was edited',
		withData(ownEdit, { fromMe: false }),
		{
			messageId: null,
			type: 'edit',
			text: 'new text',
			aboutMessageId: OURS,
			from: PERSON,
			occurredAt: null,
		},
	],
	[
		'a deletion',
		withData(deleted, { fromMe: false }),
		{ messageId: null, type: 'deletion', aboutMessageId: OURS, from: PERSON },
	],
])('reads %s', (_, body, expected) => expect(parse(body)).toMatchObject([expected]));

it('two edits of one message are two events, and one that is told twice is one', () => {
	const edit = (words: string) =>
		withData(ownEdit, {
			fromMe: false,
			message: { editedMessage: { message: { conversation: words } } },
		});
	const ids = ['a', 'b', 'a'].map((words) => parse(edit(words))[0].eventId);
	expect(new Set(ids).size).toBe(2);
});

it.each<[what: string, body: unknown]>([
	['what was written on the phone', withKey({ fromMe: true })],
	['nobody’s', withKey({ fromMe: undefined })],
	['what the API sent', sent],
	['a status', update],
	['an edit of ours', ownEdit],
	['an edit whose text is not told (2.3.0 to 2.3.6)', silentEdit],
	['the author’s own view of an edit', { ...ownEdit, event: 'messages.edited' }],
	['a deletion of ours', deleted],
	['a deletion by the API', deletedByApi],
	[
		'a deletion in the channel of Meta, which says of all that others wrote them',
		withData(deleted, { fromMe: false, id: 'wamid.A' }),
	],
	['a status of the day', withKey({ remoteJid: 'status@broadcast' })],
	['a broadcast list', withKey({ remoteJid: '1234567890@broadcast' })],
	['a channel', withKey({ remoteJid: '120363171744447809@newsletter' })],
	['keys', ofMessage({ senderKeyDistributionMessage: {}, messageContextInfo: {} })],
	['a protocol message', ofMessage({ protocolMessage: { type: 0 } })],
	['an edit that has an event of its own', ofMessage({ editedMessage: { message: {} } })],
	['no message', ofMessage({})],
	['neither id nor content', withData(text, { key: { fromMe: false }, message: { a: 1 } })],
	['presence', { ...text, event: 'presence.update' }],
	['a call', { ...text, event: 'call' }],
	['a list of messages', { ...text, data: [text.data] }],
	['nothing', null],
])('%s gives no event', (_, body) => expect(parse(body)).toEqual([]));

it('hands on neither keys nor files', () => {
	const message = {
		imageMessage: { ...MEDIA, jpegThumbnail: 'AAAA', mediaKey: 'k' },
		messageContextInfo: { messageSecret: 's' },
		base64: 'AAAA',
	};
	const [{ raw }] = parse({ ...ofMessage(message), api_key: 'GLOBAL' });
	expect(JSON.stringify(raw)).not.toMatch(/AAAA|"k"|"s"|TOKEN|GLOBAL|n8n\.example/);
});
