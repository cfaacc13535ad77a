import { DateTime } from 'luxon';
import { parseDateTime } from './dateTimeText';
import type { Adjustment } from './types';
import { DAY_MS, formatDuration } from '../duration';
import { timeZone, type TimeZone } from './zone';

/**
 * Wall-clock times are numbers here: the milliseconds since 1970 that UTC would count when its own
 * clock showed that time. So adding a calendar day is adding 24 hours, in every zone.
 */
export type WallTime = number;

/** The instant that a wall-clock time stands for, and the other readings that it had. */
export interface WallReading {
	instant: number;
	adjustment?: Adjustment;
}

/** What the zone's clock shows at an instant. */
export function wallTimeAt(instant: number, zone: TimeZone): WallTime {
	return instant + zone.offsetAt(instant);
}

/** Every instant at which the zone's clock shows this time, in order: one; none in a gap; two. */
export function instantsOf(wall: WallTime, zone: TimeZone): number[] {
	const [before, after] = offsetsAround(wall, zone);
	const candidates = before === after ? [wall - before] : [wall - before, wall - after];
	return candidates
		.filter((instant) => wallTimeAt(instant, zone) === wall)
		.sort((one, other) => one - other);
}

/**
 * The instant of a wall-clock time. In a gap the time moves forward by the length of the gap; of
 * two readings the earlier one counts. Luxon's own choice is not used: it depends on the offset
 * that the zone has today.
 */
export function readWallTime(wall: WallTime, zone: TimeZone): WallReading {
	const [instant, second] = instantsOf(wall, zone);
	if (instant === undefined) {
		const [before, after] = offsetsAround(wall, zone);
		return { instant: wall - before, adjustment: gap(wall, wall - before, after - before, zone) };
	}
	if (second === undefined) return { instant };
	return { instant, adjustment: overlap(wall, instant, zone) };
}

/** The offsets a day before and after: far enough for any zone to be clear of a change between. */
function offsetsAround(wall: WallTime, zone: TimeZone): [number, number] {
	return [zone.offsetAt(wall - DAY_MS), zone.offsetAt(wall + DAY_MS)];
}

function gap(wall: WallTime, instant: number, length: number, zone: TimeZone): Adjustment {
	return {
		reason: 'dstGap',
		from: wallText(wall),
		to: localText(instant, zone),
		note: `The clock in ${zone.name} skips ${formatShort(wall)}, so the time was moved forward by ${formatDuration(length)} to ${formatShort(wallTimeAt(instant, zone))}.`,
	};
}

function overlap(wall: WallTime, instant: number, zone: TimeZone): Adjustment {
	return {
		reason: 'dstOverlap',
		from: wallText(wall),
		to: localText(instant, zone),
		note: `The clock in ${zone.name} shows ${formatShort(wall)} twice, so the earlier of the two (${offsetText(zone.offsetAt(instant))}) was used.`,
	};
}

/** Midnight of the day of a wall-clock time. */
export function midnight(wall: WallTime): WallTime {
	return wall - (((wall % DAY_MS) + DAY_MS) % DAY_MS);
}

/** 1 for Monday to 7 for Sunday. */
export function isoWeekday(wall: WallTime): number {
	return new Date(wall).getUTCDay() || 7;
}

/** `2026-02-01T15:00:00.000`: ISO without an offset. */
export function wallText(wall: WallTime): string {
	return new Date(wall).toISOString().slice(0, -1);
}

/** `2026-02-01 15:00`, with seconds only where there are some: for sentences. */
export function formatShort(wall: WallTime): string {
	const text = wallText(wall).replace('T', ' ');
	return wall % 60_000 === 0 ? text.slice(0, 16) : text.slice(0, 19);
}

/** `+05:30`. */
export function offsetText(offset: number): string {
	const minutes = Math.round(Math.abs(offset) / 60_000);
	const two = (value: number) => String(value).padStart(2, '0');
	return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** `2026-02-01T15:00:00.000+05:30`. */
export function localText(instant: number, zone: TimeZone): string {
	const offset = zone.offsetAt(instant);
	return wallText(instant + offset) + offsetText(offset);
}

/** `2026-02-01T09:30:00.000Z`. */
export function formatInstant(instant: number): string {
	return new Date(instant).toISOString();
}

/**
 * The milliseconds since 1970 of an ISO 8601 instant with `Z` or an offset.
 *
 * @throws RangeError when the text is no such instant: ours always are
 */
export function instantFrom(iso: string): number {
	const read = parseDateTime(iso);
	if (read.kind !== 'read' || read.offset === undefined) throw new RangeError(`No instant: ${iso}`);
	return read.wall - read.offset;
}

/**
 * An instant for people, for output: never throws for a time that somebody typed into a table.
 *
 * @param instantIso ISO 8601 with `Z`, of any year
 * @returns `2026-02-01T15:00:00.000+05:30[Asia/Kolkata]`: offset and zone, as RFC 9557 writes them;
 *   null for a text that is no instant
 * @throws InvalidParameterError for an unknown timezone
 */
export function showInstant(instantIso: string, timezone: string): string | null {
	const zone = timeZone(timezone);
	const instant = anyInstantFrom(instantIso);
	// At either end of what a Date holds, the zone's clock shows what none can.
	if (Number.isNaN(new Date(instant + zone.offsetAt(instant)).getTime())) return null;
	return `${localText(instant, zone)}[${zone.name}]`;
}

/** What `toISOString` writes: a year of four digits, or a sign and six. */
const ANY_INSTANT =
	/^(\d{4}|[+-]\d{6})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{3}))?)?Z$/;

/** The milliseconds since 1970 of an instant of any year; NaN for what is none. */
export function anyInstantFrom(iso: string): number {
	const fields = ANY_INSTANT.exec(iso)
		?.slice(1)
		.map((field) => Number(field ?? 0));
	if (fields === undefined) return Number.NaN;

	const [year, month, day, hour, minute, second, millisecond] = fields;
	// Date.UTC takes the years 0 to 99 for those of the last century.
	const date = new Date(0);
	date.setUTCFullYear(year, month - 1, day);
	const isDate = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
	if (!isDate || hour > 23 || minute > 59 || second > 59) return Number.NaN;
	return date.setUTCHours(hour, minute, second, millisecond);
}

/**
 * An instant as text without an offset, for gateways that take the account's own clock time.
 *
 * @param format Luxon's tokens, such as `yyyy-MM-dd HH:mm:ss`; English, with digits 0–9
 * @throws InvalidParameterError for an unknown timezone, RangeError for a text that is no instant
 */
export function formatWallClock(instantIso: string, timezone: string, format: string): string {
	const wall = wallTimeAt(instantFrom(instantIso), timeZone(timezone));
	return DateTime.fromMillis(wall, {
		zone: 'utc',
		locale: 'en-US',
		numberingSystem: 'latn',
		outputCalendar: 'gregory',
	}).toFormat(format);
}

/**
 * The instant of a gateway's clock time, such as `2026-02-01 15:00:00`: the earlier one when the
 * clock shows it twice, moved forward in a gap. A text with an offset keeps its instant.
 *
 * @returns ISO 8601 in UTC, or null when the text is no date with a time of the years 2000 to 2100
 * @throws InvalidParameterError for an unknown timezone (see `isTimezone`)
 */
export function parseWallClock(text: string, timezone: string): string | null {
	const zone = timeZone(timezone);
	const read = parseDateTime(text);
	if (read.kind !== 'read') return null;
	if (read.offset !== undefined) return formatInstant(read.wall - read.offset);
	return formatInstant(readWallTime(read.wall, zone).instant);
}
