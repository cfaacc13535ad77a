import fc from 'fast-check';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import {
	applySendingWindow,
	resolveSendTime,
	type SendingWindow,
} from '../../../messages/sendTime';
import { changesOf, iso, isReported, isWrong, zones } from './reckoning.mts';
import { firstInside } from './windowReckoning.mts';
import { runs } from '../../proof.mts';

const MINUTE = 60_000;
const workdays: SendingWindow = {
	from: '09:00',
	to: '18:00',
	weekdays: [1, 2, 3, 4, 5],
	timezone: 'Europe/Berlin',
};
const nights: SendingWindow = { ...workdays, from: '22:00', to: '06:00', weekdays: [5, 6] };
const everyDay = [1, 2, 3, 4, 5, 6, 7];

const moved = (value: string, window: SendingWindow) =>
	applySendingWindow(resolveSendTime(value, window.timezone), window);

it.each<[string, string, SendingWindow, string]>([
	['inside', '2026-02-02 10:00', workdays, '2026-02-02T10:00'],
	['at the opening', '2026-02-02 09:00', workdays, '2026-02-02T09:00'],
	['just before closing', '2026-02-02 17:59:59.999', workdays, '2026-02-02T17:59'],
	['at closing', '2026-02-02 18:00', workdays, '2026-02-03T09:00'],
	['early', '2026-02-02 03:00', workdays, '2026-02-02T09:00'],
	['on Friday evening', '2026-02-06 20:00', workdays, '2026-02-09T09:00'],
	['on Sunday', '2026-02-08 12:00', workdays, '2026-02-09T09:00'],
	['inside a night', '2026-02-06 23:00', nights, '2026-02-06T23:00'],
	["in Friday's night, on Saturday", '2026-02-07 05:00', nights, '2026-02-07T05:00'],
	["in Saturday's night, on Sunday", '2026-02-08 05:59', nights, '2026-02-08T05:59'],
	["in no night: Sunday's is not chosen", '2026-02-08 23:00', nights, '2026-02-13T22:00'],
	["early on Friday: Thursday's is not chosen", '2026-02-06 05:00', nights, '2026-02-06T22:00'],
	['until midnight', '2026-02-06 23:59', { ...nights, to: '00:00' }, '2026-02-06T23:59'],
	['after midnight', '2026-02-07 00:00', { ...nights, to: '00:00' }, '2026-02-07T22:00'],
	[
		'on a whole day',
		'2026-02-07 12:00',
		{ ...workdays, from: '00:00', to: '24:00' },
		'2026-02-09T00:00',
	],
	// The clock goes from 02:00 to 03:00 on 29 March, and back from 03:00 to 02:00 on 25 October.
	[
		'before an opening in a gap',
		'2026-03-29 01:00',
		{ ...workdays, from: '02:30', weekdays: everyDay },
		'2026-03-29T03:00',
	],
	[
		'before an opening in a gap, and less than a day before the next one',
		'2026-03-29 01:45',
		{ ...workdays, from: '02:30', weekdays: everyDay },
		'2026-03-29T03:00',
	],
	[
		'before a window that a gap takes away',
		'2026-03-29 01:00',
		{ ...workdays, from: '02:15', to: '02:45', weekdays: everyDay },
		'2026-03-30T02:15',
	],
	[
		'before a weekly window that a gap takes away',
		'2026-03-23 01:00',
		{ ...workdays, from: '02:15', to: '02:45', weekdays: [7] },
		'2026-04-05T02:15',
	],
	[
		'after a day of 23 hours',
		'2026-03-28 23:45',
		{ ...workdays, from: '00:15', to: '00:30', weekdays: [1] },
		'2026-03-30T00:15',
	],
	[
		'when the clock goes back to the day before',
		'2010-11-07 00:00:30',
		{ from: '23:30', to: '23:45', weekdays: [6], timezone: 'America/St_Johns' },
		'2010-11-06T23:30',
	],
])('%s', (_, value, window, local) => {
	expect(moved(value, window).local.slice(0, 16)).toBe(local);
});

it('says where the time went, and shows it in the zone of the send time', () => {
	const resolved = resolveSendTime('2026-02-06 20:00', 'America/New_York');
	expect(applySendingWindow(resolved, workdays)).toEqual({
		scheduledAt: '2026-02-09T08:00:00.000Z',
		local: '2026-02-09T03:00:00.000-05:00',
		timezone: 'America/New_York',
		offset: '-05:00',
		adjusted: [
			{
				reason: 'sendingWindow',
				from: '2026-02-06T20:00:00.000-05:00',
				to: '2026-02-09T03:00:00.000-05:00',
				note: 'The time was outside the sending window (09:00 to 18:00, Mon Tue Wed Thu Fri, Europe/Berlin), so it was moved to the next opening, 2026-02-09 09:00 there.',
			},
		],
	});
});

it('names a window of all weekdays by that', () => {
	const [{ note }] = moved('2026-02-08 08:00', { ...workdays, weekdays: everyDay }).adjusted!;
	expect(note).toContain('(09:00 to 18:00, every day, Europe/Berlin)');
});

it('adds to what was adjusted before', () => {
	const window = { ...workdays, weekdays: everyDay };
	expect(moved('2026-03-29 02:30', window).adjusted?.map(({ reason }) => reason)).toEqual([
		'dstGap',
		'sendingWindow',
	]);
});

it.each<[Partial<SendingWindow>, string]>([
	[{ weekdays: [] }, '"Sending Window" has no weekday; choose at least one.'],
	[{ weekdays: [0] }, '"Sending Window" has the weekday "0"; use 1 for Monday to 7 for Sunday.'],
	[
		{ weekdays: [1.5] },
		'"Sending Window" has the weekday "1.5"; use 1 for Monday to 7 for Sunday.',
	],
	[
		{ from: '09:00', to: '9:00' },
		'"Sending Window" begins and ends at 09:00; choose two different times.',
	],
	[{ from: '9' }, '"Sending Window" has "9" as "From"; enter a time of day such as 09:00.'],
	[{ to: '25:00' }, '"Sending Window" has "25:00" as "To"; enter a time of day such as 09:00.'],
	[{ from: '24:00' }, '"Sending Window" has "24:00" as "From"; enter a time of day such as 09:00.'],
	[
		{ timezone: 'Berlin' },
		'"Sending Window: Timezone" is "Berlin", which is not the name of a timezone; did you mean Europe/Berlin?',
	],
])('refuses %j', (wrong, message) => {
	const resolved = resolveSendTime('2026-02-02 10:00', 'UTC');
	expect(() => applySendingWindow(resolved, { ...workdays, ...wrong })).toThrow(
		InvalidParameterError,
	);
	expect(() => applySendingWindow(resolved, { ...workdays, ...wrong })).toThrow(message);
});

const anyTime = fc
	.integer({ min: 0, max: 95 })
	.map((quarter) => iso(quarter * 15 * MINUTE).slice(11, 16));
const anyWeekdays = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
const changes = zones.flatMap((zone) => changesOf(zone, 2024, 2030));
const near = fc
	.tuple(fc.constantFrom(...changes), fc.integer({ min: -200 * 60, max: 30 * 60 }))
	.map(([{ zone, at }, minutes]) => ({ timezone: zone, instant: at + minutes * MINUTE }));
const anywhere = fc.record({
	timezone: fc.constantFrom(...zones),
	instant: fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) }),
});

it('gives the first moment inside that is not before the wanted one', () => {
	const anyCase = fc
		.tuple(fc.oneof(near, anywhere), anyTime, anyTime, anyWeekdays)
		.filter(([, from, to]) => from !== to);
	fc.assert(
		fc.property(anyCase, ([{ timezone, instant }, from, to, weekdays]) => {
			const window = { from, to, weekdays, timezone };
			const resolved = resolveSendTime(instant, timezone);
			const after = applySendingWindow(resolved, window);
			const opening = Date.parse(after.scheduledAt);
			expect(applySendingWindow(after, window)).toBe(after);
			// What data too old to keep the window makes of it is told, there and nowhere else.
			const wanted = firstInside(instant, window);
			const isOld = [instant, opening].some((moment) => isWrong(moment, timezone));
			if (isReported(after)) return isOld || opening !== wanted;
			return !isOld && opening === wanted && (opening > instant || after === resolved);
		}),
		runs(300, 20_000),
	);
}, 600_000);
