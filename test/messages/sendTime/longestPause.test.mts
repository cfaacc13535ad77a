import fc from 'fast-check';
import { openingHours, type SendingWindow } from '../../../messages/sendTime';
import { runs } from '../../proof.mts';

const HOUR = 3_600_000;
/** A Monday, half a year away from all changes of clocks in these tests. */
const AROUND = Date.UTC(2027, 0, 4);

const everyDay = [1, 2, 3, 4, 5, 6, 7];
const workdays: SendingWindow = {
	from: '09:00',
	to: '18:00',
	weekdays: [1, 2, 3, 4, 5],
	timezone: 'Europe/Berlin',
};

it.each<[string, SendingWindow, number]>([
	['a night', { ...workdays, weekdays: everyDay }, 15],
	['a weekend', workdays, 63],
	['a working week', { ...workdays, from: '22:00', to: '06:00', weekdays: [5, 6] }, 136],
	['a week but an hour', { ...workdays, from: '09:00', to: '10:00', weekdays: [3] }, 167],
	['no time at all', { ...workdays, from: '00:00', to: '24:00', weekdays: everyDay }, 0],
	[
		'a Sunday, with other hours on Saturday',
		{ ...workdays, moreHours: [{ from: '10:00', to: '12:00', weekdays: [6] }] },
		45,
	],
	['a holiday before a weekend', { ...workdays, closedOn: ['2026-12-25'] }, 87],
	[
		'holidays on both sides of a weekend',
		{ ...workdays, closedOn: ['2026-12-25', '2026-12-28'] },
		111,
	],
	['a holiday on a Sunday', { ...workdays, closedOn: ['2026-12-27'] }, 63],
	[
		'what the clocks of Berlin and Tokyo have not in common',
		{ ...workdays, otherTimezones: ['Asia/Tokyo'] },
		71,
	],
])('stays closed for %s', (_, window, hours) => {
	expect(openingHours(window).longestPause(AROUND)).toBe(hours * HOUR);
});

const hour = fc.integer({ min: 0, max: 23 });
const days = fc.uniqueArray(fc.constantFrom(...everyDay), { minLength: 1 });
const text = (value: number) => `${String(value).padStart(2, '0')}:00`;
const daily = fc
	.record({ from: hour, to: hour, weekdays: days })
	.filter(({ from, to }) => from !== to)
	.map(({ from, to, weekdays }) => ({ from: text(from), to: text(to), weekdays }));

it('is the longest row of closed hours, looked up one by one', () => {
	fc.assert(
		fc.property(
			daily,
			fc.array(daily, { maxLength: 2 }),
			fc.array(fc.integer({ min: 10, max: 25 }), { maxLength: 6 }),
			(one, moreHours, closedDays) => {
				const closedOn = [...new Set(closedDays)].map((day) => `2027-01-${day}`);
				const hours = openingHours({ ...one, moreHours, closedOn, timezone: 'UTC' });
				let [longest, closed] = [0, 0];
				for (let at = hours.nextOpen(AROUND); at < AROUND + 60 * 24 * HOUR; at += HOUR) {
					if (!hours.isOpen(at)) closed++;
					else [longest, closed] = [Math.max(longest, closed), 0];
				}
				expect(hours.longestPause(AROUND)).toBe(longest * HOUR);
			},
		),
		runs(100),
	);
});
