import { isoWeekday, midnight, readWallTime, wallTimeAt, type WallReading } from './wallClock';
import type { TimeZone } from './zone';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../duration';

/**
 * Relative send times. Case does not matter, `at` may stand before a time of day.
 *
 *     now
 *     in 2 hours · in 90 minutes · in 1 hour 30 minutes · in 2 days
 *     +90m · +2h30m · +1d
 *     in 3 days 09:00 · +1w 09:00
 *     today 18:30 · tomorrow 09:00
 *     monday 08:00 · next monday 08:00
 *
 * Units: seconds (s, sec), minutes (m, min), hours (h, hr), days (d), weeks (w). Seconds, minutes
 * and hours are elapsed time; days and weeks are calendar days in the zone and keep the time of
 * day. A weekday is the next one whose time is still to come, today included; with `next`, today is
 * left out.
 */
export type RelativeTime =
	| { kind: 'now' }
	| { kind: 'ahead'; days: number; elapsed: number; timeOfDay?: number }
	| { kind: 'weekday'; weekday: number; notToday: boolean; timeOfDay: number };

const UNIT_NAMES: Array<[names: string, unit: 'days' | 'elapsed', size: number]> = [
	['s sec secs second seconds', 'elapsed', SECOND_MS],
	['m min mins minute minutes', 'elapsed', MINUTE_MS],
	['h hr hrs hour hours', 'elapsed', HOUR_MS],
	['d day days', 'days', 1],
	['w week weeks', 'days', 7],
];
const UNITS = new Map(
	UNIT_NAMES.flatMap(([names, unit, size]) =>
		names.split(' ').map((name) => [name, { unit, size }] as const),
	),
);

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

const TIME_OF_DAY = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/;

/**
 * A time of day as milliseconds since midnight; undefined if it is not one.
 *
 * @param text `HH:mm` or `HH:mm:ss`, 24 hours
 */
export function parseTimeOfDay(text: string): number | undefined {
	const match = TIME_OF_DAY.exec(text);
	if (!match) return undefined;

	const [hour, minute, second] = [match[1], match[2], match[3] ?? '0'].map(Number);
	if (hour > 23 || minute > 59 || second > 59) return undefined;
	return ((hour * 60 + minute) * 60 + second) * 1000;
}

/**
 * Reads a relative time.
 *
 * @param text without white space around it or doubled within it
 * @returns undefined if it is not a relative time
 */
export function parseRelativeTime(text: string): RelativeTime | undefined {
	const lower = text.toLowerCase();
	if (lower === 'now') return { kind: 'now' };

	const split = /^(.*?)(?: at)? (\d{1,2}:\d{2}(?::\d{2})?)$/.exec(lower);
	const words = split ? split[1] : lower;
	const timeOfDay = split ? parseTimeOfDay(split[2]) : undefined;
	if (split && timeOfDay === undefined) return undefined;

	if (/^(?:in |\+)/.test(words)) return aheadOf(words.replace(/^(?:in |\+ ?)/, ''), timeOfDay);
	if (timeOfDay === undefined) return undefined;
	if (words === 'today') return { kind: 'ahead', days: 0, elapsed: 0, timeOfDay };
	if (words === 'tomorrow') return { kind: 'ahead', days: 1, elapsed: 0, timeOfDay };

	const notToday = words.startsWith('next ');
	const name = notToday ? words.slice('next '.length) : words;
	const weekday = WEEKDAYS.findIndex((day) => name === day || name === day.slice(0, 3)) + 1;
	return weekday === 0 ? undefined : { kind: 'weekday', weekday, notToday, timeOfDay };
}

function aheadOf(text: string, timeOfDay: number | undefined): RelativeTime | undefined {
	const amount = /(\d{1,6}) ?([a-z]+)(?:, and |,? and |, ?| |$|(?=\d))/y;
	const sum = { days: 0, elapsed: 0 };
	while (amount.lastIndex < text.length) {
		const match = amount.exec(text);
		const unit = match ? UNITS.get(match[2]) : undefined;
		if (!match || !unit) return undefined;
		sum[unit.unit] += Number(match[1]) * unit.size;
	}
	if (timeOfDay === undefined) return text === '' ? undefined : { kind: 'ahead', ...sum };
	// "in 2 hours at 09:00" says two things.
	return sum.elapsed === 0 && sum.days > 0 ? { kind: 'ahead', ...sum, timeOfDay } : undefined;
}

/** The instant of a relative time. */
export function readRelativeTime(time: RelativeTime, now: number, zone: TimeZone): WallReading {
	if (time.kind === 'now') return { instant: now };
	if (time.kind === 'weekday') return readWeekday(time, now, zone);

	// Not through the clock: in the second of two equal hours it would lead back into the first.
	if (time.days === 0 && time.timeOfDay === undefined) return { instant: now + time.elapsed };

	const today = wallTimeAt(now, zone);
	const day =
		(time.timeOfDay === undefined ? today : midnight(today) + time.timeOfDay) + time.days * DAY_MS;
	const { instant, adjustment } = readWallTime(day, zone);
	return { instant: instant + time.elapsed, ...(adjustment && { adjustment }) };
}

function readWeekday(
	time: Extract<RelativeTime, { kind: 'weekday' }>,
	now: number,
	zone: TimeZone,
): WallReading {
	const today = midnight(wallTimeAt(now, zone));
	let day = today + ((time.weekday - isoWeekday(today) + 7) % 7) * DAY_MS;
	if (time.notToday && day === today) day += 7 * DAY_MS;
	const reading = readWallTime(day + time.timeOfDay, zone);
	return reading.instant > now ? reading : readWallTime(day + 7 * DAY_MS + time.timeOfDay, zone);
}
