import fc from 'fast-check';
import { DateTime } from 'luxon';

import { shiftSendTime, type Shift } from '../../../messages/sendTime';

const shifted = (at: string, amount: number, unit: Shift['unit'], zone: string) =>
	shiftSendTime(new Date(at).toISOString(), { amount, unit }, zone, 'Move By');

it.each<[string, string, number, Shift['unit'], string, string]>([
	[
		'a day over the change to summer time',
		'2026-03-28T09:00:00+01:00',
		1,
		'days',
		'Europe/Berlin',
		'2026-03-29T09:00:00+02:00',
	],
	[
		'24 hours over it',
		'2026-03-28T09:00:00+01:00',
		24,
		'hours',
		'Europe/Berlin',
		'2026-03-29T10:00:00+02:00',
	],
	[
		'a day back over the change to winter time',
		'2026-10-25T09:00:00+01:00',
		-1,
		'days',
		'Europe/Berlin',
		'2026-10-24T09:00:00+02:00',
	],
	['half an hour', '2026-02-01T12:00:00Z', 0.5, 'hours', 'UTC', '2026-02-01T12:30:00Z'],
	[
		'minutes back over midnight',
		'2026-02-01T00:05:00Z',
		-10,
		'minutes',
		'UTC',
		'2026-01-31T23:55:00Z',
	],
	[
		'a day in a zone by its offset',
		'2026-02-01T12:00:00Z',
		1,
		'days',
		'UTC+2',
		'2026-02-02T12:00:00Z',
	],
])('moves by %s', (_, at, amount, unit, zone, expected) => {
	expect(shifted(at, amount, unit, zone).scheduledAt).toBe(new Date(expected).toISOString());
});

it('says so if the clock does not show that time on that day', () => {
	const moved = shifted('2026-03-28T02:30:00+01:00', 1, 'days', 'Europe/Berlin');
	expect(moved.scheduledAt).toBe('2026-03-29T01:30:00.000Z');
	expect(moved.adjusted).toMatchObject([{ reason: 'dstGap' }]);
});

it.each([1e6, -1e6, 1e300])(
	'refuses to move by %d days, out of the years of send times',
	(days) => {
		expect(() => shifted('2026-02-01T12:00:00Z', days, 'days', 'UTC')).toThrow(/^"Move By" is/);
	},
);

const zone = fc.constantFrom(
	'Europe/Berlin',
	'America/New_York',
	'Asia/Kolkata',
	'Australia/Lord_Howe',
);
const instant = fc.integer({
	min: Date.parse('2026-01-01T00:00:00Z'),
	max: Date.parse('2027-01-01T00:00:00Z'),
});

it('moves by hours exactly, and by days to the same clock time as Luxon, but for changes of the clock', () => {
	fc.assert(
		fc.property(instant, zone, fc.integer({ min: -400, max: 400 }), (at, name, amount) => {
			const given = new Date(at).toISOString();
			expect(Date.parse(shifted(given, amount, 'hours', name).scheduledAt)).toBe(
				at + amount * 3_600_000,
			);
			const { scheduledAt, adjusted } = shifted(given, amount, 'days', name);
			if (adjusted !== undefined) return;
			const wall = (ms: number) => DateTime.fromMillis(ms, { zone: name });
			expect(wall(Date.parse(scheduledAt)).toFormat('yyyy-LL-dd HH:mm:ss.SSS')).toBe(
				DateTime.fromISO(wall(at).toFormat("yyyy-LL-dd'T'HH:mm:ss.SSS"), { zone: 'UTC' })
					.plus({ days: amount })
					.toFormat('yyyy-LL-dd HH:mm:ss.SSS'),
			);
		}),
	);
});
