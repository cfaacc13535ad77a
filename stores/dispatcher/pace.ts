import { MINUTE_MS } from '../../messages/duration';
/** What of the pace outlives a run. Times in milliseconds since 1970. */
export interface PaceState {
	/** Nothing goes out before this (GCRA's theoretical arrival time). */
	readonly nextSendAt: number;
	/** Messages a minute that the gateway seems to take, learned from 429; null where it never said so. */
	readonly learnedPerMinute: number | null;
	/** When it last said so. */
	readonly learnedAt: number;
}

export const INITIAL_PACE: PaceState = { nextSendAt: 0, learnedPerMinute: null, learnedAt: 0 };

/** What was learned longer ago than this says nothing of today's plan. */
const FORGET_AFTER_MS = 60 * MINUTE_MS;
/** Multiplicative decrease, additive increase: a twentieth of the rate in each minute of sending. */
const DECREASE = 0.7;
const INCREASE_A_MINUTE = 0.05;
const LEAST_PER_MINUTE = 1;
const REQUEST_SPACING = 0.8;

/**
 * How fast an account sends: GCRA with a burst of one, so that the limit holds in every minute, over
 * the edges of runs too. Where no pace is known, nothing is held back until the gateway answers 429;
 * from then on the rate is found by AIMD.
 */
export class Pace {
	private nextSendAt: number;
	/** No request begins before, whenever its place was taken. */
	private nextRequestAt = 0;
	private learnedPerMinute: number | null;
	private learnedAt: number;
	/** When the last messages went out, for the first estimate. */
	private readonly recent: number[] = [];

	/** @param perMinute messages a minute that are known to be allowed; null where nobody says */
	constructor(
		state: PaceState,
		private readonly perMinute: number | null,
		private readonly now: () => number,
	) {
		const isFresh = now() - state.learnedAt < FORGET_AFTER_MS;
		this.learnedPerMinute = isFresh ? state.learnedPerMinute : null;
		this.learnedAt = Math.min(state.learnedAt, now());
		// Never further off than one interval: a clock that was wrong must not stop the account.
		this.nextSendAt = Math.min(state.nextSendAt, now() + this.intervalMs);
	}

	get state(): PaceState {
		const { nextSendAt, learnedPerMinute, learnedAt } = this;
		return { nextSendAt, learnedPerMinute, learnedAt };
	}

	/** Messages a minute that go out at the most; null for no limit. */
	get rate(): number | null {
		if (this.perMinute === null) return this.learnedPerMinute;
		return Math.min(this.perMinute, this.learnedPerMinute ?? Infinity);
	}

	/** Milliseconds until the next message may go out. */
	get waitMs(): number {
		return this.rate === null ? 0 : Math.max(0, this.nextSendAt - this.now());
	}

	/**
	 * Takes the place of one message, before its row is started: several are started at once, and each
	 * needs a place of its own.
	 */
	take(): void {
		if (this.rate === null) return;
		this.nextSendAt = Math.max(this.nextSendAt, this.now()) + this.intervalMs;
	}

	/** The message does not go out after all: another may have its place. */
	giveBack(): void {
		if (this.rate !== null) this.nextSendAt -= this.intervalMs;
	}

	/**
	 * Takes the moment of a request, whose row is started. Rows that were started slowly come together,
	 * and a gateway that counts would refuse some. A little under the interval, so that what was late
	 * can be caught up with.
	 *
	 * @returns milliseconds to wait until then
	 */
	takeRequest(): number {
		if (this.rate === null) return 0;
		const at = Math.max(this.now(), this.nextRequestAt);
		this.nextRequestAt = at + this.intervalMs * REQUEST_SPACING;
		return at - this.now();
	}

	/** A request begins now. */
	onStart(): void {
		this.recent.push(this.now());
		if (this.recent.length > 1_000) this.recent.splice(0, 500);
	}

	private get intervalMs(): number {
		return MINUTE_MS / (this.rate ?? LEAST_PER_MINUTE);
	}

	/** The gateway took a message. */
	onAccepted(): void {
		if (this.learnedPerMinute !== null) this.learnedPerMinute += INCREASE_A_MINUTE;
	}

	/** A request that began then was answered with 429. */
	onRateLimited(startedAt: number): void {
		// What was in flight when the rate was lowered says nothing of the new one.
		if (startedAt < this.learnedAt) return;
		const now = this.now();
		const current = this.rate ?? this.estimate(now);
		this.learnedPerMinute = Math.max(LEAST_PER_MINUTE, current * DECREASE);
		this.learnedAt = now;
	}

	/** Messages a minute, from what went out in the last ten seconds, or since the first one. */
	private estimate(now: number): number {
		const last = this.recent.filter((at) => now - at < 10_000);
		// A burst says little: what went out within a second counts as a second's worth.
		const seconds = Math.max(1, (now - (last[0] ?? now)) / 1000);
		return (last.length / seconds) * 60;
	}
}
