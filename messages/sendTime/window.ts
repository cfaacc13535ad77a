import { InvalidParameterError } from '../invalidParameterError';
import { parseTimeOfDay } from './relative';
import { addSteps, moveTo, type Step } from './resolve';
import { quote } from '../text';
import type { ResolvedSendTime } from './types';
import {
	instantFrom,
	instantsOf,
	isoWeekday,
	midnight,
	formatShort,
	wallTimeAt,
} from './wallClock';
import { timeZone, type TimeZone } from './zone';
import { currentZone, isReported, windowNote } from './zoneData';
import { DAY_MS } from '../duration';

/** When messages may go out: the option *Sending Window*. */
export interface SendingWindow {
	/** `HH:mm`: the first moment inside. */
	from: string;
	/**
	 * `HH:mm`: the first moment outside, `24:00` for the end of the day. Before `from`, the window
	 * goes on past midnight, and those hours belong to the weekday on which it began.
	 */
	to: string;
	/** ISO weekdays, 1 for Monday to 7 for Sunday. */
	weekdays: readonly number[];
	/** The zone whose clock counts. */
	timezone: string;
}

/** A sending window whose values were checked. */
export interface OpeningHours {
	/** Whether the clock shows a time inside. */
	isOpen(instant: number): boolean;
	/** The instant itself when it is inside, otherwise the first one after it that is. */
	nextOpen(instant: number): number;
	/** Why a time was moved to an opening, as a sentence. */
	note(opening: number): string;
	/**
	 * Why the window is not kept exactly, as a sentence: the time zone data of this process is too
	 * old. Null if it is kept.
	 *
	 * @param wanted the instant for which an opening was looked for
	 * @param instant the one that was chosen
	 */
	outdatedNote(wanted: number, instant: number): string | null;
	/** The name of the zone whose clock counts. */
	readonly timezone: string;
}

const PARAMETER = 'Sending Window';
const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/**
 * A time counts as inside by what the clock in the window's zone shows, so it is right on the days
 * of a DST change too: a window that begins in a gap opens when the gap ends.
 *
 * @throws InvalidParameterError for a time of day that is none, from = to, no weekday, an unknown zone
 */
export function openingHours(window: SendingWindow): OpeningHours {
	const zone = timeZone(window.timezone, `${PARAMETER}: Timezone`);
	const from = boundary(window.from, 'From');
	const to = window.to === '24:00' ? DAY_MS : boundary(window.to, 'To');
	if (from === to) {
		throw refusal(`begins and ends at ${window.from}; choose two different times`);
	}
	const weekdays = new Set(window.weekdays);
	if (weekdays.size === 0) throw refusal('has no weekday; choose at least one');
	for (const day of weekdays) {
		if (!Number.isInteger(day) || day < 1 || day > 7) {
			throw refusal(`has the weekday ${quote(day)}; use 1 for Monday to 7 for Sunday`);
		}
	}

	const isOpenBy = (instant: number, clock: TimeZone): boolean => {
		const wall = wallTimeAt(instant, clock);
		const time = wall - midnight(wall);
		const openOn = (day: number) => weekdays.has(isoWeekday(day));
		if (from < to) return time >= from && time < to && openOn(wall);
		return (time >= from && openOn(wall)) || (time < to && openOn(wall - DAY_MS));
	};
	const nextOpenBy = (instant: number, clock: TimeZone): number =>
		isOpenBy(instant, clock)
			? instant
			: firstOpen(instant, from, clock, (candidate) => isOpenBy(candidate, clock));
	const current = currentZone(zone);
	return {
		isOpen: (instant) => isOpenBy(instant, zone),
		nextOpen: (instant) => nextOpenBy(instant, zone),
		timezone: zone.name,
		outdatedNote: (wanted, instant) =>
			current === undefined ||
			(nextOpenBy(wanted, current) === nextOpenBy(wanted, zone) && isOpenBy(instant, current))
				? null
				: windowNote(current),
		note: (opening) =>
			`The time was outside the sending window (${window.from} to ${window.to}, ${dayNames(weekdays)}, ${zone.name}), so it was moved to the next opening, ${formatShort(wallTimeAt(opening, zone))} there.`,
	};
}

/**
 * Moves a time that is outside the window to its next opening, and says so in `adjusted`; says
 * there too where the time zone data of this process is too old to keep the window.
 *
 * @throws InvalidParameterError when the window's values cannot be used
 */
export function applySendingWindow(
	resolved: ResolvedSendTime,
	window: SendingWindow,
): ResolvedSendTime {
	const hours = openingHours(window);
	const instant = instantFrom(resolved.scheduledAt);
	const opening = hours.nextOpen(instant);
	const outdated = outdatedStep(resolved, hours, instant, opening);
	if (opening === instant) return addSteps(resolved, outdated);
	const step: Step = { reason: 'sendingWindow', note: hours.note(opening) };
	return moveTo(resolved, opening, PARAMETER, step, ...outdated);
}

/** The note that the window is not kept exactly; none if it is, or if it was already noted. */
export function outdatedStep(
	item: ResolvedSendTime,
	hours: OpeningHours,
	wanted: number,
	instant: number,
): Step[] {
	const note = isReported(item, hours.timezone) ? null : hours.outdatedNote(wanted, instant);
	return note === null ? [] : [{ reason: 'outdatedTimezoneData', note }];
}

/**
 * A window can open in two ways only: the clock reaches `from`, or it jumps. So it is enough to
 * look at those instants, day after day, up to the longest pause: a week, and one more when a jump
 * takes the whole window away.
 */
function firstOpen(
	instant: number,
	from: number,
	zone: TimeZone,
	isOpen: (instant: number) => boolean,
): number {
	for (let start = instant, days = 0; days < 16; start += DAY_MS, days++) {
		const end = start + DAY_MS;
		const today = midnight(wallTimeAt(start, zone));
		// 24 hours can touch four dates where the clock jumps over or back across a midnight.
		const candidates = [-1, 0, 1, 2].flatMap((day) =>
			instantsOf(today + day * DAY_MS + from, zone),
		);
		if (zone.offsetAt(start) !== zone.offsetAt(end))
			candidates.push(changeBetween(start, end, zone));

		const opening = candidates
			.filter((candidate) => candidate >= start && candidate <= end && isOpen(candidate))
			.sort((one, other) => one - other)[0];
		if (opening !== undefined) return opening;
	}
	throw refusal('does not open within two weeks; choose longer hours');
}

/** The first instant with the later of two offsets. */
function changeBetween(start: number, end: number, zone: TimeZone): number {
	const before = zone.offsetAt(start);
	let [low, high] = [start, end];
	while (high - low > 1) {
		const middle = Math.floor((low + high) / 2);
		if (zone.offsetAt(middle) === before) low = middle;
		else high = middle;
	}
	return high;
}

function boundary(text: string, name: string): number {
	const time = parseTimeOfDay(text);
	if (time === undefined) {
		throw refusal(`has ${quote(text)} as "${name}"; enter a time of day such as 09:00`);
	}
	return time;
}

function dayNames(weekdays: Set<number>): string {
	if (weekdays.size === 7) return 'every day';
	return DAY_NAMES.filter((_, index) => weekdays.has(index + 1)).join(' ');
}

function refusal(what: string): InvalidParameterError {
	return new InvalidParameterError(PARAMETER, `"${PARAMETER}" ${what}.`);
}
