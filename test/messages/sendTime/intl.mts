/**
 * The other reckoning: clocks and DST changes by `Intl.DateTimeFormat` and search alone, with
 * nothing of Luxon or of the code under test. Wall-clock times are the milliseconds that UTC counts
 * when its own clock shows that time.
 */

import { prove } from '../../proof.mts';

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clock in a zone shows at an instant. */
export function clockAt(instant: number, zone: string): number {
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
	const numbers = format.format(instant).match(/\d+/g)?.map(Number) ?? [];
	const [month, day, year, hour, minute, second] = numbers;
	const rest = ((instant % 1000) + 1000) % 1000;
	return Date.UTC(year, month - 1, day, hour, minute, second, rest);
}

export const offsetAt = (instant: number, zone: string): number => clockAt(instant, zone) - instant;

export interface Change {
	zone: string;
	/** The first instant with the new offset. */
	at: number;
	before: number;
	after: number;
}

/** Every change of a zone's offset from one year to another (both included). */
export function changesOf(
	zone: string,
	firstYear: number,
	lastYear: number,
	stepDays = 1,
): Change[] {
	const changes: Change[] = [];
	const end = Date.UTC(lastYear + 1, 0, 1);
	let last = Date.UTC(firstYear, 0, 1);
	let before = offsetAt(last, zone);
	while (last < end) {
		const next = Math.min(last + stepDays * 86_400_000, end);
		const after = offsetAt(next, zone);
		if (after !== before) {
			let [low, high] = [last, next];
			while (high - low > 1) {
				const middle = Math.floor((low + high) / 2);
				if (offsetAt(middle, zone) === before) low = middle;
				else high = middle;
			}
			changes.push({ zone, at: high, before, after });
		}
		[last, before] = [next, after];
	}
	return changes;
}

/** What a clock time near a change must become, found by trying both offsets. */
export function expected(
	wall: number,
	{ zone, before, after }: Change,
): { instant: number; reason?: 'dstGap' | 'dstOverlap' } {
	const shows = [wall - before, wall - after].filter((instant) => clockAt(instant, zone) === wall);
	if (shows.length === 1) return { instant: shows[0] };
	if (shows.length === 2) return { instant: Math.min(...shows), reason: 'dstOverlap' };

	// Skipped: forward by the length of the gap, which the clock must then show.
	const moved = wall + (after - before);
	return { instant: moved - after, reason: 'dstGap' };
}

export const isoWall = (wall: number): string => new Date(wall).toISOString().slice(0, -1);
export const iso = (instant: number): string => new Date(instant).toISOString();

/** All zones that Intl knows in a proof, else those with the oddest rules. */
export const zones: readonly string[] = prove
	? Intl.supportedValuesOf('timeZone')
	: [
			'Africa/Cairo',
			'Africa/Casablanca',
			'America/Havana',
			'America/New_York',
			'America/Santiago',
			'America/St_Johns',
			'Asia/Beirut',
			'Asia/Kolkata',
			'Australia/Lord_Howe',
			'Europe/Berlin',
			'Europe/Dublin',
			'Pacific/Chatham',
			'UTC',
		];
