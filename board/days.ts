import { DAY_MS, HOUR_MS } from '../messages/duration';
import { midnight, readWallTime, wallTimeAt } from '../messages/sendTime/wallClock';
import { timeZone } from '../messages/sendTime/zone';
import type { Upcoming } from './data';

/** Hours and days that are shown one by one. */
export const HOURS_AHEAD = 48;
export const DAYS_AHEAD = 14;

/** When the days of a zone begin: the day of an instant, and those after it. Milliseconds since 1970. */
export function beginsOfDays(now: number, timezone: string, count: number): number[] {
	const zone = timeZone(timezone);
	const first = midnight(wallTimeAt(now, zone));
	return Array.from(
		{ length: count },
		(_, index) => readWallTime(first + index * DAY_MS, zone).instant,
	);
}

/** Today in a zone, and where the last of the days ends that are shown. */
export function boardDays(now: number, timezone: string) {
	const begins = beginsOfDays(now, timezone, DAYS_AHEAD + 1);
	return { today: { from: begins[0], to: begins[1] }, until: begins[DAYS_AHEAD] };
}

/** Messages of the hours from that of now on. */
export function byHour(upcoming: readonly Upcoming[], now: number, timezone: string): Upcoming[] {
	const local = wallTimeAt(now, timeZone(timezone));
	const first = now - (((local % HOUR_MS) + HOUR_MS) % HOUR_MS);
	const counts = new Array<number>(HOURS_AHEAD).fill(0);
	for (const { at, count } of upcoming) {
		// The quarter of now may have begun before the hour of a zone with an odd offset.
		const hour = Math.max(0, Math.floor((at - first) / HOUR_MS));
		if (hour < HOURS_AHEAD) counts[hour] += count;
	}
	return counts.map((count, index) => ({ at: first + index * HOUR_MS, count }));
}

/** Messages of the days from today on. */
export function byDay(upcoming: readonly Upcoming[], now: number, timezone: string): Upcoming[] {
	const begins = beginsOfDays(now, timezone, DAYS_AHEAD + 1);
	const days = begins.slice(0, DAYS_AHEAD).map((at) => ({ at, count: 0 }));
	for (const { at, count } of upcoming) {
		const day = begins.findIndex((begin, index) => at >= begin && at < begins[index + 1]);
		if (day >= 0 && day < DAYS_AHEAD) days[day].count += count;
	}
	return days;
}
