import { AccountHealth, HEALTHY, type HealthState } from '../../../stores/dispatcher/accountHealth';
import type { Fault } from '../../../stores/dispatcher/faults';
import { MINUTE, SECOND, START } from '../table/fakes.mts';

const PARALLEL = 5;
let now: number;
let random: number;
const clock = { now: () => now, random: () => random };
const healthOf = (state: Partial<HealthState> = {}, maxParallel = PARALLEL) =>
	new AccountHealth({ ...HEALTHY, ...state }, maxParallel, clock);
const fault = (kind: Fault['kind'], more: Partial<Fault> = {}): Fault => ({
	kind,
	reason: `it is ${kind}`,
	...more,
});
/** How long the account is paused from now. */
const pauseOf = (health: AccountHealth) => (health.state.pausedUntil ?? now) - now;

beforeEach(() => {
	now = START;
	random = 0.5;
});

describe('a fault', () => {
	it.each(['unreachable', 'suspect', 'ambiguous'] as const)(
		'of kind %s pauses when it is the third in a row',
		(kind) => {
			const health = healthOf();
			expect(health.onFault(fault(kind))).toBeNull();
			expect(health.onFault(fault(kind))).toBeNull();
			expect(health.isPaused).toBe(false);
			expect(health.onFault(fault(kind))).toMatchObject({
				event: 'paused',
				reason: `it is ${kind}`,
				pausedAt: START,
			});
			expect(health.isPaused).toBe(true);
			expect(health.hasPausedByFailure).toBe(true);
		},
	);

	it('of the account pauses at once', () => {
		const health = healthOf();
		expect(health.onFault(fault('account'))).toMatchObject({ event: 'paused' });
		expect(pauseOf(health)).toBe(30 * SECOND);
	});

	it.each(['unsent', 'interrupted'] as const)('of kind %s says nothing of the account', (kind) => {
		const health = healthOf();
		for (let i = 0; i < 20; i++) expect(health.onFault(fault(kind))).toBeNull();
		expect(health.state).toEqual(HEALTHY);
	});

	it('in between which a message went out does not count as in a row', () => {
		const health = healthOf();
		for (let i = 0; i < 10; i++) {
			health.onFault(fault('unreachable'));
			health.onFault(fault('unreachable'));
			now += SECOND;
			health.onAccepted(now);
		}
		expect(health.isPaused).toBe(false);
	});

	it('in a row counts over runs', () => {
		const health = healthOf({ failuresInRow: 2 });
		expect(health.onFault(fault('unreachable'))).toMatchObject({ event: 'paused' });
	});

	it('of a message pauses when ten were refused alike', () => {
		const health = healthOf();
		for (let i = 0; i < 9; i++) {
			expect(health.onFault(fault('message', { reason: `refused: +4917${i}` }))).toBeNull();
		}
		expect(health.onFault(fault('message', { reason: 'refused: +49179' }))).toMatchObject({
			event: 'paused',
		});
		const mixed = healthOf();
		for (let i = 0; i < 40; i++) {
			mixed.onFault(fault('message', { reason: i % 9 === 8 ? 'too long' : 'no such number' }));
		}
		expect(mixed.isPaused).toBe(false);
	});
});

describe('a pause', () => {
	it('doubles from 30 seconds to 15 minutes', () => {
		const health = healthOf();
		const lengths: number[] = [];
		for (let i = 0; i < 8; i++) {
			health.onFault(fault('account'));
			lengths.push(pauseOf(health) / SECOND);
			now = health.state.pausedUntil!;
		}
		expect(lengths).toEqual([30, 60, 120, 240, 480, 900, 900, 900]);
	});

	it.each([
		[0, 27],
		[1, 33],
	])('varies by a tenth: %d', (chance, seconds) => {
		random = chance;
		const health = healthOf();
		health.onFault(fault('account'));
		expect(pauseOf(health)).toBe(seconds * SECOND);
	});

	it('is one for several that were in flight together', () => {
		const health = healthOf();
		const events = Array.from({ length: 5 }, () => health.onFault(fault('account')));
		expect(events.filter((event) => event !== null)).toHaveLength(1);
		expect(health.state.pauseCount).toBe(1);
		expect(pauseOf(health)).toBe(30 * SECOND);
	});

	it.each([
		[10 * MINUTE, 10.5 * MINUTE],
		[9 * 24 * 60 * MINUTE, 25.2 * 60 * MINUTE],
		// Not at all would be a request for each message.
		[0, 1.05 * SECOND],
	])('is as long as the gateway asks (%d), within bounds', (retryAfterMs, expected) => {
		const health = healthOf();
		health.onFault(fault('account', { retryAfterMs }));
		expect(pauseOf(health)).toBe(expected);
	});

	it('is told once, and its end once', () => {
		const health = healthOf();
		health.onFault(fault('account'));
		expect(health.onRunEnd()).toBeNull();
		now += MINUTE;
		const next = healthOf(health.state);
		expect(next.onFault(fault('account'))).toBeNull();
		now += 5 * MINUTE;
		const last = healthOf(next.state);
		expect(last.onAccepted(now)).toEqual({
			event: 'resumed',
			reason: 'it is account',
			pausedAt: START,
		});
		expect(last.onAccepted(now)).toBeNull();
		expect(last.state).toEqual(HEALTHY);
	});

	it('is not ended by what was in flight when it began', () => {
		const health = healthOf();
		now += SECOND;
		health.onFault(fault('account'));
		expect(health.onAccepted(START)).toBeNull();
		expect(health.isPaused).toBe(true);
		expect(health.isProbing).toBe(true);
	});
});

describe('a limit of the rate', () => {
	beforeEach(() => {
		random = 0;
	});

	it('pauses for a moment and is no failure', () => {
		const health = healthOf();
		expect(health.onFault(fault('rate'))).toBeNull();
		expect(pauseOf(health)).toBe(2_000);
		expect(health.isProbing).toBe(false);
		expect(health.hasPausedByFailure).toBe(false);
		expect(health.state.failuresInRow).toBe(0);
	});

	it('met by all that were in flight is one', () => {
		const health = healthOf({}, 10);
		for (let i = 0; i < 10; i++) health.onFault(fault('rate'));
		expect(pauseOf(health)).toBe(2_000);
	});

	it('that lasts pauses for as long again, over runs too', () => {
		let health = healthOf();
		const lengths: number[] = [];
		for (let i = 0; i < 12; i++) {
			health.onFault(fault('rate'));
			lengths.push(Math.round(pauseOf(health) / SECOND));
			now = health.state.pausedUntil!;
			health = healthOf(health.state);
		}
		expect(lengths.slice(0, 5)).toEqual([2, 2, 4, 8, 16]);
		expect(lengths.at(-1)).toBe(900);
	});

	it('is told where it outlives the run and is long', () => {
		const short = healthOf();
		short.onFault(fault('rate'));
		expect(short.onRunEnd()).toBeNull();
		const long = healthOf();
		long.onFault(fault('rate', { retryAfterMs: 5 * MINUTE }));
		expect(long.onRunEnd()).toMatchObject({ event: 'paused' });
		expect(long.onRunEnd()).toBeNull();
	});

	it('of many short pauses is told, too', () => {
		let health = healthOf();
		const events: unknown[] = [];
		for (let i = 0; i < 30; i++) {
			health.onFault(fault('rate', { retryAfterMs: 5 * SECOND }));
			events.push(health.onRunEnd());
			now = health.state.pausedUntil!;
			health = healthOf(health.state);
		}
		expect(events.filter((event) => event !== null)).toHaveLength(1);
	});
});

describe('messages in flight', () => {
	it('are one at a time after a failure, and while the account is probed', () => {
		expect(healthOf().concurrency).toBe(PARALLEL);
		expect(healthOf({ failuresInRow: 1 }).concurrency).toBe(1);
		expect(healthOf({ pauseCount: 1 }).concurrency).toBe(1);
	});

	it('are 1, 2, 4, 8 after a pause, as they go well', () => {
		const health = healthOf({ pauseCount: 2 }, 10);
		const seen = [health.concurrency];
		for (let i = 0; i < 16; i++) {
			health.onAccepted(now);
			if (seen.at(-1) !== health.concurrency) seen.push(health.concurrency);
		}
		expect(seen).toEqual([1, 2, 4, 8, 10]);
	});

	it('begin with one again after the next failure', () => {
		const health = healthOf({ pauseCount: 1 }, 10);
		for (let i = 0; i < 7; i++) health.onAccepted(now);
		expect(health.concurrency).toBe(8);
		health.onFault(fault('unreachable'));
		now += 1;
		health.onAccepted(now);
		expect(health.concurrency).toBe(2);
	});
});

describe('a probe', () => {
	const doubtful = () => {
		const health = healthOf({ pauseCount: 1, inDoubt: PARALLEL + 3, probedAt: START });
		now = START + MINUTE;
		return health;
	};

	it('may go out while fewer are in doubt than may be', () => {
		expect(healthOf({ pauseCount: 9, inDoubt: PARALLEL + 2 }).mayProbe()).toBe(true);
		expect(doubtful().mayProbe()).toBe(false);
	});

	it('may go out where the gateway was seen down since', () => {
		const health = doubtful();
		health.onUnhealthy('down');
		expect(health.mayProbe()).toBe(true);
		health.onProbe();
		expect(health.mayProbe()).toBe(false);
	});

	it('may go out after six hours', () => {
		const health = doubtful();
		now = START + 6 * 60 * MINUTE - 1;
		expect(health.mayProbe()).toBe(false);
		now += 1;
		expect(health.mayProbe()).toBe(true);
	});

	it('that may not go out leaves the account paused, for the same reason', () => {
		const health = doubtful();
		health.onUnhealthy(null);
		expect(health.isPaused).toBe(true);
		expect(health.mayProbe()).toBe(false);
	});

	it('counts what is in doubt over runs, until one certainly went out', () => {
		const health = healthOf({ inDoubt: 4 });
		health.onFault(fault('ambiguous'));
		expect(health.state.inDoubt).toBe(5);
		now += 1;
		health.onAccepted(now);
		expect(health.state.inDoubt).toBe(0);
	});
});

describe('what is told where a stored state lacks the reason', () => {
	const stored = { pausedAt: START - MINUTE, pausedUntil: START + MINUTE };

	it('is a pause without one', () => {
		expect(healthOf(stored).onRunEnd()).toEqual({ event: 'paused', reason: '', ...stored });
	});

	it('is its end without one', () => {
		const health = healthOf({ ...stored, isPauseReported: true });
		expect(health.onAccepted(now)).toEqual({
			event: 'resumed',
			reason: '',
			pausedAt: stored.pausedAt,
		});
	});

	it('is nothing of a pause whose begin is not known', () => {
		expect(healthOf({ pausedUntil: START + MINUTE }).onRunEnd()).toBeNull();
		expect(healthOf({ isPauseReported: true }).onAccepted(now)).toBeNull();
		expect(healthOf({ pausedAt: START }).onRunEnd()).toBeNull();
	});

	it('is no reason for what keeps a doubtful account paused', () => {
		const health = healthOf();
		health.onUnhealthy(null);
		expect(health.state).toMatchObject({ pauseReason: '', wasSeenDown: false });
		health.onUnhealthy('down');
		expect(health.state).toMatchObject({ pauseReason: 'down', wasSeenDown: true });
	});
});

it('probes an account in doubt of which no probe is known', () => {
	expect(healthOf({ pauseCount: 1, inDoubt: 99, probedAt: null }).mayProbe()).toBe(true);
});

it('keeps when it probed, and until when a pause lasts', () => {
	const health = healthOf({ pauseCount: 1, wasSeenDown: true });
	health.onProbe();
	expect(health.state).toMatchObject({ probedAt: START, wasSeenDown: false });
	const paused = healthOf({ pausedUntil: START + 1 });
	expect(paused.isPaused).toBe(true);
	now += 1;
	expect(paused.isPaused).toBe(false);
});

it('tells a pause of half a minute that outlives the run, and no shorter one', () => {
	const ending = (ms: number) =>
		healthOf({ pausedAt: START, pausedUntil: START + ms, pauseReason: 'slow' }).onRunEnd();
	expect(ending(30 * SECOND)).toMatchObject({ event: 'paused' });
	expect(ending(30 * SECOND - 1)).toBeNull();
	const over = healthOf({ pausedAt: START, pausedUntil: START + MINUTE });
	now += MINUTE;
	expect(over.onRunEnd()).toBeNull();
});

it('counts a recipient’s limit as nothing of the account’s', () => {
	const health = healthOf();
	for (let i = 0; i < 20; i++) expect(health.onFault(fault('recipientRate'))).toBeNull();
	expect(health.state).toEqual(HEALTHY);
	expect(health.concurrency).toBe(PARALLEL);
});

describe('the same reason of ten messages', () => {
	const alike = (health: AccountHealth, count: number, reason = 'refused') =>
		Array.from({ length: count }, () => health.onFault(fault('message', { reason }))).filter(
			(event) => event !== null,
		);

	it('is told as that of the pause, and the count begins again', () => {
		const health = healthOf();
		expect(alike(health, 10)).toMatchObject([
			{ reason: 'The gateway rejected the last 10 messages for the same reason. refused' },
		]);
		now = health.state.pausedUntil!;
		alike(health, 9);
		expect(health.isPaused).toBe(false);
		alike(health, 1);
		expect(health.isPaused).toBe(true);
	});

	it('counts from the last message that went out', () => {
		const health = healthOf();
		alike(health, 9);
		health.onAccepted(now);
		expect(alike(health, 9)).toEqual([]);
	});

	it('pauses for as long as the gateway asks', () => {
		const health = healthOf();
		alike(health, 9);
		health.onFault(fault('message', { reason: 'refused', retryAfterMs: 10 * MINUTE }));
		expect(pauseOf(health)).toBe(10.5 * MINUTE);
	});
});

it('pauses no shorter for a fault than another has already asked for', () => {
	const health = healthOf();
	health.onFault(fault('account', { retryAfterMs: 20 * MINUTE }));
	const until = health.state.pausedUntil;
	health.onFault(fault('account', { retryAfterMs: MINUTE }));
	expect(health.state.pausedUntil).toBe(until);
});

it('counts a pause by a failure during one for a rate', () => {
	const health = healthOf();
	health.onFault(fault('rate', { retryAfterMs: MINUTE }));
	expect(health.state.pauseCount).toBe(0);
	health.onFault(fault('account'));
	expect(health.state.pauseCount).toBe(1);
	health.onFault(fault('account'));
	expect(health.state.pauseCount).toBe(1);
});

it('sends one at a time after a limit of the rate, then more as they go well', () => {
	const health = healthOf({}, 4);
	health.onFault(fault('rate'));
	expect(health.concurrency).toBe(1);
	now += MINUTE;
	health.onAccepted(now);
	expect(health.concurrency).toBe(2);
	health.onFault(fault('rate'));
	now += MINUTE;
	health.onAccepted(now);
	expect(health.concurrency).toBe(2);
	health.onAccepted(now);
	health.onAccepted(now);
	expect(health.concurrency).toBe(4);
	for (let i = 0; i < 8; i++) health.onAccepted(now);
	expect(health.concurrency).toBe(4);
});

it('takes a message that was sent as it failed for one that shows the account well', () => {
	const health = healthOf();
	health.onFault(fault('account'));
	expect(health.onAccepted(START)).toMatchObject({ event: 'resumed' });
	expect(health.isPaused).toBe(false);
});
