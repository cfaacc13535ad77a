import { InvalidParameterError } from '../invalidParameterError';
import { quote } from '../text';
import { DAY_MS } from '../duration';
import { parseDateTime } from './dateTimeText';
import { longestPause, type Span } from './longestPause';
import { parseTimeOfDay } from './relative';
import { formatShort, instantsOf, isoWeekday, midnight, wallTimeAt } from './wallClock';
import { formatWeekdays } from './weekdays';
import { timeZone, type TimeZone } from './zone';
import { currentZone, windowNote } from './zoneData';

/** Hours on some weekdays. */
export interface DailyHours {
	/** `HH:mm`: the first moment inside. */
	readonly from: string;
	/**
	 * `HH:mm`: the first moment outside, `24:00` for the end of the day. Before `from`, the window
	 * goes on past midnight, and those hours belong to the weekday on which it began.
	 */
	readonly to: string;
	/** ISO weekdays, 1 for Monday to 7 for Sunday. */
	readonly weekdays: readonly number[];
}

/** When messages may go out: the option *Sending Window*. */
export interface SendingWindow extends DailyHours {
	/** Further hours, such as others on Saturdays. */
	readonly moreHours?: readonly DailyHours[];
	/** The zone whose clock counts: of several, that of most people. */
	readonly timezone: string;
	/** Further zones in which the recipient may be: the window is open while it is open in all of them. */
	readonly otherTimezones?: readonly string[];
	/** `YYYY-MM-DD`: days without any hours, in the zones of the window. */
	readonly closedOn?: readonly string[];
}

/** A sending window whose values were checked. */
export interface OpeningHours {
	/** Whether the clocks of all zones show a time inside. */
	isOpen(instant: number): boolean;
	/**
	 * The instant itself when it is inside, otherwise the first one after it that is. If the zones have no
	 * hour in common, the first zone alone counts.
	 */
	nextOpen(instant: number): number;
	/** Whether the zones have an hour in common, in the weeks after an instant. */
	hasCommonHours(instant: number): boolean;
	/**
	 * The longest time for which it stays closed, in milliseconds. It counts the offsets of the clocks at one
	 * instant: a change of a clock may add an hour.
	 */
	longestPause(around: number): number;
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
	/** The name of the first zone, or of the one that {@link outdatedNote} is about. */
	readonly timezone: string;
}

const PARAMETER = 'Sending Window';
/** Days without sending: more are a typo. */
const MAX_CLOSED_DAYS = 366;

/** Hours that were checked: milliseconds of the day. */
interface Hours {
	readonly spans: readonly Span[];
	/** Midnight of the closed days, as wall-clock time. */
	readonly closedOn: ReadonlySet<number>;
	/** Days in which the window opens, if at all. */
	readonly longestPause: number;
}

/**
 * A time counts as inside by what the clock in the window's zone shows, so it is right on the days
 * of a DST change too: a window that begins in a gap opens when the gap ends.
 *
 * @throws InvalidParameterError for a time of day or a date that is none, from = to, no weekday, an unknown zone
 */
export function openingHours(window: SendingWindow): OpeningHours {
	const names = [window.timezone, ...(window.otherTimezones ?? [])];
	const zones = names.map((name) => timeZone(name, `${PARAMETER}: Timezone`));
	const hours = readHours(window);
	const currents = zones.map(currentZone);
	const outdated = currents.find((current) => current !== undefined);
	const newest = zones.map((zone, index): TimeZone => currents[index] ?? zone);

	const isOpen = (instant: number, clocks: readonly TimeZone[]) =>
		clocks.every((clock) => isOpenBy(instant, clock, hours));
	const nextOpen = (instant: number, clocks: readonly TimeZone[]): number => {
		const opening = firstOpen(instant, clocks, hours) ?? firstOpen(instant, [clocks[0]], hours);
		if (opening === null) throw refusal(neverOpen(hours));
		return opening;
	};
	return {
		isOpen: (instant) => isOpen(instant, zones),
		nextOpen: (instant) => nextOpen(instant, zones),
		hasCommonHours: (instant) => firstOpen(instant, zones, hours) !== null,
		longestPause: (around) =>
			longestPause(
				hours.spans,
				hours.closedOn,
				zones.map((zone) => zone.offsetAt(around)),
			),
		timezone: (outdated ?? zones[0]).name,
		outdatedNote: (wanted, instant) =>
			outdated === undefined ||
			(nextOpen(wanted, newest) === nextOpen(wanted, zones) && isOpen(instant, newest))
				? null
				: windowNote(outdated),
		note: (opening) =>
			`The time was outside the sending window (${hoursInWords(window)}, ${zones.map(({ name }) => name).join(' and ')}), so it was moved to the next opening, ${formatShort(wallTimeAt(opening, zones[0]))} ${zones.length === 1 ? 'there' : `in ${zones[0].name}`}.`,
	};
}

/** All hours of a window. */
export const hoursOf = (window: SendingWindow): readonly DailyHours[] => [
	window,
	...(window.moreHours ?? []),
];

function readHours(window: SendingWindow): Hours {
	const spans = hoursOf(window).map(({ from: first, to: last, weekdays: days }) => {
		const from = boundary(first, 'From');
		const to = last === '24:00' ? DAY_MS : boundary(last, 'To');
		if (from === to) throw refusal(`begins and ends at ${first}; choose two different times`);
		const weekdays = new Set(days);
		if (weekdays.size === 0) throw refusal('has no weekday; choose at least one');
		for (const day of weekdays) {
			if (!Number.isInteger(day) || day < 1 || day > 7) {
				throw refusal(`has the weekday ${quote(day)}; use 1 for Monday to 7 for Sunday`);
			}
		}
		return { from, to, weekdays };
	});
	const closedOn = new Set((window.closedOn ?? []).map(dayOf));
	if (closedOn.size > MAX_CLOSED_DAYS) {
		throw refusal(`has ${closedOn.size} days in "No Sending On"; enter at most ${MAX_CLOSED_DAYS}`);
	}
	// A week, and one more when a jump of the clock takes the whole window away, or a closed day does.
	return { spans, closedOn, longestPause: 16 + 7 * closedOn.size };
}

function isOpenBy(instant: number, clock: TimeZone, { spans, closedOn }: Hours): boolean {
	const wall = wallTimeAt(instant, clock);
	const today = midnight(wall);
	if (closedOn.has(today)) return false;
	const time = wall - today;
	return spans.some(({ from, to, weekdays }) => {
		const openOn = (day: number) => weekdays.has(isoWeekday(day));
		if (from < to) return time >= from && time < to && openOn(wall);
		return (time >= from && openOn(wall)) || (time < to && openOn(wall - DAY_MS));
	});
}

/**
 * The first instant at or after this one at which the window is open by all clocks; null if there is none
 * within its longest pause. Each step goes to an opening of one of them, before which nothing is open.
 */
function firstOpen(instant: number, clocks: readonly TimeZone[], hours: Hours): number | null {
	const last = instant + hours.longestPause * DAY_MS;
	for (let at = instant; at <= last; ) {
		let next = at;
		for (const clock of clocks) {
			const opening = firstOpenBy(next, clock, hours);
			if (opening === null) return null;
			next = opening;
		}
		if (next === at) return at;
		at = next;
	}
	return null;
}

/**
 * A window can open in three ways only: the clock reaches `from`, it jumps, or a closed day ends. So it is
 * enough to look at those instants, day after day.
 */
function firstOpenBy(instant: number, clock: TimeZone, hours: Hours): number | null {
	const isOpen = (candidate: number) => isOpenBy(candidate, clock, hours);
	if (isOpen(instant)) return instant;
	const times = new Set(hours.spans.map(({ from }) => from));
	if (hours.closedOn.size > 0) times.add(0);
	for (let start = instant, days = 0; days < hours.longestPause; start += DAY_MS, days++) {
		const end = start + DAY_MS;
		const today = midnight(wallTimeAt(start, clock));
		// 24 hours can touch four dates where the clock jumps over or back across a midnight.
		const candidates = [-1, 0, 1, 2].flatMap((day) =>
			[...times].flatMap((time) => instantsOf(today + day * DAY_MS + time, clock)),
		);
		if (clock.offsetAt(start) !== clock.offsetAt(end))
			candidates.push(changeBetween(start, end, clock));

		const opening = candidates
			.sort((one, other) => one - other)
			.find((candidate) => candidate >= start && candidate <= end && isOpen(candidate));
		if (opening !== undefined) return opening;
	}
	return null;
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

/** Midnight of a date, as wall-clock time. */
function dayOf(date: string): number {
	const read = /^\d{4}-\d{2}-\d{2}$/.test(date) ? parseDateTime(`${date}T00:00`) : null;
	if (read?.kind !== 'read') {
		throw refusal(`has ${quote(date)} in "No Sending On"; enter dates such as 2026-12-25`);
	}
	return read.wall;
}

const hoursInWords = (window: SendingWindow): string =>
	hoursOf(window)
		.map(({ from, to, weekdays }) => {
			const days = new Set(weekdays).size === 7 ? 'every day' : formatWeekdays(weekdays);
			return `${from} to ${to}, ${days}`;
		})
		.join('; ') + (window.closedOn?.length ? `; not on ${window.closedOn.join(', ')}` : '');

const neverOpen = ({ closedOn, longestPause }: Hours): string =>
	closedOn.size === 0
		? 'does not open within two weeks; choose longer hours'
		: `does not open within ${longestPause} days; choose longer hours, or fewer days in "No Sending On"`;

function refusal(what: string): InvalidParameterError {
	return new InvalidParameterError(PARAMETER, `"${PARAMETER}" ${what}.`);
}
