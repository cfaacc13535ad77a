/**
 * Property tests run a small sample that is the same each time, or, with PROVE=1 (`npm run reliability
 * properties`), all cases of the proof, from another seed each time unless SEED gives one.
 */
export const prove = process.env.PROVE === '1';

/** The seed of every sample. */
export const SAMPLE_SEED = 20_260_201;
const { SEED } = process.env;

/** What fast-check is to run: so many cases in a sample, or in full. */
export function runs(sample: number, full = 100_000): { numRuns: number; seed?: number } {
	if (!prove) return { numRuns: sample, seed: SAMPLE_SEED };
	return { numRuns: full, ...(SEED ? { seed: Number(SEED) } : {}) };
}
