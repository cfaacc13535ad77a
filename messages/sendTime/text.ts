const LONGEST = 40;

/** A value as it stands in a message: on one line, in quotes, at most 40 characters of it. */
export function quote(value: unknown): string {
	if (typeof value === 'object' && value !== null)
		return Array.isArray(value) ? 'a list' : 'an object';
	if (typeof value === 'function') return 'a function';

	return `"${shorten(String(value))}"`;
}

/** A text on one line, at most 40 characters of it. */
export function shorten(value: string): string {
	const text = value.replace(/[\s\p{Cc}]+/gu, ' ');
	return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

const UNITS = [
	['year', 31_536_000_000],
	['day', 86_400_000],
	['hour', 3_600_000],
	['minute', 60_000],
	['second', 1000],
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
