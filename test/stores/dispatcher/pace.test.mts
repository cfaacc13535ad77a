import { INITIAL_PACE, Pace, type PaceState } from '../../../stores/dispatcher/pace';
import { MINUTE, SECOND, START } from '../table/fakes.mts';

let now: number;
const paceOf = (perMinute: number | null, state: Partial<PaceState> = {}) =>
	new Pace({ ...INITIAL_PACE, ...state }, perMinute, () => now);

beforeEach(() => {
	now = START;
});

it('holds nothing back where no pace is known', () => {
	const pace = paceOf(null);
	for (let i = 0; i < 100; i++) {
		expect(pace.waitMs).toBe(0);
		pace.take();
		pace.onStart();
	}
});

it('gives one place at a time, before the request begins', () => {
	const pace = paceOf(30);
	pace.take();
	expect(pace.waitMs).toBe(2_000);
	now += 500;
	expect(pace.waitMs).toBe(1_500);
	pace.giveBack();
	expect(pace.waitMs).toBe(0);
});

it('keeps the pace from one run to the next', () => {
	const first = paceOf(30);
	first.take();
	expect(paceOf(30, first.state).waitMs).toBe(2_000);
});

it('does not make up for time in which nothing was sent', () => {
	const pace = paceOf(60);
	pace.take();
	now += 60 * MINUTE;
	pace.take();
	expect(pace.waitMs).toBe(1_000);
});

it('does not stop an account for a clock that was wrong', () => {
	const pace = paceOf(30, { nextSendAt: START + 365 * 24 * 60 * MINUTE });
	expect(pace.waitMs).toBe(2_000);
	expect(paceOf(null, { learnedAt: START + 9e9 }).state.learnedAt).toBe(START);
});

describe('requests whose rows were started together', () => {
	it('begin one after the other, a little under the interval', () => {
		let now = 1_000_000;
		const pace = new Pace(INITIAL_PACE, 30, () => now);
		expect([pace.takeRequest(), pace.takeRequest(), pace.takeRequest()]).toEqual([0, 1_600, 3_200]);
		now += 10_000;
		expect(pace.takeRequest()).toBe(0);
	});

	it('wait for nothing where no pace is known', () => {
		const pace = new Pace(INITIAL_PACE, null, () => 0);
		expect([pace.takeRequest(), pace.takeRequest()]).toEqual([0, 0]);
	});
});

describe('what a gateway refuses for its rate', () => {
	const startMany = (pace: Pace, count: number, everyMs: number) => {
		for (let i = 0; i < count; i++) {
			pace.onStart();
			now += everyMs;
		}
	};

	it('lowers the rate that was seen', () => {
		const pace = paceOf(null);
		startMany(pace, 20, 500);
		pace.onRateLimited(now);
		expect(pace.rate).toBeCloseTo((19 / 9.5) * 60 * 0.7, 0);
	});

	it('lowers the rate that is known', () => {
		const pace = paceOf(100);
		pace.onRateLimited(now);
		expect(pace.rate).toBe(70);
		now += 1;
		pace.onRateLimited(now);
		expect(pace.rate).toBeCloseTo(49);
	});

	it('lowers it once for all that were in flight', () => {
		const pace = paceOf(100);
		now += SECOND;
		for (let i = 0; i < 5; i++) pace.onRateLimited(START);
		expect(pace.rate).toBe(70);
	});

	it('raises it again by a twentieth in a minute of sending, up to the one that is known', () => {
		const pace = paceOf(100, { learnedPerMinute: 60, learnedAt: START });
		for (let i = 0; i < 60; i++) pace.onAccepted();
		expect(pace.rate).toBeCloseTo(63);
		for (let i = 0; i < 5_000; i++) pace.onAccepted();
		expect(pace.rate).toBe(100);
	});

	it('is forgotten after an hour, and never below one a minute', () => {
		const learned = { learnedPerMinute: 1.1, learnedAt: START };
		const pace = paceOf(null, learned);
		now += SECOND;
		pace.onRateLimited(now);
		expect(pace.rate).toBe(1);
		now = START + 60 * MINUTE;
		expect(paceOf(null, learned).rate).toBeNull();
	});

	it.each([
		['of a burst within one second, those count as in one second', 10, 0, 0, 10 * 60 * 0.7],
		['in ten seconds, all', 10, 900, 0, (10 / 8.1) * 60 * 0.7],
		['longer ago than ten seconds, none', 10, 0, 10 * SECOND, 1],
		['just not that long ago, all', 1, 0, 10 * SECOND - 1, (1 / 9.999) * 60 * 0.7],
	])('sees of what was sent %s', (_, count, everyMs, agoMs, perMinute) => {
		const pace = paceOf(null);
		startMany(pace, count, everyMs);
		now += agoMs - (count > 1 ? everyMs : 0);
		pace.onRateLimited(now);
		expect(pace.rate).toBeCloseTo(Math.max(1, perMinute), 5);
	});

	it('sees the rate also of very many', () => {
		const pace = paceOf(null);
		startMany(pace, 1_500, 5);
		pace.onRateLimited(now);
		expect(pace.rate! / 0.7).toBeGreaterThan(11_000);
		expect(pace.rate! / 0.7).toBeLessThan(13_000);
	});

	it('is seen of no more than what was sent since it was lowered last', () => {
		const pace = paceOf(100);
		pace.onRateLimited(now);
		// The very request that was first at the new rate.
		pace.onRateLimited(now);
		expect(pace.rate).toBeCloseTo(49);
		now += 1;
		pace.onRateLimited(now - 2);
		expect(pace.rate).toBeCloseTo(49);
	});

	it('is told to the next run, with when that was', () => {
		const pace = paceOf(100);
		now += SECOND;
		pace.onRateLimited(now);
		expect(pace.state).toMatchObject({ learnedPerMinute: 70, learnedAt: START + SECOND });
		now += 60 * MINUTE - 1;
		expect(paceOf(100, pace.state).rate).toBe(70);
		now += 1;
		expect(paceOf(100, pace.state).rate).toBe(100);
	});
});

it('takes no place where no pace is known, and gives none back', () => {
	const pace = paceOf(null);
	pace.take();
	expect(pace.state.nextSendAt).toBe(0);
	pace.giveBack();
	expect(pace.state.nextSendAt).toBe(0);
	expect(paceOf(null, { nextSendAt: START + 60 * MINUTE }).waitMs).toBe(0);
});

it('learns nothing of the rate from messages that went well where nothing was refused', () => {
	const pace = paceOf(null);
	pace.onAccepted();
	expect(pace.rate).toBeNull();
});
