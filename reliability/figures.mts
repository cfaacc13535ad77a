import { setTimeout as sleep } from 'node:timers/promises';

/** How often each key occurs. */
export function count<T>(values: Iterable<T>): Map<T, number> {
	const counts = new Map<T, number>();
	for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
	return counts;
}

/** How what is there differs from what was wanted. All empty: it is exactly the same. */
export interface Difference {
	/** Wanted, and not there, or not as often. */
	missing: string[];
	/** There more often than wanted. */
	duplicates: string[];
	/** There, and never wanted at all. */
	unexpected: string[];
}

/** Compares two lists in which the same may stand several times. */
export function compare(wanted: readonly string[], there: readonly string[]): Difference {
	const [left, right] = [count(wanted), count(there)];
	const missing = [...left].flatMap(([key, times]) => over(key, times - (right.get(key) ?? 0)));
	const more = [...right].flatMap(([key, times]) => over(key, times - (left.get(key) ?? 0)));
	return {
		missing,
		duplicates: more.filter((key) => left.has(key)),
		unexpected: more.filter((key) => !left.has(key)),
	};
}

const over = (key: string, times: number): string[] =>
	Array.from({ length: Math.max(0, times) }, () => key);

/** Waits until a condition holds; false when the time is up. */
export async function holds(
	condition: () => Promise<boolean> | boolean,
	timeoutMs: number,
	everyMs = 250,
): Promise<boolean> {
	const until = Date.now() + timeoutMs;
	while (!(await condition())) {
		if (Date.now() > until) return false;
		await sleep(everyMs);
	}
	return true;
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Prints rows as a table of Markdown, ready for the documents. */
export function printTable(
	heads: readonly string[],
	rows: ReadonlyArray<readonly unknown[]>,
): void {
	const lines = [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
	console.log(lines.join('\n'));
}
