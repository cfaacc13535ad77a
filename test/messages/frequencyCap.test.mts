import fc from 'fast-check';
import {
	allowedFrom,
	checkedLimit,
	formatFrequencyCap,
	MAX_PERIOD_MS,
	parseFrequencyCap,
	type FrequencyCap,
	type FrequencyLimit,
} from '../../messages/frequencyCap';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { runs } from '../proof.mts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const limit = (messages: number, periodMs: number, over: 'hold' | 'skip' = 'hold') => ({
	messages,
	periodMs,
	over,
});

it.each<[FrequencyCap, string | null]>([
	[{ limit: limit(3, DAY), counts: true }, '3 in 24 h, hold'],
	[{ limit: limit(1, 7 * DAY, 'skip'), counts: true }, '1 in 7 d, skip'],
	[{ limit: limit(2, 36 * HOUR), counts: false }, '2 in 36 h, hold, not counted'],
	[{ limit: null, counts: false }, 'not counted'],
	[{ limit: null, counts: true }, null],
])('%j is %j in the table', (cap, text) => {
	expect(formatFrequencyCap(cap)).toBe(text);
	expect(parseFrequencyCap(text)).toEqual(cap);
});

it.each([' 3 in 24 h,hold ', '3 IN 1 d, Hold', '3 in 24h, hold', '3 in 1 D,  hold'])(
	'reads %j as a person may have edited it',
	(text) => {
		expect(parseFrequencyCap(text)).toEqual({ limit: limit(3, DAY), counts: true });
	},
);

it.each([
	['3 in 1d,SKIP,Not Counted', { limit: limit(3, DAY, 'skip'), counts: false }],
	[' NOT counted\n', { limit: null, counts: false }],
	[' ', { limit: null, counts: true }],
	['1000 in 744 h, hold', { limit: limit(1_000, 31 * DAY), counts: true }],
	['1 in 1 h, hold', { limit: limit(1, HOUR), counts: true }],
])('reads %j, too', (text, cap) => {
	expect(parseFrequencyCap(text)).toEqual(cap);
});

it.each(['3 in 24 h, hold!', 'x3 in 24 h, hold', '3 in 24 h, hold, counted', '3 in 24 w, hold'])(
	'takes %j for no cap',
	(text) => {
		expect(() => parseFrequencyCap(text)).toThrow('Enter a cap such as 3 in 24 h, hold.');
	},
);

it.each([
	['often', '"Frequency Cap" is "often". Enter a cap such as 3 in 24 h, hold.'],
	['3 in 24 h', '"Frequency Cap" is "3 in 24 h". Enter a cap such as 3 in 24 h, hold.'],
	[
		'-1 in 24 h, hold',
		'"Frequency Cap" is "-1 in 24 h, hold". Enter a cap such as 3 in 24 h, hold.',
	],
	[
		'0 in 24 h, hold',
		'"Frequency Cap" has "0" as "Messages". Enter a whole number from 1 to 1000.',
	],
	[
		'1 in 0 h, hold',
		'"Frequency Cap" has a period of "0" hours. Enter whole hours from 1 to 744, or days from 1 to 31.',
	],
	[
		'1 in 32 d, hold',
		'"Frequency Cap" has a period of "768" hours. Enter whole hours from 1 to 744, or days from 1 to 31.',
	],
])('refuses %j', (text, message) => {
	expect(() => parseFrequencyCap(text)).toThrow(
		new InvalidParameterError('Frequency Cap', message),
	);
});

it.each([
	limit(Number.NaN, DAY),
	limit(1.5, DAY),
	limit(1_001, DAY),
	limit(1, Number.NaN),
	limit(1, 1.5 * HOUR),
	limit(1, MAX_PERIOD_MS + HOUR),
	limit(1, -DAY),
])('takes no %j', (wrong) => {
	expect(() => checkedLimit(wrong)).toThrow(InvalidParameterError);
});

it('reads what it wrote', () => {
	const anyCap = fc.record({
		limit: fc.option(
			fc.record<FrequencyLimit>({
				messages: fc.integer({ min: 1, max: 1_000 }),
				periodMs: fc.integer({ min: 1, max: 744 }).map((hours) => hours * HOUR),
				over: fc.constantFrom('hold', 'skip'),
			}),
		),
		counts: fc.boolean(),
	});
	fc.assert(
		fc.property(anyCap, (cap) => {
			expect(parseFrequencyCap(formatFrequencyCap(cap))).toEqual(cap);
		}),
		runs(300, 20_000),
	);
});

it('lets a message go at the first moment at which it is not one too many', () => {
	const count = (times: readonly number[], end: number, periodMs: number) =>
		times.filter((at) => at > end - periodMs).length;
	const times = fc.array(fc.integer({ min: -60, max: 5 }), { maxLength: 20 });
	fc.assert(
		fc.property(times, fc.integer({ min: 1, max: 5 }), (sentHours, messages) => {
			const cap = limit(messages, 24 * HOUR);
			const sent = sentHours.map((hour) => hour * HOUR);
			const from = allowedFrom(cap, sent, 0);
			expect(count(sent, from, cap.periodMs)).toBeLessThan(messages);
			if (from > 0) expect(count(sent, from - 1, cap.periodMs)).toBeGreaterThanOrEqual(messages);
		}),
		runs(500, 20_000),
	);
});
