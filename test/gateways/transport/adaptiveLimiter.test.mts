import fc from 'fast-check';
import { AdaptiveLimiter } from '../../../gateways/transport/adaptiveLimiter';
import { VirtualClock } from './virtualClock.mts';

/** Requests that last so long, begun all at once; how many were under way, and when each began. */
function crowd(limiter: AdaptiveLimiter, clock: VirtualClock) {
	const begun: Array<{ name: number; at: number; together: number }> = [];
	const start = clock.now();
	let together = 0;
	const request = async (name: number, lasts: number) =>
		await limiter.run(async () => {
			begun.push({ name, at: clock.now() - start, together: ++together });
			await clock.sleep(lasts);
			together--;
			return name;
		});
	return { begun, request };
}

it('lets no more through at once than it may, in the order in which they came', async () => {
	const clock = new VirtualClock();
	const limiter = new AdaptiveLimiter(2, clock);
	const { begun, request } = crowd(limiter, clock);
	const names = [0, 1, 2, 3, 4];
	const results = await clock.run(Promise.all(names.map((name) => request(name, 10))));
	expect(results).toEqual(names);
	expect(begun).toEqual([
		{ name: 0, at: 0, together: 1 },
		{ name: 1, at: 0, together: 2 },
		{ name: 2, at: 10, together: 1 },
		{ name: 3, at: 10, together: 2 },
		{ name: 4, at: 20, together: 1 },
	]);
	expect(limiter.peak).toBe(2);
});

it('makes room again after a request that fails', async () => {
	const clock = new VirtualClock();
	const limiter = new AdaptiveLimiter(1, clock);
	const fail = async () => await limiter.run(async () => await Promise.reject(new Error('no')));
	const outcomes = await clock.run(
		Promise.allSettled([fail(), fail(), limiter.run(async () => 'yes')]),
	);
	expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
});

it('halves when the gateway slows it down, and never closes', async () => {
	for (const [times, most] of [
		[1, 2],
		[2, 1],
		[9, 1],
	]) {
		const clock = new VirtualClock();
		const limiter = new AdaptiveLimiter(5, clock);
		for (let time = 0; time < times; time++) limiter.onRateLimited(0);
		const { begun, request } = crowd(limiter, clock);
		await clock.run(Promise.all([0, 1, 2, 3, 4, 5].map((name) => request(name, 10))));
		expect(Math.max(...begun.map(({ together }) => together))).toBe(most);
	}
});

it('opens by one after as many good answers in a row as it lets through, up to the most', async () => {
	const clock = new VirtualClock();
	const limiter = new AdaptiveLimiter(4, clock);
	const widthAfter = async (good: number) => {
		for (let times = 0; times < good; times++) limiter.onSuccess();
		const { begun, request } = crowd(limiter, clock);
		await clock.run(Promise.all([0, 1, 2, 3, 4, 5].map((name) => request(name, 10))));
		return Math.max(...begun.map(({ together }) => together));
	};
	limiter.onRateLimited(0);
	limiter.onRateLimited(0);
	expect(await widthAfter(0)).toBe(1);
	expect(await widthAfter(1)).toBe(2);
	expect(await widthAfter(1)).toBe(2);
	expect(await widthAfter(1)).toBe(3);
	expect(await widthAfter(2)).toBe(3);
	// A set-back counts anew.
	limiter.onRateLimited(0);
	expect(await widthAfter(0)).toBe(1);
	expect(await widthAfter(1)).toBe(2);
	expect(await widthAfter(2 + 3 + 100)).toBe(4);
});

it('lets those that wait in as soon as it opens', async () => {
	const clock = new VirtualClock();
	const limiter = new AdaptiveLimiter(2, clock);
	limiter.onRateLimited(0);
	const { begun, request } = crowd(limiter, clock);
	const work = Promise.all([request(0, 100), request(1, 10)]);
	const opening = clock.sleep(30).then(() => limiter.onSuccess());
	await clock.run(Promise.all([work, opening]));
	expect(begun.map(({ at }) => at)).toEqual([0, 30]);
});

it('holds everything back until the longest pause is over', async () => {
	const clock = new VirtualClock();
	const limiter = new AdaptiveLimiter(3, clock);
	limiter.pauseFor(50);
	limiter.pauseFor(20);
	const { begun, request } = crowd(limiter, clock);
	const later = clock.sleep(40).then(() => limiter.onRateLimited(60));
	await clock.run(Promise.all([request(0, 10), request(1, 10), later]));
	expect(begun.map(({ at }) => at)).toEqual([100, 100]);
	await clock.run(request(2, 10));
	expect(begun[2].at).toBe(110);
});

it('does not turn in circles when the execution is stopped in a pause', async () => {
	let isCancelled = false;
	let pauses = 0;
	const clock = {
		now: () => 0,
		// As n8n's: it ends at once when the execution is stopped, though no time has passed.
		sleep: async () => {
			isCancelled = true;
			if (++pauses > 3) throw new Error('in circles');
		},
		isCancelled: () => isCancelled,
	};
	const limiter = new AdaptiveLimiter(1, clock);
	limiter.pauseFor(60_000);
	await expect(limiter.run(async () => 'through')).resolves.toBe('through');
	expect(pauses).toBe(1);
});

it('keeps bound, order and pauses in any course of things', async () => {
	const step = fc.oneof(
		{
			weight: 5,
			arbitrary: fc.record({ does: fc.constant('request' as const), lasts: fc.nat(40) }),
		},
		fc.record({
			does: fc.constantFrom('onRateLimited' as const, 'pauseFor' as const),
			ms: fc.nat(60),
		}),
		fc.record({ does: fc.constant('onSuccess' as const) }),
	);
	const course = fc.array(fc.tuple(fc.nat(30), step), { minLength: 1, maxLength: 25 });
	await fc.assert(
		fc.asyncProperty(fc.integer({ min: 1, max: 5 }), course, async (most, steps) => {
			const clock = new VirtualClock();
			const limiter = new AdaptiveLimiter(most, clock);
			let together = 0;
			const pauses: Array<{ from: number; until: number }> = [];
			let arrived = 0;
			let holdsBack = false;
			const begun: number[] = [];
			const requests: Array<Promise<void>> = [];

			const play = async () => {
				for (const [after, what] of steps) {
					await clock.sleep(after);
					if (what.does === 'onSuccess') limiter.onSuccess();
					else if (what.does !== 'request') {
						pauses.push({ from: clock.now(), until: clock.now() + what.ms });
						holdsBack ||= what.ms > 0;
						limiter[what.does](what.ms);
					} else {
						const name = arrived++;
						const run = limiter.run(async () => {
							expect(++together).toBeLessThanOrEqual(most);
							// In the very moment in which a pause begins, one may be on its way out.
							const now = clock.now();
							expect(pauses.filter(({ from, until }) => from < now && now < until)).toEqual([]);
							begun.push(name);
							await clock.sleep(what.lasts);
							together--;
						});
						requests.push(run);
					}
				}
				await Promise.all(requests);
			};
			await clock.run(play());
			expect(together).toBe(0);
			expect(limiter.peak).toBeLessThanOrEqual(most);
			// Where a pause is drawn out, those that share it may begin in any order.
			const order = holdsBack ? [...begun].sort((a, b) => a - b) : begun;
			expect(order).toEqual(Array.from({ length: arrived }, (_, index) => index));
		}),
		{ numRuns: 200 },
	);
}, 20_000);
