import { whatsAppCloud } from '.';
import batch from './fixtures/batch.webhook.json';
import button from './fixtures/received-button.webhook.json';
import image from './fixtures/received-image.webhook.json';
import list from './fixtures/received-list.webhook.json';
import marketingStop from './fixtures/received-marketing-stop.webhook.json';
import reaction from './fixtures/received-reaction.webhook.json';
import reply from './fixtures/received-reply.webhook.json';
import revoke from './fixtures/received-revoke.webhook.json';
import templateButton from './fixtures/received-template-button.webhook.json';
import text from './fixtures/received-text.webhook.json';
import withoutPhone from './fixtures/received-text-without-phone.webhook.json';
import { NUMBER, receivedAt } from './testValues.mts';

const parse = (body: unknown) => whatsAppCloud.parseReceived!(body, { receivedAt });

const PERSON = { address: '16505551234', phone: '+16505551234', kind: 'phone' };
const OURS = 'wamid.HBgLMTQxMjU1NTA4MjkVAgASGBQzQUNCNjk5RDUwNUZGMUZEM0VBRAA=';

/** Composed: the sample of a text with another content. */
const withMessage = (
	more: object,
	message: object = text.entry[0].changes[0].value.messages[0],
) => {
	const { value } = text.entry[0].changes[0];
	const changes = [{ field: 'messages', value: { ...value, messages: [{ ...message, ...more }] } }];
	return { ...text, entry: [{ id: '102290129340398', changes }] };
};
/** Composed: one content, of the given type. */
const typed = (type: string, content: object, more: object = {}) =>
	withMessage({ text: undefined, type, [type]: content, ...more });

it('reads the sample of a text', () => {
	const [message] = text.entry[0].changes[0].value.messages;
	expect(parse(text)).toEqual([
		{
			event: 'received',
			eventId: `whatsAppCloud|${NUMBER}|${message.id}|received|+16505551234||`,
			gateway: 'whatsAppCloud',
			channel: 'whatsapp',
			account: NUMBER,
			messageId: message.id,
			from: PERSON,
			fromName: 'Sheena Nelson',
			fromLid: null,
			chat: PERSON,
			type: 'text',
			text: 'Does it come in another color?',
			button: null,
			media: null,
			inReplyTo: null,
			aboutMessageId: null,
			optOut: null,
			occurredAt: '2025-06-08T20:59:43.000Z',
			receivedAt,
			raw: message,
		},
	]);
});

it.each<[what: string, body: unknown, expected: object]>([
	[
		'a user who hides the number, whose two ids differ by a letter in the sample',
		withoutPhone,
		{
			from: { address: 'US.13491208655302741918', phone: null, kind: 'unknown' },
			fromLid: 'US.13491208655302741918',
			fromName: 'Sheena Nelson',
			text: 'Does it come in another color?',
		},
	],
	[
		'a reply to a message of ours',
		reply,
		{ type: 'text', text: 'Tuesday is fine', inReplyTo: OURS },
	],
	[
		'a quick reply of a template',
		templateButton,
		{
			type: 'button',
			text: 'Unsubscribe',
			button: { id: 'Unsubscribe', title: 'Unsubscribe', kind: 'template' },
			inReplyTo: OURS,
			optOut: null,
		},
	],
	[
		'a button',
		button,
		{ text: 'Cancel', button: { id: 'cancel-button', title: 'Cancel', kind: 'button' } },
	],
	[
		'an entry of a list',
		list,
		{
			text: 'Priority Mail Express',
			button: { id: 'priority_express', title: 'Priority Mail Express', kind: 'list' },
			inReplyTo: OURS,
		},
	],
	[
		'an image with a caption',
		image,
		{
			type: 'image',
			text: 'Taj Mahal',
			media: {
				url: 'https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=133...',
				id: '1003383421387256',
				mimeType: 'image/jpeg',
				fileName: null,
			},
		},
	],
	['a reaction', reaction, { type: 'reaction', text: '👍', aboutMessageId: OURS, inReplyTo: null }],
	['a deletion', revoke, { type: 'deletion', text: null, aboutMessageId: OURS }],
	[
		'who wants no marketing messages any more',
		marketingStop,
		{
			messageId: null,
			type: 'other',
			text: null,
			optOut: 'stop',
			from: PERSON,
			fromName: 'Sheena Nelson',
			occurredAt: '2024-11-15T21:22:01.000Z',
		},
	],
])('reads the sample of %s', (_, body, expected) => {
	expect(parse(body)).toMatchObject([{ account: NUMBER, ...expected }]);
});

it.each<[what: string, body: unknown, expected: object]>([
	[
		'a voice message',
		typed('audio', { id: '1', mime_type: 'audio/ogg; codecs=opus', voice: true }),
		{ type: 'voice', media: { id: '1', url: null } },
	],
	['audio', typed('audio', { id: '1', mime_type: 'audio/aac' }), { type: 'audio' }],
	[
		'a document',
		typed('document', { id: '1', mime_type: 'application/pdf', filename: 'a.pdf' }),
		{ type: 'document', text: null, media: { fileName: 'a.pdf' } },
	],
	['a sticker', typed('sticker', { id: '1', mime_type: 'image/webp' }), { type: 'sticker' }],
	['a place', typed('location', { latitude: 1, longitude: 2 }), { type: 'location', text: null }],
	['contacts', typed('contacts', { 0: {} }), { type: 'contact' }],
	['an edit', typed('edit', edit()), { type: 'edit', text: 'Wednesday', aboutMessageId: OURS }],
	[
		'an edit of an edit',
		typed('edit', { ...edit(), message: { type: 'edit', edit: edit() } }),
		{ text: null },
	],
	['an edit of unknown content', typed('edit', { ...edit(), message: 7 }), { text: null }],
	['a reaction taken back', typed('reaction', { message_id: OURS }), { text: null }],
	['a form', typed('interactive', { type: 'nfm_reply', nfm_reply: {} }), { type: 'other' }],
	['an order', typed('order', { text: 'soon' }), { type: 'other', text: null }],
	['what Meta cannot show', typed('unsupported', {}, { errors: [] }), { type: 'other' }],
	['what came after this was written', typed('hologram', { body: 'x' }), { type: 'other' }],
	[
		'a group, by its id, and who wrote in it',
		withMessage({ group_id: 'Y2FwaV9n' }),
		{ from: PERSON, chat: { address: 'Y2FwaV9n', phone: null, kind: 'group' } },
	],
	[
		'a number with a plus',
		withMessage({ from: '+16505551234' }),
		{ from: { phone: '+16505551234' } },
	],
	[
		'both ids of a user',
		withMessage({ from_user_id: 'US.1' }),
		{ from: PERSON, fromLid: 'US.1', fromName: 'Sheena Nelson' },
	],
])('reads %s', (_, body, expected) => expect(parse(body)).toMatchObject([expected]));

function edit() {
	const message = { type: 'text', text: { body: 'Wednesday' } };
	return { original_message_id: OURS, message };
}

it.each<[what: string, more: object, optOut: string | undefined]>([
	['stop', {}, 'stop'],
	['resume', { value: 'resume' }, 'start'],
	['another word', { value: 'pause' }, undefined],
	['a word of objects', { value: 'constructor' }, undefined],
	['another category', { category: 'utility_messages' }, undefined],
])('marketing preferences: %s', (_, more, optOut) => {
	const body = structuredClone(marketingStop);
	Object.assign(body.entry[0].changes[0].value.user_preferences[0], more);
	// Nobody has answered anything.
	expect(parse(body).map(({ event, optOut: wish }) => [event, wish])).toEqual(
		optOut === undefined ? [] : [['preference', optOut]],
	);
});

it('two decisions of one person are two events, and one that is told twice is one', () => {
	const later = structuredClone(marketingStop);
	later.entry[0].changes[0].value.user_preferences[0].timestamp += 60;
	const ids = [marketingStop, later, marketingStop].map((body) => parse(body)[0].eventId);
	expect(new Set(ids).size).toBe(2);
});

it('the name is that of who wrote, not of another of the batch', () => {
	const { value } = text.entry[0].changes[0];
	const [message] = value.messages;
	const contacts = [{ profile: { name: 'Other' }, wa_id: '4915112345678' }, ...value.contacts];
	const messages = [
		message,
		{ ...message, id: 'b', from: '4915112345678' },
		{ ...message, from: '1' },
	];
	const body = {
		...text,
		entry: [{ changes: [{ field: 'messages', value: { contacts, messages } }] }],
	};
	expect(parse(body).map(({ fromName }) => fromName)).toEqual(['Sheena Nelson', 'Other', null]);
});

it('a mixed batch gives each message and each status once', () => {
	expect(parse(batch)).toMatchObject([{ type: 'text', account: NUMBER }]);
	expect(whatsAppCloud.parseWebhook(batch, { receivedAt })).toHaveLength(3);
	const { value } = batch.entry[0].changes[0];
	const one = { ...text.entry[0].changes[0].value, statuses: value.statuses };
	const together = { ...text, entry: [{ changes: [{ field: 'messages', value: one }] }] };
	expect(parse(together)).toHaveLength(1);
	expect(whatsAppCloud.parseWebhook(together, { receivedAt })).toHaveLength(2);
});

it('an item of n8n’s own trigger gives the message, too', () => {
	const [{ field, value }] = reply.entry[0].changes;
	const whole = whatsAppCloud.wholeWebhook!({ field, ...value });
	expect(parse(whole)).toMatchObject([{ text: 'Tuesday is fine' }]);
});

it.each<[what: string, body: unknown]>([
	['a changed number', typed('system', { body: 'A changed from 1 to 2' })],
	['a chat that was opened', typed('request_welcome', {})],
	['no type', withMessage({ type: undefined })],
	['neither id nor content', withMessage({ id: undefined, text: {} })],
	[
		'what the business writes on the phone',
		{
			...text,
			entry: [{ changes: [{ ...text.entry[0].changes[0], field: 'smb_message_echoes' }] }],
		},
	],
	['another object', { ...text, object: 'page' }],
	['a list', [text]],
	['nothing', null],
])('%s gives no event', (_, body) => expect(parse(body)).toEqual([]));
