import { randomOptions, simulateDay } from './day.mts';
import { judge, NO_WORST, worstOf } from './invariants.mts';

/** `npm run prove days` simulates a hundred thousand; here a few hundred, the same each time. */
const DAYS = Number(process.env.PROVE_DAYS ?? 200);
const FIRST = Number(process.env.PROVE_SEED ?? 1);

it(`holds every invariant in ${DAYS} simulated days`, async () => {
	const found: string[] = [];
	let worst = NO_WORST;
	for (let seed = FIRST; seed < FIRST + DAYS; seed++) {
		const options = randomOptions(seed, 200);
		const verdict = judge(await simulateDay(seed, options));
		worst = worstOf(worst, verdict.worst);
		found.push(...verdict.violations.slice(0, 3).map((words) => `day ${seed}: ${words}`));
	}
	if (process.env.PROVE_DAYS) console.log(JSON.stringify(worst, null, 1));
	expect(found).toEqual([]);
}, 600_000);
