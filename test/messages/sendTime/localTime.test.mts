import { Settings } from 'luxon';
import { InvalidParameter } from '../../../messages/invalidParameter';
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

it('is English in a process that is not', () => {
	const { defaultLocale, defaultNumberingSystem, defaultOutputCalendar } = Settings;
	try {
		Settings.defaultLocale = 'ar-EG';
		Settings.defaultNumberingSystem = 'arab';
		Settings.defaultOutputCalendar = 'islamic';
		expect(formatLocalTime('2026-11-21T15:40:00.000Z', 'UTC')).toBe('Sat, 21 Nov 2026, 15:40');
	} finally {
		Object.assign(Settings, { defaultLocale, defaultNumberingSystem, defaultOutputCalendar });
	}
});

it('names the zone in its usual spelling', () => {
	expect(toLocalTime('2026-11-21T15:40:00.000Z', 'europe/berlin')).toEqual({
		local: 'Sat, 21 Nov 2026, 16:40',
		timezone: 'Europe/Berlin',
	});
});

it('refuses a zone that there is not', () => {
	expect(() => formatLocalTime(null, 'Berlin')).toThrow(InvalidParameter);
});
