export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const UNITS = [
	['year', 365 * DAY_MS],
	['day', DAY_MS],
	['hour', HOUR_MS],
	['minute', MINUTE_MS],
	['second', SECOND_MS],
] as const;

/** A length of time in words, by its two largest units: `3 hours 20 minutes`. A year is 365 days. */
export function formatDuration(ms: number): string {
	let rest = Math.abs(ms);
	const parts: string[] = [];
	for (const [unit, length] of UNITS) {
		const count = Math.floor(rest / length);
		if (count > 0 && parts.length < 2) parts.push(`${count} ${unit}${count === 1 ? '' : 's'}`);
		rest -= count * length;
	}
	return parts.join(' ') || 'less than 1 second';
}
