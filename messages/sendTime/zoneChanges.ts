import { FIRST_YEAR, LAST_YEAR } from './dateTimeText';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../duration';

/** A time during which a zone's clock is not what older data says. */
export interface Period {
	/** The first instant, in milliseconds since 1970. */
	from: number;
	/** The first instant after it; Infinity for one whose end is not known. */
	to: number;
	/** How far the clock is ahead of UTC, in milliseconds. */
	offset: number;
}

/** A change of a zone's clock that a computer may not have heard of yet. */
export interface ZoneChange {
	/** All names of the zone. */
	names: readonly string[];
	/** The release of the IANA time zone database that has it first. */
	release: string;
	periods: readonly Period[];
}

/** From an instant on, for good. */
const since = (from: number, minutes: number): Period[] => [
	{ from, to: Infinity, offset: minutes * MINUTE_MS },
];

const lastSunday = (year: number, month: number): number => {
	const last = Date.UTC(year, month, 0);
	return last - new Date(last).getUTCDay() * DAY_MS;
};

/**
 * Moldova changes its clock at 01:00 UTC, as its neighbours do, and has done so since 2022. Older
 * data lets it change an hour before.
 */
const moldova = (): Period[] => {
	const periods: Period[] = [];
	for (let year = Math.max(FIRST_YEAR, 2022); year <= LAST_YEAR; year++) {
		const [spring, autumn] = [lastSunday(year, 3), lastSunday(year, 10)];
		periods.push({ from: spring, to: spring + HOUR_MS, offset: 2 * HOUR_MS });
		periods.push({ from: autumn, to: autumn + HOUR_MS, offset: 3 * HOUR_MS });
	}
	return periods;
};

/**
 * What changed after release 2025b, for the years from 2024 on. Read off the
 * releases of `moment-timezone`, which carries the database; a test holds the list against it for
 * every zone, so a change that is missing here shows when that package is updated.
 */
export const ZONE_CHANGES: readonly ZoneChange[] = [
	{ names: ['Europe/Chisinau', 'Europe/Tiraspol'], release: '2026a', periods: moldova() },
	{
		names: ['America/Vancouver', 'Canada/Pacific'],
		release: '2026b',
		periods: since(Date.UTC(2026, 10, 1, 9), -420),
	},
	{
		names: ['America/Edmonton', 'America/Yellowknife', 'Canada/Mountain'],
		release: '2026c',
		periods: since(Date.UTC(2026, 10, 1, 8), -360),
	},
	{
		names: ['Africa/Casablanca', 'Africa/El_Aaiun'],
		release: '2026c',
		periods: since(Date.UTC(2026, 8, 20, 1), 0),
	},
	{
		names: ['America/Inuvik'],
		release: '2026d',
		periods: since(Date.UTC(2026, 10, 1, 8), -360),
	},
	{
		names: ['America/Winnipeg', 'America/Rainy_River', 'Canada/Central'],
		release: '2026e',
		periods: since(Date.UTC(2026, 10, 1, 7), -300),
	},
	{
		// One winter without a change; the next ones have it again, as far as is known.
		names: ['America/Havana', 'Cuba'],
		release: '2026f',
		periods: [
			{
				from: Date.UTC(2026, 10, 1, 5),
				to: Date.UTC(2027, 2, 14, 5),
				offset: -240 * MINUTE_MS,
			},
		],
	},
];
