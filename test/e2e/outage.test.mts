import { broken } from '../../reliability/outages/judge.mts';
import { figuresOf } from '../../reliability/outages/figures.mts';
import { raisePlace, type Place } from '../../reliability/outages/place.mts';
import { runOutage } from '../../reliability/outages/run.mts';
import { chosen } from '../../reliability/outages/scenarios.mts';
import { itHolding, RELEASE } from './environment.mts';

/** A small sample of the proof of faults that last (`npm run reliability outages`), on an n8n of its own. */
let place: Place | undefined;

afterAll(async () => await place?.close(), 60_000);

itHolding(
	'sends all but a handful once after a gateway answered 503 for a while, and says so',
	async () => {
		place = await raisePlace(false, RELEASE);
		const [scenario] = chosen('503');
		const seen = await runOutage(place, scenario, {
			messages: 60,
			before: 12,
			interval: 5,
			dueAfterMs: 12_000,
			// Shorter than the first pause: one probe ends it.
			faultMs: 10_000,
			seed: 1,
		});
		const figures = figuresOf(seen);
		expect({ figures, problems: broken(scenario, figures, seen) }).toMatchObject({ problems: [] });
		// The fault struck, and most messages had to wait for its end.
		expect(seen.requests.some(({ status }) => status === 503)).toBe(true);
		expect(figures.drainMs).toBeGreaterThan(0);
	},
	300_000,
);
