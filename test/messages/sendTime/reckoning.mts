/**
 * The other reckoning: clocks and their changes by `moment-timezone`, which carries the newest time
 * zone database, with nothing of Luxon, of Node.js's own data or of the code under test. Node.js's
 * data may be a year old: `isWrong` tells where. Wall-clock times are the milliseconds that UTC
 * counts when its own clock shows that time.
 */

// As a whole: outside jest its names are not known before it runs.
import moment, { type MomentZone } from 'moment-timezone';
import { prove } from '../../proof.mts';

const DAY = 86_400_000;

const known = new Map<string, MomentZone>();

function dataOf(zone: string): MomentZone {
	let data = known.get(zone);
	if (data === undefined) {
		const found = moment.tz.zone(zone);
		if (found === null) throw new Error(`moment-timezone has no ${zone}`);
		known.set(zone, (data = found));
	}
	return data;
}

/** How far a zone's clock is ahead of UTC. */
export const offsetAt = (instant: number, zone: string): number =>
	-dataOf(zone).utcOffset(instant) * 60_000;

/** What the clock in a zone shows at an instant. */
export const clockAt = (instant: number, zone: string): number => instant + offsetAt(instant, zone);

const formats = new Map<string, Intl.DateTimeFormat>();

/** The same by the data of this Node.js. */
export function offsetByNode(instant: number, zone: string): number {
	let format = formats.get(zone);
	if (!format) {
		format = new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
			timeZone: zone,
			hourCycle: 'h23',
			year: 'numeric',
			month: '2-digit',
			day: '2-digit',
			hour: '2-digit',
			minute: '2-digit',
			second: '2-digit',
		});
		formats.set(zone, format);
	}
	const whole = Math.floor(instant / 1000) * 1000;
	const numbers = format.format(whole).match(/\d+/g)?.map(Number) ?? [];
	const [month, day, year, hour, minute, second] = numbers;
	return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
}

/** Whether this Node.js shows another time there than the newest data. */
export const isWrong = (instant: number, zone: string): boolean =>
	offsetByNode(instant, zone) !== offsetAt(instant, zone);

export interface Change {
	zone: string;
	/** The first instant after the change. */
	at: number;
	/** The offset before and after it: equal where only this Node.js's old data has a change. */
	before: number;
	after: number;
}

const changes = new Map<string, Change[]>();

/** Every change of a zone's offset from one year to another, by the newest data or by this Node.js. */
export function changesOf(zone: string, firstYear: number, lastYear: number): Change[] {
	const key = `${zone} ${firstYear} ${lastYear}`;
	let list = changes.get(key);
	if (list === undefined) {
		const start = Date.UTC(firstYear, 0, 1);
		const end = Date.UTC(lastYear + 1, 0, 1);
		const instants = new Set([
			...dataOf(zone).untils.filter((at) => at !== null && at > start && at < end),
			...changesByNode(zone, start, end),
		]);
		list = [...instants]
			.sort((one, other) => one - other)
			.map((at) => ({ zone, at, before: offsetAt(at - 1, zone), after: offsetAt(at, zone) }));
		// The database also notes new names of an unchanged offset.
		list = list.filter(
			({ at, before, after }) =>
				before !== after || offsetByNode(at, zone) !== offsetByNode(at - 1, zone),
		);
		changes.set(key, list);
	}
	return list;
}

function changesByNode(zone: string, start: number, end: number): number[] {
	const found: number[] = [];
	// A week is short enough: the zones that stop DST for Ramadan do so for longer.
	const step = (prove ? 1 : 7) * DAY;
	let last = start;
	let before = offsetByNode(last, zone);
	while (last < end) {
		const next = Math.min(last + step, end);
		const after = offsetByNode(next, zone);
		if (after !== before) {
			let [low, high] = [last, next];
			while (high - low > 1) {
				const middle = Math.floor((low + high) / 2);
				if (offsetByNode(middle, zone) === before) low = middle;
				else high = middle;
			}
			found.push(high);
		}
		[last, before] = [next, after];
	}
	return found;
}

/** What a clock time must become: found by trying each offset that the zone has about then. */
export function expected(
	wall: number,
	zone: string,
): { instant: number; reason?: 'dstGap' | 'dstOverlap'; length?: number } {
	const about = dataOf(zone).untils.filter((at) => at !== null && Math.abs(at - wall) < 2 * DAY);
	const edges = [wall - 2 * DAY, ...about].map((at) => offsetAt(at, zone));
	const shows = [...new Set(edges)]
		.map((offset) => wall - offset)
		.filter((instant) => clockAt(instant, zone) === wall);
	if (shows.length === 1) return { instant: shows[0] };
	if (shows.length === 2) return { instant: Math.min(...shows), reason: 'dstOverlap' };

	// Skipped: forward by the length of the gap, which the clock must then show.
	for (const at of about) {
		const [before, after] = [offsetAt(at - 1, zone), offsetAt(at, zone)];
		if (wall >= at + before && wall < at + after) {
			return { instant: wall - before, reason: 'dstGap', length: after - before };
		}
	}
	throw new Error(`${zone} has no ${isoWall(wall)}, and no gap there`);
}

export const isoWall = (wall: number): string => new Date(wall).toISOString().slice(0, -1);
export const iso = (instant: number): string => new Date(instant).toISOString();

/** The outdated data that was told, by the names of the zones. */
export const isReported = (resolved: { adjusted?: ReadonlyArray<{ reason: string }> }): boolean =>
	resolved.adjusted?.some(({ reason }) => reason === 'outdatedTimezoneData') ?? false;

/** All zones that Node.js knows in a proof, else those with the oddest rules. */
export const zones: readonly string[] = prove
	? Intl.supportedValuesOf('timeZone')
	: [
			'Africa/Cairo',
			'Africa/Casablanca',
			'America/Havana',
			'America/New_York',
			'America/Santiago',
			'America/St_Johns',
			'America/Vancouver',
			'Asia/Beirut',
			'Asia/Kolkata',
			'Australia/Lord_Howe',
			'Europe/Berlin',
			'Europe/Chisinau',
			'Europe/Dublin',
			'Pacific/Chatham',
			'UTC',
		];
