/** The middle of some figures: one slow round does not move it. */
export function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value below which that share of the figures lies. */
export function percentile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/**
 * Runs contestants in turn, round after round, so that what else the machine does befalls them alike;
 * the order turns with each round. Gives each contestant's results by its place in the list.
 */
export async function alternate<T>(
	rounds: number,
	contestants: ReadonlyArray<() => Promise<T> | T>,
): Promise<T[][]> {
	const results: T[][] = contestants.map(() => []);
	for (let round = 0; round < rounds; round++) {
		for (let step = 0; step < contestants.length; step++) {
			const index = (step + round) % contestants.length;
			results[index].push(await contestants[index]());
		}
	}
	return results;
}

/**
 * Milliseconds of processor time that a piece of work takes, repeated until it is long enough to be
 * measured. Not by the clock, which goes on while another process has the core.
 */
export function costOf(work: () => unknown, atLeastMs = 60): number {
	for (let repeats = 1; ; repeats *= 2) {
		const began = process.cpuUsage();
		for (let i = 0; i < repeats; i++) work();
		const { user, system } = process.cpuUsage(began);
		const took = (user + system) / 1000;
		if (took >= atLeastMs) return took / repeats;
	}
}
