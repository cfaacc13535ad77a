import { DAY_MS } from '../duration';
import { isoWeekday } from './wallClock';

/** Hours of a day that were checked: milliseconds of the day. */
export interface Span {
	readonly from: number;
	/** Before `from`, the hours go on past midnight. */
	readonly to: number;
	/** ISO weekdays on which they begin. */
	readonly weekdays: ReadonlySet<number>;
}

type Pause = readonly [from: number, to: number];

/** As many days as a week and both its neighbours have: each pause without closed days lies within. */
const REACH = 8;

/**
 * The longest time for which a window stays closed, in milliseconds, by clocks that do not jump.
 *
 * @param closedOn midnight of the days without hours, as wall-clock time
 * @param offsets of the clocks by which it must be open, in milliseconds
 */
export function longestPause(
	spans: readonly Span[],
	closedOn: ReadonlySet<number>,
	offsets: readonly number[],
): number {
	const pauses = [week(), ...daysAround(closedOn)].flatMap((days) =>
		pausesOf(days, spans, closedOn),
	);
	const shifted = offsets.flatMap((offset) =>
		pauses.map(([from, to]): Pause => [from - offset, to - offset]),
	);
	let [longest, from, to] = [0, 0, Number.NEGATIVE_INFINITY];
	for (const pause of shifted.sort(([one], [other]) => one - other)) {
		if (pause[0] > to) from = pause[0];
		to = Math.max(to, pause[1]);
		longest = Math.max(longest, to - from);
	}
	return longest;
}

/** Midnights of two weeks, far from every closed day. */
const week = (): readonly number[] =>
	Array.from({ length: 2 * REACH }, (_, day) => (day - 1e6) * DAY_MS);

/** Midnights of the closed days and of a week about each, in runs without a gap. */
function daysAround(closedOn: ReadonlySet<number>): readonly number[][] {
	const days = new Set<number>();
	for (const closed of closedOn) {
		for (let day = -REACH; day <= REACH; day++) days.add(closed + day * DAY_MS);
	}
	const runs: number[][] = [];
	for (const day of [...days].sort((one, other) => one - other)) {
		const run = runs.at(-1);
		if (run?.at(-1) === day - DAY_MS) run.push(day);
		else runs.push([day]);
	}
	return runs;
}

/** The pauses between the hours of consecutive days. */
function pausesOf(
	days: readonly number[],
	spans: readonly Span[],
	closedOn: ReadonlySet<number>,
): readonly Pause[] {
	const open = days.flatMap((day) => (closedOn.has(day) ? [] : hoursOfDay(day, spans)));
	open.sort(([one], [other]) => one - other);
	const pauses: Pause[] = [];
	let end = open[0]?.[0] ?? 0;
	for (const [from, to] of open) {
		if (from > end) pauses.push([end, from]);
		end = Math.max(end, to);
	}
	return pauses;
}

const hoursOfDay = (day: number, spans: readonly Span[]): readonly Pause[] =>
	spans.flatMap(({ from, to, weekdays }): Pause[] => {
		const isToday = weekdays.has(isoWeekday(day));
		if (from < to) return isToday ? [[day + from, day + to]] : [];
		return [
			...(isToday ? [[day + from, day + DAY_MS] as const] : []),
			...(weekdays.has(isoWeekday(day - DAY_MS)) ? [[day, day + to] as const] : []),
		];
	});
