import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { formatLocalTime, toLocalTime } from '../../../messages/sendTime';

it.each([
	['2026-11-21T15:40:00.000Z', 'UTC', 'Sat, 21 Nov 2026, 15:40'],
	['2026-11-21T15:40:00.769Z', 'UTC', 'Sat, 21 Nov 2026, 15:40'],
	['2026-11-21T15:40:23.769Z', 'UTC', 'Sat, 21 Nov 2026, 15:40:23'],
	['2026-11-21T15:40:00.000Z', 'Asia/Kolkata', 'Sat, 21 Nov 2026, 21:10'],
	['2026-11-21T15:40:00.000Z', 'UTC+2', 'Sat, 21 Nov 2026, 17:40'],
	['2026-09-30T22:00:00.000Z', 'Europe/Berlin', 'Thu, 1 Oct 2026, 00:00'],
	['0026-02-01T09:30:00.000Z', 'UTC', 'Sun, 1 Feb 0026, 09:30'],
])('shows %s in %s as %s', (instant, zone, local) => {
	expect(formatLocalTime(instant, zone)).toBe(local);
});

it.each([null, '', 'soon', '2026-02-30T00:00:00.000Z', '2026-02-01 10:00'])(
	'shows %j as nothing: a person may have typed it',
	(instant) => expect(formatLocalTime(instant, 'UTC')).toBeNull(),
);

it('has a name of three letters for each day and month', () => {
	const shown = Array.from({ length: 12 }, (_, month) =>
		formatLocalTime(new Date(Date.UTC(2026, month, month + 1)).toISOString(), 'UTC'),
	);
	expect(shown).toEqual(
		[
			'Thu, 1 Jan',
			'Mon, 2 Feb',
			'Tue, 3 Mar',
			'Sat, 4 Apr',
			'Tue, 5 May',
			'Sat, 6 Jun',
			'Tue, 7 Jul',
			'Sat, 8 Aug',
			'Wed, 9 Sep',
			'Sat, 10 Oct',
			'Wed, 11 Nov',
			'Sat, 12 Dec',
		].map((day) => `${day} 2026, 00:00`),
	);
});

it('names the zone in its usual spelling', () => {
	expect(toLocalTime('2026-11-21T15:40:00.000Z', 'europe/berlin')).toEqual({
		local: 'Sat, 21 Nov 2026, 16:40',
		timezone: 'Europe/Berlin',
	});
});

it('refuses a zone that there is not', () => {
	expect(() => formatLocalTime(null, 'Berlin')).toThrow(InvalidParameterError);
});
