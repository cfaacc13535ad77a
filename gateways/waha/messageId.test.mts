import fc from 'fast-check';
import noweb from './fixtures/sent-noweb.json';
import gows from './fixtures/sent-gows.json';
import webjs from './fixtures/sent-webjs-group.json';
import { chosenId, readKey, sentId, serialId } from './messageId';

it.each<[string, unknown, string | null]>([
	['NOWEB', noweb, '3EB08A6895830F110A5E4D'],
	['GOWS', gows, '3EB0965B123D06E0B70741'],
	['GOWS in a group', { ...gows, id: `${gows.id}_4915199999999@c.us` }, '3EB0965B123D06E0B70741'],
	['WEBJS', webjs, '3EB091474C1CE5341E8F3F'],
	[
		'WEBJS without the bare id',
		{ id: { _serialized: webjs.id._serialized } },
		'3EB091474C1CE5341E8F3F',
	],
	[
		'WEBJS with a build of WhatsApp Web since 2026-07-15',
		{ id: { $1: webjs.id._serialized } },
		'3EB091474C1CE5341E8F3F',
	],
	['a bare id', { id: 'ABC' }, 'ABC'],
	['nothing', {}, null],
	['an empty id', { id: '', key: { id: '' } }, null],
	['an inherited one', JSON.parse('{"__proto__":{"id":"x"}}'), null],
])('reads the id of an answer: %s', (_, body, id) => {
	expect(sentId(body as never)).toBe(id);
});

it.each([
	['true_4915112345678@c.us_3EB0', { isOwn: true, chat: '4915112345678@c.us', messageId: '3EB0' }],
	['false_1@g.us_3EB0_2@lid', { isOwn: false, chat: '1@g.us', messageId: '3EB0' }],
	['3EB0', { isOwn: null, chat: null, messageId: '3EB0' }],
	['true_@_', { isOwn: null, chat: null, messageId: 'true_@_' }],
	['other_x_y', { isOwn: null, chat: null, messageId: 'other_x_y' }],
])('reads %s', (id, expected) => {
	expect(readKey(id)).toEqual(expected);
});

it('reads what it makes', () => {
	const part = fc.stringMatching(/^[A-Za-z0-9@.]{1,30}$/);
	fc.assert(
		fc.property(part, part, (chat, messageId) => {
			expect(readKey(serialId(chat, messageId))).toEqual({ isOwn: true, chat, messageId });
		}),
	);
});

it('chooses one id for each message, in the form of the engines', () => {
	fc.assert(
		fc.property(fc.uuid(), fc.uuid(), (one, other) => {
			expect(chosenId(one)).toMatch(/^3EB0[0-9A-F]{18}$/);
			expect(chosenId(one) === chosenId(other)).toBe(one === other);
		}),
	);
	expect(chosenId('a')).toHaveLength(noweb.key.id.length);
});
