import { MINUTE_MS } from '../../messages/duration';

/** State of the pace across runs. Times in milliseconds since 1970. */
export interface PaceState {
	/** Nothing is sent before this (GCRA's theoretical arrival time). */
	readonly nextSendAt: number;
	/** Messages per minute that the gateway seems to accept, learned from 429; null without any 429. */
	readonly learnedPerMinute: number | null;
	/** When it last responded with 429. */
	readonly learnedAt: number;
}

export const INITIAL_PACE: PaceState = { nextSendAt: 0, learnedPerMinute: null, learnedAt: 0 };

/** A learned rate expires after this: the plan may have changed. */
const FORGET_AFTER_MS = 60 * MINUTE_MS;
/** Multiplicative decrease, additive increase: a twentieth of the rate in each minute of sending. */
const DECREASE = 0.7;
const INCREASE_A_MINUTE = 0.05;
const LEAST_PER_MINUTE = 1;
const REQUEST_SPACING = 0.8;

/**
 * Rate limiter of an account: GCRA with a burst of one, so that the limit is kept in every minute, also
 * across runs. If no rate is known, nothing is delayed until the gateway responds with 429; from then on
 * the rate is determined by AIMD.
 */
export class Pace {
	private nextSendAt: number;
	/** No request starts before this, whenever its slot was reserved. */
	private nextRequestAt = 0;
	private learnedPerMinute: number | null;
	private learnedAt: number;
	/** When the last messages were sent, for the first estimate. */
	private readonly recent: number[] = [];

	/** @param perMinute messages per minute that are known to be allowed; null if unknown */
	constructor(
		state: PaceState,
		private readonly perMinute: number | null,
		private readonly now: () => number,
	) {
		const isFresh = now() - state.learnedAt < FORGET_AFTER_MS;
		this.learnedPerMinute = isFresh ? state.learnedPerMinute : null;
		this.learnedAt = Math.min(state.learnedAt, now());
		// At most one interval ahead: a wrong clock must not stop the account.
		this.nextSendAt = Math.min(state.nextSendAt, now() + this.intervalMs);
	}

	get state(): PaceState {
		const { nextSendAt, learnedPerMinute, learnedAt } = this;
		return { nextSendAt, learnedPerMinute, learnedAt };
	}

	/** Maximum number of messages per minute; null for no limit. */
	get rate(): number | null {
		if (this.perMinute === null) return this.learnedPerMinute;
		return Math.min(this.perMinute, this.learnedPerMinute ?? Infinity);
	}

	/** Milliseconds until the next message may be sent. */
	get waitMs(): number {
		return this.rate === null ? 0 : Math.max(0, this.nextSendAt - this.now());
	}

	/**
	 * Reserves the slot of one message before its row is started, since several are started concurrently.
	 */
	take(): void {
		if (this.rate === null) return;
		this.nextSendAt = Math.max(this.nextSendAt, this.now()) + this.intervalMs;
	}

	/** Releases the slot of a message that is not sent after all. */
	giveBack(): void {
		if (this.rate !== null) this.nextSendAt -= this.intervalMs;
	}

	/**
	 * Schedules the request of a started row. Rows that were started slowly arrive together, and a gateway with
	 * a limit would reject some. A little less than the interval, so that delays can be caught up with.
	 *
	 * @returns milliseconds to wait until then
	 */
	takeRequest(): number {
		if (this.rate === null) return 0;
		const at = Math.max(this.now(), this.nextRequestAt);
		this.nextRequestAt = at + this.intervalMs * REQUEST_SPACING;
		return at - this.now();
	}

	/** A request starts now. */
	onStart(): void {
		this.recent.push(this.now());
		if (this.recent.length > 1_000) this.recent.splice(0, 500);
	}

	private get intervalMs(): number {
		return MINUTE_MS / (this.rate ?? LEAST_PER_MINUTE);
	}

	/** The gateway accepted a message. */
	onAccepted(): void {
		if (this.learnedPerMinute !== null) this.learnedPerMinute += INCREASE_A_MINUTE;
	}

	/** A request that started then got a 429. */
	onRateLimited(startedAt: number): void {
		// A request in flight when the rate was reduced shows nothing about the new rate.
		if (startedAt < this.learnedAt) return;
		const now = this.now();
		const current = this.rate ?? this.estimate(now);
		this.learnedPerMinute = Math.max(LEAST_PER_MINUTE, current * DECREASE);
		this.learnedAt = now;
	}

	/** Messages per minute, from those sent in the last ten seconds, or since the first one. */
	private estimate(now: number): number {
		const last = this.recent.filter((at) => now - at < 10_000);
		// A burst shows little: messages within one second count as one second.
		const seconds = Math.max(1, (now - (last[0] ?? now)) / 1000);
		return (last.length / seconds) * 60;
	}
}
