import { describeAddress } from '../../messages/recipient';
import { personOf } from '../../messages/doNotContact';
import {
	createReceivedMessage,
	isSomething,
	type ReceivedMessageInput,
} from '../../messages/receivedMessage';
import { toReceivedMessageItem } from '../../messages/receivedMessageItem';
import { createStatusEvent } from '../../messages/statusEvent';
import { toEventItem } from '../../messages/webhookEvent';

const PERSON = '919988066776@s.whatsapp.net';
const GROUP = '120363043968066561@g.us';

const message = (more: Partial<ReceivedMessageInput> = {}) =>
	createReceivedMessage({
		gateway: 'g',
		channel: 'whatsapp',
		account: 'channel-1',
		type: 'text',
		text: 'Tuesday is fine',
		messageId: 'm1',
		from: describeAddress(PERSON),
		occurredAt: '2026-11-21T15:40:23.000Z',
		receivedAt: '2026-11-21T15:40:24.000Z',
		raw: { as: 'it came' },
		...more,
	});
const idOf = (more: Partial<ReceivedMessageInput> = {}) => message(more).eventId;

describe('the id of a received message', () => {
	it('is the same whenever and with whatever content the message comes', () => {
		const again: Array<Partial<ReceivedMessageInput>> = [
			{ receivedAt: '2026-11-22T00:00:00.000Z' },
			{ occurredAt: null },
			{ text: null, type: 'other' },
			{ raw: { another: 'envelope' } },
		];
		for (const more of again) expect(idOf(more)).toBe(idOf());
	});

	it.each<[string, Partial<ReceivedMessageInput>]>([
		['gateway', { gateway: 'h' }],
		['account', { account: 'channel-2' }],
		['message', { messageId: 'm2' }],
		['chat', { chat: describeAddress(GROUP) }],
		['message that is meant', { type: 'reaction', aboutMessageId: 'x' }],
	])('is another of another %s', (_, more) => expect(idOf(more)).not.toBe(idOf()));

	it('tells the edits of one message apart by their times, and what is done to it', () => {
		const about = (type: 'edit' | 'deletion', occurredAt: string | null) =>
			idOf({ type, aboutMessageId: 'm1', occurredAt });
		const ids = [
			about('edit', '2026-11-21T15:41:00.000Z'),
			about('edit', '2026-11-21T15:42:00.000Z'),
			about('deletion', '2026-11-21T15:41:00.000Z'),
			about('deletion', null),
		];
		expect(new Set(ids).size).toBe(4);
		expect(about('edit', '2026-11-21T15:41:00.000Z')).toBe(ids[0]);
	});

	it('is made of the content where the gateway names no message', () => {
		const nameless = (raw: unknown) => idOf({ messageId: null, raw });
		expect(nameless({ text: 'a', at: 1 })).toBe(nameless({ at: 1, text: 'a' }));
		expect(nameless({ text: 'a' })).not.toBe(nameless({ text: 'b' }));
	});

	it('is never that of a status', () => {
		const status = createStatusEvent({
			gateway: 'g',
			channel: 'whatsapp',
			account: 'channel-1',
			status: 'read',
			messageId: 'm1',
			receivedAt: '2026-11-21T15:40:24.000Z',
			raw: {},
		});
		expect(idOf()).not.toBe(status.eventId);
	});

	it('stays short, however long the parts are', () => {
		const long = 'x'.repeat(10_000);
		const more = { account: long, messageId: long, aboutMessageId: long } as const;
		expect(idOf({ ...more, type: 'edit' }).length).toBeLessThan(400);
		expect(idOf({ ...more, type: 'edit' })).not.toBe(idOf({ ...more, type: 'reaction' }));
	});
});

describe('a message without an id', () => {
	const nothing = { messageId: null, text: null } as const;

	it.each<[string, Partial<ReceivedMessageInput>]>([
		['an id', { messageId: 'm1' }],
		['a text', { text: 'Hello' }],
		['an empty text', { text: '' }],
		['a button', { button: { id: null, title: 'Yes', kind: 'button' } }],
		['a file', { media: { url: null, id: '9', mimeType: null, fileName: null } }],
		['a message that is meant', { aboutMessageId: 'm0' }],
	])('or content is nothing; with %s it is something', (_, more) => {
		expect(isSomething(message(nothing))).toBe(false);
		expect(isSomething(message({ ...nothing, ...more }))).toBe(true);
	});
});

it('a person is known by the number, and by the address where there is none', () => {
	expect(personOf(describeAddress(PERSON)!)).toBe('+919988066776');
	expect(personOf(describeAddress('188905563410665@lid')!)).toBe('188905563410665@lid');
});

describe('the item of a received message', () => {
	it('has what a person looks for first, and the ids last', () => {
		const keys = Object.keys(toReceivedMessageItem(message(), 'UTC'));
		expect(keys.slice(0, 8)).toEqual([
			'event',
			'text',
			'from',
			'fromName',
			'button',
			'optOut',
			'occurredAtLocal',
			'inReplyTo',
		]);
		expect(keys.slice(-3)).toEqual(['messageId', 'eventId', 'raw']);
		expect(keys).not.toContain('error');
	});

	it('has all that the message has, flat', () => {
		const given = message({
			type: 'button',
			fromName: 'Anna',
			fromLid: '188905563410665@lid',
			button: { id: 'confirm-17', title: 'Confirm', kind: 'template' },
			media: { url: 'https://m.example/1', id: '9', mimeType: 'image/png', fileName: 'a.png' },
			chat: describeAddress(GROUP),
			inReplyTo: 'ours',
			optOut: 'stop',
		});
		expect(toReceivedMessageItem(given, 'Asia/Kolkata')).toEqual({
			...given,
			from: '+919988066776',
			fromKind: 'phone',
			fromAddress: PERSON,
			chat: GROUP,
			chatKind: 'group',
			button: 'Confirm',
			buttonId: 'confirm-17',
			buttonKind: 'template',
			mediaUrl: 'https://m.example/1',
			mediaId: '9',
			mediaType: 'image/png',
			fileName: 'a.png',
			media: undefined,
			occurredAtLocal: 'Sat, 21 Nov 2026, 21:10:23',
			timezone: 'Asia/Kolkata',
		});
	});

	it('has null for what is not known', () => {
		const bare = message({
			from: null,
			account: '',
			messageId: null,
			text: null,
			occurredAt: null,
		});
		const { event, type, timezone, receivedAt, gateway, channel, eventId, raw, ...rest } =
			toReceivedMessageItem(bare, 'Europe/Berlin');
		expect([event, type, timezone, gateway, channel]).toEqual([
			'received',
			'text',
			'Europe/Berlin',
			'g',
			'whatsapp',
		]);
		expect([receivedAt, raw, eventId !== '']).toEqual([bare.receivedAt, bare.raw, true]);
		for (const [key, value] of Object.entries(rest)) expect([key, value]).toEqual([key, null]);
	});

	it('names whoever has no phone number by the address', () => {
		const hidden = message({ from: describeAddress('188905563410665@lid') });
		expect(toReceivedMessageItem(hidden, 'UTC')).toMatchObject({
			from: '188905563410665@lid',
			fromKind: 'lid',
			chat: '188905563410665@lid',
		});
	});
});

it('an event says in its item which of the two kinds it is', () => {
	const status = createStatusEvent({ ...message(), status: 'read' } as never);
	expect(toEventItem(message(), 'UTC')).toMatchObject({ event: 'received', type: 'text' });
	expect(toEventItem(status, 'UTC')).toMatchObject({ event: 'status', status: 'read' });
	for (const each of [message(), status]) {
		expect(Object.keys(toEventItem(each, 'UTC'))[0]).toBe('event');
	}
});
