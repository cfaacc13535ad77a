/** Durations, values and sentences as people read them. */
import { DAY_MS, formatDuration, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../messages/duration';
import { essenceOf } from '../../messages/mediaFile';
import { joinSentences } from '../../messages/sentences';
import { settle, settleSync } from '../../messages/settle';
import { quote, shorten } from '../../messages/text';

it.each([
	[0, 'less than 1 second'],
	[999, 'less than 1 second'],
	[SECOND_MS, '1 second'],
	[2 * SECOND_MS, '2 seconds'],
	[MINUTE_MS, '1 minute'],
	[200 * MINUTE_MS + 7 * SECOND_MS, '3 hours 20 minutes'],
	[-(DAY_MS + HOUR_MS + MINUTE_MS), '1 day 1 hour'],
	[HOUR_MS + SECOND_MS, '1 hour 1 second'],
	[365 * DAY_MS, '1 year'],
	[364 * DAY_MS, '364 days'],
	[800 * DAY_MS, '2 years 70 days'],
])('%d milliseconds are %s', (ms, words) => expect(formatDuration(ms)).toBe(words));

it.each<[unknown, string]>([
	['a', '"a"'],
	['a\n\tb\u0000c', '"a b c"'],
	['x'.repeat(40), `"${'x'.repeat(40)}"`],
	['x'.repeat(41), `"${'x'.repeat(40)}…"`],
	[7, '"7"'],
	[null, '"null"'],
	[undefined, '"undefined"'],
	[[1], 'a list'],
	[{ a: 1 }, 'an object'],
	[() => 1, 'a function'],
])('%j in a sentence', (value, words) => expect(quote(value)).toBe(words));

it('shortens to the length that is asked for', () => {
	expect([shorten('abcd', 3), shorten('abc', 3), shorten(' a\r\nb ')]).toEqual([
		'abc…',
		'abc',
		' a b ',
	]);
});

it.each([
	['Failed', 'Try again.', 'Failed. Try again.'],
	['Failed.', 'Try again.', 'Failed. Try again.'],
	['Failed!', 'Try again.', 'Failed! Try again.'],
	['Why?', 'Try again.', 'Why? Try again.'],
	['3.5 is wrong', 'Try again.', '3.5 is wrong. Try again.'],
	['Failed. Try again.', 'Try again.', 'Failed. Try again.'],
	['Failed', '', 'Failed'],
	['Failed', null, 'Failed'],
	['Failed', undefined, 'Failed'],
])('%j and %j are %j', (message, hint, text) => expect(joinSentences(message, hint)).toBe(text));

it.each([
	['image/jpeg', 'image/jpeg'],
	[' Audio/OGG ; codecs=opus', 'audio/ogg'],
	['', ''],
])('the type of %j is %j', (mimeType, type) => expect(essenceOf({ mimeType })).toBe(type));

it('an outcome is a value, or the error', async () => {
	const error = new Error('no');
	expect(await settle(Promise.resolve(7))).toEqual({ ok: true, value: 7 });
	expect(await settle(Promise.reject(error))).toEqual({ ok: false, error });
	expect(settleSync(() => 7)).toEqual({ ok: true, value: 7 });
	expect(
		settleSync(() => {
			throw error;
		}),
	).toEqual({ ok: false, error });
});
