/** Whether a window is open, by the other reckoning: see `reckoning.mts`. */
import type { SendingWindow } from '../../../messages/sendTime';
import { clockAt, iso } from './reckoning.mts';

const DAY = 86_400_000;

/** By the clocks of all its timezones; times of day are `HH:mm`. */
export const isInside = (instant: number, window: SendingWindow): boolean =>
	[window.timezone, ...(window.otherTimezones ?? [])].every((zone) =>
		isInsideBy(clockAt(instant, zone), window),
	);

function isInsideBy(wall: number, window: SendingWindow): boolean {
	const [date, clock] = [iso(wall).slice(0, 10), iso(wall).slice(11, 16)];
	if (window.closedOn?.includes(date)) return false;
	return [window, ...(window.moreHours ?? [])].some(({ from, to, weekdays }) => {
		const on = (day: number) => weekdays.includes(new Date(day).getUTCDay() || 7);
		if (from < to) return clock >= from && clock < to && on(wall);
		return (clock >= from && on(wall)) || (clock < to && on(wall - DAY));
	});
}

/** Offsets, windows and changes all fall on quarters of an hour. */
const QUARTER = 900_000;

/** The first moment inside at or after this one, found by looking at each; null if there is none before the end. */
export function firstInside(instant: number, window: SendingWindow, end = Infinity): number | null {
	if (isInside(instant, window)) return instant;
	let next = Math.ceil(instant / QUARTER) * QUARTER;
	while (!isInside(next, window)) {
		next += QUARTER;
		if (next > end) return null;
	}
	return next;
}
