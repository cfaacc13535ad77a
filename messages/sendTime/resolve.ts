import { InvalidParameterError } from '../invalidParameterError';
import { parseDateTime, FIRST_YEAR, isInRange, LAST_YEAR } from './dateTimeText';
import { readRelativeTime, parseRelativeTime } from './relative';
import { quote } from '../text';
import type { Adjustment, Instant, ResolvedSendTime } from './types';
import {
	instantFrom,
	formatInstant,
	localText,
	offsetText,
	readWallTime,
	formatShort,
	wallTimeAt,
	type WallReading,
} from './wallClock';
import { timeZone, type TimeZone } from './zone';
import { currentZone, misreadNote, outdated, tellShown } from './zoneData';
import { DAY_MS } from '../duration';

export interface ResolveOptions {
	/** The current time; required for relative values only. */
	now?: Instant;
	/** The name that the user sees for the value. */
	parameter?: string;
}

const MAX_TEXT_LENGTH = 120;
const ADVICE =
	'Enter a date and time such as 2026-02-01 15:00, 2026-02-01T15:00:00+02:00 or "in 2 hours".';
const RANGE = `the years ${FIRST_YEAR} to ${LAST_YEAR}`;
const OUTSIDE = `outside ${RANGE}; enter a date within them`;

/**
 * The instant that a user's value means.
 *
 * - Text with `Z` or an offset (ISO 8601), a Date and a Luxon DateTime are instants.
 * - ISO or SQL-like text without an offset, and the value of n8n's date picker, are clock time in
 *   `timezone`, or in the zone in brackets: `2026-02-01T15:00[Europe/Berlin]`.
 * - A number or a text of digits is Unix time: of the years 2000 to 2100, seconds have 9 or 10
 *   digits before the point and milliseconds 12 or 13, so each reads in one way only.
 * - Relative text: see `RelativeTime`.
 *
 * A clock time in a DST gap moves forward by the length of the gap; in a DST overlap the earlier one is used
 * (`compatible` in Temporal); `adjusted` reports that, and timezone data of this process that is too old.
 * Does not check whether the instant is in the past.
 *
 * @param timezone an IANA name, or an offset such as `UTC+2`
 * @throws InvalidParameterError for an unknown timezone and for everything else: a date without a time,
 *   a day-month order such as 03/04/2026, an invalid DateTime, years before 2000 or after 2100
 */
export function resolveSendTime(
	value: unknown,
	timezone: string,
	options: ResolveOptions = {},
): ResolvedSendTime {
	const zone = timeZone(timezone);
	const { parameter = 'Send At', now } = options;
	const reject = (what: string, advice?: string): never => {
		const message = `"${parameter}" is ${what}${advice === undefined ? '.' : ''}`;
		throw new InvalidParameterError(parameter, message, advice);
	};

	const context = { zone, now: now === undefined ? undefined : Number(now), parameter, reject };
	const { earliest, instant, adjusted } = readWithCurrentData(value, context);
	if (!isInRange(instant)) reject(`${quote(value)}, which is ${OUTSIDE}`);
	const resolved = {
		...describe(instant, zone),
		...(earliest && { earliest }),
		...(adjusted.length > 0 && { adjusted }),
	};
	return tellShown(resolved, instant, zone);
}

/** Reads the value, and again with the newest known timezone data if this process's is older. */
function readWithCurrentData(
	value: unknown,
	context: Context,
): { instant: number; earliest?: true; adjusted: Adjustment[] } {
	const { instant, earliest, adjustment, clock = context.zone } = read(value, context);
	const current = currentZone(clock);
	const right = current && read(value, { ...context, readBy: current });
	if (!right || right.instant === instant) {
		const applied = right ? right.adjustment : adjustment;
		return { instant, earliest, adjusted: applied ? [applied] : [] };
	}
	const note = misreadNote(instant - right.instant, current);
	const step = outdated(instant, context.zone, note);
	return { instant, earliest, adjusted: [...(adjustment ? [adjustment] : []), step] };
}

interface Context {
	zone: TimeZone;
	now: number | undefined;
	parameter: string;
	/** Whose clock counts, instead of the one that the value is in. */
	readBy?: TimeZone;
	/** Throws; `what` goes on after `"Send At" is`. The advice is a sentence of its own. */
	reject(what: string, advice?: string): never;
}

/** `clock` is the zone of a clock time, where it is another than the one of the context. */
type Reading = WallReading & { earliest?: true; clock?: TimeZone };

function read(value: unknown, context: Context): Reading {
	const { reject } = context;
	if (value === undefined || value === null) return reject('empty', ADVICE);
	if (typeof value === 'number') return { instant: unixTime(value, value, reject) };
	if (typeof value === 'object') return { instant: instantOfObject(value, reject) };
	if (typeof value !== 'string') return reject(quote(value), ADVICE);

	const text = value.trim().replace(/\s+/g, ' ');
	if (text === '') return reject('empty', ADVICE);
	if (text.length > MAX_TEXT_LENGTH) return reject(quote(text), ADVICE);
	if (/^\d+(?:\.\d+)?$/.test(text)) return { instant: unixTime(Number(text), text, reject) };
	refuseIncomplete(text, reject);
	return readRelative(text, context) ?? readDateTime(text, context);
}

/** Forms that people do use, and that do not say when. */
function refuseIncomplete(text: string, reject: Context['reject']): void {
	if (/^\d{4}([-/])\d{1,2}\1\d{1,2}$/.test(text)) {
		reject(`${quote(text)}, a date without a time of day; add one, as in ${text} 09:00`);
	}
	if (!parseRelativeTime(text) && parseRelativeTime(`${text} 09:00`)) {
		reject(`${quote(text)}, a day without a time of day; add one, as in ${text} 09:00`);
	}
	if (/^\d{1,2} ?[-/.] ?\d{1,2} ?[-/.] ?\d{2,4}(?!\d)/.test(text)) {
		reject(
			`${quote(text)}, which is ambiguous (day or month first); write the year first, such as 2026-04-03 15:00`,
		);
	}
}

function readRelative(text: string, context: Context): Reading | undefined {
	const { now, reject, readBy = context.zone } = context;
	const time = parseRelativeTime(text);
	if (!time) return undefined;
	if (now === undefined) return reject(`${quote(text)}, which requires the current time`);
	if (time.kind === 'now') return { instant: now, earliest: true };
	if (time.kind === 'ahead' && !isInRange(now + time.days * DAY_MS + time.elapsed)) {
		return reject(`${quote(text)}, which is ${OUTSIDE}`);
	}
	return readRelativeTime(time, now, readBy);
}

function readDateTime(text: string, { zone, parameter, readBy, reject }: Context): Reading {
	const written = parseDateTime(text);
	if (written.kind === 'other') {
		return reject(`${quote(text)}, which cannot be read as a time`, ADVICE);
	}
	if (written.kind === 'impossible') {
		return reject(`${quote(text)}, a date or time that does not exist; correct it`);
	}
	if (written.kind === 'outOfRange') return reject(`${quote(text)}, which is ${OUTSIDE}`);

	const { wall, offset, zoneName } = written;
	const ownZone = zoneName === undefined ? zone : timeZone(zoneName, parameter);
	if (offset === undefined) return { ...readWallTime(wall, readBy ?? ownZone), clock: ownZone };

	const instant = wall - offset;
	// "Z" before a zone in brackets says that the clock time is UTC's, not what the zone's offset is.
	const isUtc = /z(?: ?\[|$)/i.test(text);
	// Of a zone whose clock changed lately, both the old offset and the new one may be written.
	const clocks = [ownZone, currentZone(ownZone) ?? ownZone];
	const fits = clocks.some((clock) => clock.offsetAt(instant) === offset);
	if (zoneName !== undefined && !isUtc && !fits) {
		return reject(
			`${quote(text)}, whose offset is not the one of ${ownZone.name} at that time; remove one of the two`,
		);
	}
	return { instant };
}

/** Unix time in milliseconds. The years distinguish the two units: their ranges do not touch. */
function unixTime(value: number, given: number | string, reject: Context['reject']): number {
	if (isInRange(value * 1000)) return Math.round(value * 1000);
	if (isInRange(value)) return Math.round(value);
	return reject(
		`${quote(given)}, which is not a Unix time of ${RANGE} in seconds or milliseconds`,
		ADVICE,
	);
}

/**
 * The instant of a Date or a Luxon DateTime. Both are known by what they can do, not by their
 * class: n8n's expressions make theirs with another copy of Luxon, or in another context.
 */
function instantOfObject(value: object, reject: Context['reject']): number {
	const { toMillis, getTime } = value as { toMillis?: unknown; getTime?: unknown };
	if (typeof toMillis === 'function') {
		const instant: unknown = toMillis.call(value);
		if (typeof instant === 'number' && Number.isFinite(instant)) return inRange(instant, reject);

		const { invalidExplanation: reason } = value as { invalidExplanation?: unknown };
		const explained = typeof reason === 'string' ? ` (${quote(reason)})` : '';
		return reject(`a DateTime that is not valid${explained}; check the expression that creates it`);
	}
	if (typeof getTime === 'function') {
		const instant: unknown = getTime.call(value);
		if (typeof instant === 'number' && Number.isFinite(instant)) return inRange(instant, reject);
		return reject('a Date that is not valid; check the expression that creates it');
	}
	return reject(quote(value), ADVICE);
}

function inRange(instant: number, reject: Context['reject']): number {
	if (isInRange(instant)) return instant;
	// Only instants of the first 271,821 years before and after 1970 have a text.
	const text = Math.abs(instant) <= 8.64e15 ? formatInstant(instant) : instant;
	return reject(`${quote(text)}, which is ${OUTSIDE}`);
}

/** An instant, as it shows in a zone. */
export function describe(instant: number, zone: TimeZone): ResolvedSendTime {
	return {
		scheduledAt: formatInstant(instant),
		local: localText(instant, zone),
		timezone: zone.name,
		offset: offsetText(zone.offsetAt(instant)),
	};
}

/** A step to another instant; `to` may be left out for the last one. */
export type Step = Pick<Adjustment, 'reason' | 'note'> & { to?: number };

/**
 * The same send time at another instant, with the steps that led there.
 *
 * @throws InvalidParameterError naming `parameter` where that leaves the years of send times
 */
export function moveTo(
	resolved: ResolvedSendTime,
	instant: number,
	parameter: string,
	...steps: Step[]
): ResolvedSendTime {
	if (!isInRange(instant)) {
		throw new InvalidParameterError(
			parameter,
			`"${parameter}" moves the time out of ${RANGE}; choose smaller values.`,
		);
	}
	const zone = timeZone(resolved.timezone);
	const { adjusted } = addSteps(
		resolved,
		steps.map((step) => ({ to: instant, ...step })),
	);
	return tellShown({ ...describe(instant, zone), adjusted }, instant, zone);
}

/** The same send time with more steps; those without `to` move nothing. */
export function addSteps<Item extends ResolvedSendTime>(item: Item, steps: readonly Step[]): Item {
	if (steps.length === 0) return item;
	const zone = timeZone(item.timezone);
	const adjusted = [...(item.adjusted ?? [])];
	let from = item.local;
	for (const { reason, note, to: reached } of steps) {
		const to = reached === undefined ? from : localText(reached, zone);
		adjusted.push({ reason, from, to, note });
		from = to;
	}
	return { ...item, adjusted };
}

/** A send time in a sentence: `2026-02-01 15:00 in Asia/Kolkata`. */
export function formatSendTime(resolved: ResolvedSendTime): string {
	const zone = timeZone(resolved.timezone);
	return `${formatShort(wallTimeAt(instantFrom(resolved.scheduledAt), zone))} in ${zone.name}`;
}
