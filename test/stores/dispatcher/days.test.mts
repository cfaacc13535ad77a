import { appendFileSync } from 'node:fs';
import { randomOptions, simulateDay } from './day.mts';
import { judge, NO_WORST, worstOf } from './invariants.mts';

/** `npm run reliability days` simulates a hundred thousand; here a few hundred, the same each time. */
const DAYS = Number(process.env.RELIABILITY_DAYS ?? 200);
const FIRST = Number(process.env.RELIABILITY_SEED ?? 1);
/** Longer days take longer, and show little that shorter ones do not. */
const MAX_MESSAGES = Number(process.env.RELIABILITY_MESSAGES ?? 60);

/** What the days of both kinds broke, and the worst of those on a table, for `npm run reliability days`. */
const all: string[] = [];
let worst = NO_WORST;
afterAll(() => {
	const figures = process.env.RELIABILITY_FIGURES;
	if (figures !== undefined) appendFileSync(figures, `${JSON.stringify({ worst, found: all })}\n`);
});

it(
	`holds every invariant in ${DAYS} simulated days`,
	async () => {
		const found: string[] = [];
		for (let seed = FIRST; seed < FIRST + DAYS; seed++) {
			const verdict = judge(await simulateDay(seed, randomOptions(seed, MAX_MESSAGES)));
			worst = worstOf(worst, verdict.worst);
			found.push(...verdict.violations.slice(0, 3).map((words) => `day ${seed}: ${words}`));
		}
		all.push(...found);
		expect(found).toEqual([]);
		// Caps were reached, and kept messages: or nothing was shown of them.
		if (DAYS >= 100) expect([worst.overCap, worst.keptByCap > 0]).toEqual([0, true]);
	},
	60_000 + DAYS * 2_000,
);

it(
	'holds every invariant on a table that is constrained as PostgreSQL is',
	async () => {
		const found: string[] = [];
		for (let seed = FIRST; seed < FIRST + Math.ceil(DAYS / 4); seed++) {
			// No second row with one key is there to be found.
			const options = {
				...randomOptions(seed, MAX_MESSAGES),
				hasKeys: false,
				isConstrained: true,
			};
			const { violations } = judge(await simulateDay(seed, options));
			found.push(...violations.slice(0, 3).map((words) => `day ${seed}: ${words}`));
		}
		all.push(...found.map((words) => `as PostgreSQL, ${words}`));
		expect(found).toEqual([]);
	},
	60_000 + DAYS * 2_000,
);
