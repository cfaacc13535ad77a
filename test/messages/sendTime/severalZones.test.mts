/** Sending windows that are kept in several timezones at once. */
import fc from 'fast-check';
import {
	applySendingWindow,
	keptWindow,
	openingHours,
	parseWindow,
	resolveSendTime,
	spreadSendTimes,
	type DailyHours,
	type SendingWindow,
} from '../../../messages/sendTime';
import { changesOf, iso, isReported, zones } from './reckoning.mts';
import { firstInside, isInside } from './windowReckoning.mts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const at = (text: string) => Date.parse(text);
const next = (text: string, instant: string) =>
	iso(openingHours(parseWindow(text)).nextOpen(at(instant)));

it.each([
	// Sydney is eleven hours ahead of UTC in January, Perth eight, Darwin nine and a half.
	['2027-01-04T22:00Z', '2027-01-05T00:00:00.000Z', 'when the last one opens'],
	['2027-01-05T09:30Z', '2027-01-06T00:00:00.000Z', 'the next day once the first one is closed'],
	['2027-01-05T01:00Z', '2027-01-05T01:00:00.000Z', 'at once where all are open'],
])('of several timezones: from %s to %s, %s', (instant, expected) => {
	const text = 'Mon Tue Wed Thu Fri Sat Sun 08:00-20:00 Australia/Sydney, Australia/Perth';
	expect(next(text, instant)).toBe(expected);
});

it.each([
	['2026-12-24T12:00Z', '2026-12-24T12:00:00.000Z'],
	['2026-12-24T23:30Z', '2026-12-27T09:00:00.000Z'],
	['2026-12-25T12:00Z', '2026-12-27T09:00:00.000Z'],
])('is closed on the days that the user has entered: from %s to %s', (instant, expected) => {
	const text = 'Mon Tue Wed Thu Fri Sat Sun 09:00-18:00 UTC not on 2026-12-25, 2026-12-26';
	expect(next(text, instant)).toBe(expected);
});

it('takes a closed day by the clock of each timezone', () => {
	const text = 'Mon Tue Wed Thu Fri Sat Sun 00:00-24:00 Asia/Tokyo, America/New_York';
	// Christmas begins in Tokyo nine hours before UTC, and ends in New York five hours after it.
	expect(next(`${text} not on 2026-12-25`, '2026-12-24T14:59Z')).toBe('2026-12-24T14:59:00.000Z');
	expect(next(`${text} not on 2026-12-25`, '2026-12-24T15:00Z')).toBe('2026-12-26T05:00:00.000Z');
});

it('opens at midnight when a closed day ends within a night', () => {
	const text = 'Mon Tue Wed Thu Fri Sat Sun 22:00-06:00 UTC not on 2026-12-25';
	expect(next(text, '2026-12-24T23:00Z')).toBe('2026-12-24T23:00:00.000Z');
	expect(next(text, '2026-12-25T03:00Z')).toBe('2026-12-26T00:00:00.000Z');
});

it('has hours of its own on some weekdays, and several on one', () => {
	const text = 'Mon Tue 10:00-13:00; Mon Tue 14:00-20:00; Sat 09:00-12:00 UTC';
	expect(next(text, '2026-11-23T13:00Z')).toBe('2026-11-23T14:00:00.000Z');
	expect(next(text, '2026-11-24T20:00Z')).toBe('2026-11-28T09:00:00.000Z');
});

it('goes by the main timezone alone where the timezones have no hour in common, and says so', () => {
	const window = parseWindow(
		'Mon Tue Wed Thu Fri Sat Sun 10:00-18:00 Europe/Moscow, Europe/Kaliningrad, Asia/Kamchatka',
	);
	const kept = keptWindow(window, resolveSendTime('2026-11-23 04:00', 'Europe/Moscow'));
	expect(kept.window).toEqual(parseWindow('Mon Tue Wed Thu Fri Sat Sun 10:00-18:00 Europe/Moscow'));
	expect(kept.time.adjusted).toMatchObject([
		{
			reason: 'sendingWindow',
			note: 'The sending window is never open in all 3 timezones in which the recipient may be, so it is kept in Europe/Moscow alone.',
		},
	]);
	expect(kept.time.scheduledAt).toBe('2026-11-23T01:00:00.000Z');
	expect(applySendingWindow(kept.time, kept.window).local.slice(0, 16)).toBe('2026-11-23T10:00');
	// A person who has written such a window into the table gets the same.
	expect(openingHours(window).nextOpen(at('2026-11-23T01:00Z'))).toBe(at('2026-11-23T07:00Z'));
});

it('stays as it is where the timezones have one', () => {
	const window = parseWindow(
		'Mon Tue Wed Thu Fri Sat Sun 08:00-21:00 Europe/Moscow, Europe/Kaliningrad, Asia/Kamchatka',
	);
	const time = resolveSendTime('2026-11-23 04:00', 'Europe/Moscow');
	expect(keptWindow(window, time)).toEqual({ window, time });
	const moved = applySendingWindow(time, window);
	expect(moved.local.slice(11, 16)).toBe('09:00');
	expect(moved.adjusted![0].note).toBe(
		'The time was outside the sending window (08:00 to 21:00, every day, Europe/Moscow and Europe/Kaliningrad and Asia/Kamchatka), so it was moved to the next opening, 2026-11-23 09:00 in Europe/Moscow.',
	);
});

it.each<[Partial<SendingWindow>, string]>([
	[
		{ closedOn: ['2026-02-30'] },
		'"Sending Window" has "2026-02-30" in "No Sending On"; enter dates such as 2026-12-25.',
	],
	[
		{ closedOn: ['Christmas'] },
		'"Sending Window" has "Christmas" in "No Sending On"; enter dates such as 2026-12-25.',
	],
	[
		{
			closedOn: Array.from({ length: 367 }, (_, day) =>
				iso(day * DAY + at('2027-01-01')).slice(0, 10),
			),
		},
		'"Sending Window" has 367 days in "No Sending On"; enter at most 366.',
	],
	[
		{ moreHours: [{ from: '12:00', to: '12:00', weekdays: [6] }] },
		'"Sending Window" begins and ends at 12:00; choose two different times.',
	],
	[
		{ otherTimezones: ['Mars/Olympus'] },
		'"Sending Window: Timezone" is "Mars/Olympus", which is not the name of a timezone; enter one such as Europe/Berlin, Asia/Kolkata or UTC.',
	],
])('refuses %j', (wrong, message) => {
	const good = { from: '09:00', to: '18:00', weekdays: [1], timezone: 'UTC' };
	expect(() => openingHours({ ...good, ...wrong })).toThrow(message);
});

it('waits for the end of a year of closed days', () => {
	const days = Array.from({ length: 366 }, (_, day) =>
		iso(at('2027-01-01') + day * DAY).slice(0, 10),
	);
	const daily = { from: '09:00', to: '10:00', weekdays: [1, 2, 3, 4, 5, 6, 7], timezone: 'UTC' };
	expect(iso(openingHours({ ...daily, closedOn: days }).nextOpen(at('2027-01-01')))).toBe(
		'2028-01-02T09:00:00.000Z',
	);
});

const time = fc
	.integer({ min: 0, max: 95 })
	.map((quarter) => iso(quarter * 15 * MINUTE).slice(11, 16));
const hours: fc.Arbitrary<DailyHours> = fc
	.record({
		from: time,
		to: fc.oneof(time, fc.constant('24:00')),
		weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
	})
	.filter(({ from, to }) => from !== to);

/** Sets of timezones, with two for each change of a clock from 2026 to 2030. */
const changes = zones.flatMap((zone) => changesOf(zone, 2026, 2030));
const cases = [...changes, ...changes].slice(0, Math.max(200, changes.length));

it(`opens at the first moment inside in all timezones, by ${cases.length} sets around every change of a clock`, () => {
	expect(cases.length).toBeGreaterThanOrEqual(200);
	let common = 0;
	cases.forEach(({ zone, at: change }, seed) => {
		const [sample] = fc.sample(
			fc.record({
				others: fc.uniqueArray(fc.constantFrom(...zones.filter((other) => other !== zone)), {
					minLength: 1,
					maxLength: 4,
				}),
				first: hours,
				moreHours: fc.array(hours, { maxLength: 1 }),
				closedIn: fc.uniqueArray(fc.integer({ min: -1, max: 3 }), { maxLength: 2 }),
				away: fc.integer({ min: -60 * 60, max: 30 * 60 }),
			}),
			{ seed, numRuns: 1 },
		);
		const instant = change + sample.away * MINUTE;
		const closedOn = sample.closedIn.map((days) => iso(change + days * DAY).slice(0, 10));
		const window: SendingWindow = {
			...sample.first,
			...(sample.moreHours.length > 0 && { moreHours: sample.moreHours }),
			timezone: zone,
			otherTimezones: sample.others,
			...(closedOn.length > 0 && { closedOn }),
		};
		const resolved = resolveSendTime(instant, zone);
		const after = applySendingWindow(resolved, window);
		const opening = at(after.scheduledAt);
		// Where this process's data is too old to know, that is told.
		if (isReported(after)) return;
		const weeks = 16 + 7 * closedOn.length;
		const wanted =
			firstInside(instant, window, instant + weeks * DAY) ??
			firstInside(instant, { ...window, otherTimezones: [] })!;
		if (isInside(opening, window)) common++;
		expect([seed, iso(opening)]).toEqual([seed, iso(wanted)]);
		expect(applySendingWindow(after, window)).toBe(after);
	});
	// Most of them have an hour in common, or the test would be of something else.
	expect(common).toBeGreaterThan(cases.length / 3);
}, 600_000);

describe('a list whose items have windows of their own', () => {
	const morning = parseWindow('Mon Tue Wed Thu Fri Sat Sun 09:00-10:00 UTC');
	const day = parseWindow('Mon Tue Wed Thu Fri Sat Sun 09:00-18:00 UTC');
	const noon = resolveSendTime('2026-11-23 12:00', 'UTC');

	it('is not kept waiting by an item whose window is closed', () => {
		const windows = [morning, day, day];
		const times = spreadSendTimes([noon, noon, noon], {
			spacingSeconds: 60,
			window: (_, index) => windows[index],
		});
		expect(times.map(({ scheduledAt }) => scheduledAt.slice(0, 16))).toEqual([
			'2026-11-24T09:00',
			'2026-11-23T12:00',
			'2026-11-23T12:01',
		]);
	});

	it('keeps distance and windows, whatever they are, and is never early', () => {
		const windows = [morning, day, undefined, parseWindow('Tue 22:00-06:00 Asia/Tokyo, UTC')];
		const anyList = fc.array(
			fc.record({
				minute: fc.integer({ min: 0, max: 4_000 }),
				window: fc.constantFrom(...windows),
			}),
			{ maxLength: 12 },
		);
		fc.assert(
			fc.property(anyList, fc.constantFrom(0, 60, 3_600), (list, spacingSeconds) => {
				const wanted = list.map(({ minute }) =>
					resolveSendTime(at('2026-11-23') + minute * MINUTE, 'UTC'),
				);
				const window = (_: unknown, index: number) => list[index].window;
				const spread = spreadSendTimes(wanted, { spacingSeconds, window });
				const instants = spread.map(({ scheduledAt }) => at(scheduledAt));
				instants.forEach((instant, index) => {
					expect(instant).toBeGreaterThanOrEqual(at(wanted[index].scheduledAt));
					const own = list[index].window;
					if (own !== undefined) expect(openingHours(own).nextOpen(instant)).toBe(instant);
				});
				const sorted = [...instants].sort((a, b) => a - b);
				sorted.forEach((instant, index) => {
					if (index > 0)
						expect(instant - sorted[index - 1]).toBeGreaterThanOrEqual(spacingSeconds * 1_000);
				});
			}),
		);
	});
});
