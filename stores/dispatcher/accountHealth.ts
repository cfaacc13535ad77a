import type { Fault } from './faults';

/** Health of an account, across runs. Times in milliseconds since 1970. */
export interface HealthState {
	readonly pausedAt: number | null;
	readonly pausedUntil: number | null;
	/** The reason, for people. */
	readonly pauseReason: string | null;
	/** Whether a run has returned the pause as an item; its end is then returned, too. */
	readonly isPauseReported: boolean;
	/** Consecutive pauses by failures, without a sent message in between. */
	readonly pauseCount: number;
	/** Consecutive failed sends for which the message was not the cause. */
	readonly failuresInRow: number;
	/** Messages of unknown outcome since the last one that was certainly sent. */
	readonly inDoubt: number;
	/** Since that limit was reached: whether the gateway's own health call failed in between. */
	readonly wasSeenDown: boolean;
	/** When a message was last sent as a probe. */
	readonly probedAt: number | null;
}

export const HEALTHY: HealthState = {
	pausedAt: null,
	pausedUntil: null,
	pauseReason: null,
	isPauseReported: false,
	pauseCount: 0,
	failuresInRow: 0,
	inDoubt: 0,
	wasSeenDown: false,
	probedAt: null,
};

/** What a run reports about its account. */
export type HealthEvent =
	| {
			readonly event: 'paused';
			readonly reason: string;
			readonly pausedAt: number;
			readonly pausedUntil: number;
	  }
	| { readonly event: 'resumed'; readonly reason: string; readonly pausedAt: number };

/** After this many failures in a row, the cause is not the messages. */
const FAILURES_TO_PAUSE = 3;
/** After this many equal rejections without one acceptance, the cause is presumably the account. */
const REJECTIONS_TO_PAUSE = 10;
const FIRST_PAUSE_MS = 30_000;
const MAX_PAUSE_MS = 15 * 60_000;
/** A gateway's Retry-After is respected up to this limit. */
const MAX_ASKED_PAUSE_MS = 24 * 3_600_000;
/** Minimum pause, even if the gateway asks for less or for none. */
const LEAST_PAUSE_MS = 1_000;
/** A shorter pause for a rate limit is not reported. */
const TOLD_PAUSE_MS = 30_000;
/** First pause for a rate limit without Retry-After. */
const FIRST_RATE_PAUSE_MS = 2_000;
/** Interval of probes beyond the limit of doubts, if the gateway's health call shows no outage. */
const DOUBTFUL_PROBE_EVERY_MS = 6 * 3_600_000;
/** Limit of messages in doubt during one outage, beside those in flight when it began. */
const DOUBTS_BESIDE_IN_FLIGHT = 3;

/**
 * The circuit breaker of an account: closed, open (paused), or half open (probing). It decides how many
 * messages may be in flight, and when the account pauses.
 */
export class AccountHealth {
	private s: HealthState;
	/** Slow start: concurrent messages since the last pause ended; doubles with each successful batch. */
	private ramp: number;
	private rampSuccesses = 0;
	private rejections = { like: '', count: 0 };
	/** When a fault last paused the account during this run. */
	private faultAt = -Infinity;
	private hasFailed = false;

	constructor(
		state: HealthState,
		private readonly maxParallel: number,
		private readonly clock: { now(): number; random(): number },
	) {
		this.s = state;
		this.ramp = state.pauseCount > 0 ? 1 : maxParallel;
	}

	get state(): HealthState {
		return this.s;
	}

	get isPaused(): boolean {
		return (this.s.pausedUntil ?? 0) > this.clock.now();
	}

	/** Whether a failure paused the account in this run: then the run is over, however short the pause. */
	get hasPausedByFailure(): boolean {
		return this.hasFailed;
	}

	/** Whether the next message is a probe that decides if the pause ends. */
	get isProbing(): boolean {
		return this.s.pauseCount > 0;
	}

	/** How many messages may be in flight. */
	get concurrency(): number {
		return this.isProbing || this.s.failuresInRow > 0 ? 1 : Math.min(this.ramp, this.maxParallel);
	}

	/**
	 * Whether to send a probe, given the result of the gateway's health call. If the limit of messages in
	 * doubt is reached, it requires a sign that something changed: each probe might add one more.
	 */
	mayProbe(): boolean {
		const { inDoubt, wasSeenDown, probedAt } = this.s;
		return (
			inDoubt < this.maxParallel + DOUBTS_BESIDE_IN_FLIGHT ||
			wasSeenDown ||
			this.clock.now() - (probedAt ?? 0) >= DOUBTFUL_PROBE_EVERY_MS
		);
	}

	/** A message is sent as a probe. */
	onProbe(): void {
		this.s = { ...this.s, probedAt: this.clock.now(), wasSeenDown: false };
	}

	/** The gateway's health call did not succeed, or no probe is allowed. */
	onUnhealthy(reason: string | null): void {
		if (reason !== null) this.s = { ...this.s, wasSeenDown: true };
		this.pause(reason ?? this.s.pauseReason ?? '', undefined);
	}

	/** The gateway accepted a message whose request began then. */
	onAccepted(startedAt: number): HealthEvent | null {
		// A request in flight when the pause began shows nothing about what came after.
		if (startedAt < this.faultAt) return null;
		const { isPauseReported, pauseReason, pausedAt } = this.s;
		this.s = HEALTHY;
		this.rejections = { like: '', count: 0 };
		if (++this.rampSuccesses >= this.ramp && this.ramp < this.maxParallel) {
			this.rampSuccesses = 0;
			this.ramp *= 2;
		}
		return isPauseReported && pausedAt !== null
			? { event: 'resumed', reason: pauseReason ?? '', pausedAt }
			: null;
	}

	/** The run ends: a pause that outlives it is returned, once, unless it is a short rate limit. */
	onRunEnd(): HealthEvent | null {
		const { pausedAt, pausedUntil } = this.s;
		const isLong = (pausedUntil ?? 0) - (pausedAt ?? 0) >= TOLD_PAUSE_MS;
		return this.isPaused && isLong ? this.report() : null;
	}

	/**
	 * A send failed.
	 *
	 * @returns the event of a pause that begins with it, or null
	 */
	onFault(fault: Fault): HealthEvent | null {
		switch (fault.kind) {
			case 'unsent':
			case 'interrupted':
			case 'recipientRate':
				return null;
			case 'message':
				return this.onRejected(fault);
			case 'account':
				return this.pause(fault.reason, fault.retryAfterMs);
			case 'rate':
				return this.pauseForRate(fault);
			case 'ambiguous':
				this.s = { ...this.s, inDoubt: this.s.inDoubt + 1 };
				return this.onFailure(fault);
			case 'unreachable':
			case 'suspect':
				return this.onFailure(fault);
		}
	}

	private onFailure(fault: Fault): HealthEvent | null {
		this.s = { ...this.s, failuresInRow: this.s.failuresInRow + 1 };
		this.ramp = 1;
		this.rampSuccesses = 0;
		return this.s.failuresInRow >= FAILURES_TO_PAUSE || this.isProbing
			? this.pause(fault.reason, fault.retryAfterMs)
			: null;
	}

	private onRejected({ reason, retryAfterMs }: Fault): HealthEvent | null {
		// The gateway responded, but it may respond like this to every request.
		const like = reason.replace(/\d+/g, '#');
		this.rejections = {
			like,
			count: like === this.rejections.like ? this.rejections.count + 1 : 1,
		};
		if (this.rejections.count < REJECTIONS_TO_PAUSE) return null;
		this.rejections = { like: '', count: 0 };
		return this.pause(
			`The gateway rejected the last ${REJECTIONS_TO_PAUSE} messages for the same reason. ${reason}`,
			retryAfterMs,
		);
	}

	private pauseForRate({ reason, retryAfterMs }: Fault): HealthEvent | null {
		// As long again as it has lasted: doubles with each rejected probe, and not with each of the requests
		// that were in flight together.
		const lastedMs = this.clock.now() - (this.s.pausedAt ?? this.clock.now());
		const backoff = Math.min(Math.max(FIRST_RATE_PAUSE_MS, lastedMs), MAX_PAUSE_MS);
		this.ramp = 1;
		this.rampSuccesses = 0;
		this.extend(reason, retryAfterMs ?? backoff, 0);
		return null;
	}

	/** Several failures of requests that were in flight together are one pause. */
	private pause(reason: string, retryAfterMs: number | undefined): HealthEvent | null {
		this.hasFailed = true;
		this.extend(reason, retryAfterMs, 1);
		return this.report();
	}

	private report(): HealthEvent | null {
		const { isPauseReported, pauseReason, pausedAt, pausedUntil } = this.s;
		if (isPauseReported || pausedAt === null || pausedUntil === null) return null;
		this.s = { ...this.s, isPauseReported: true };
		return { event: 'paused', reason: pauseReason ?? '', pausedAt, pausedUntil };
	}

	private extend(reason: string, retryAfterMs: number | undefined, failures: 0 | 1): void {
		const now = this.clock.now();
		const wasPaused = this.isPaused;
		const { pauseCount } = this.s;
		this.faultAt = now;
		const ownMs = Math.min(FIRST_PAUSE_MS * 2 ** (wasPaused ? 0 : pauseCount), MAX_PAUSE_MS);
		const pauseMs =
			retryAfterMs === undefined
				? ownMs * (0.9 + this.clock.random() / 5)
				: Math.min(Math.max(retryAfterMs, LEAST_PAUSE_MS), MAX_ASKED_PAUSE_MS) *
					(1 + this.clock.random() / 10);
		this.s = {
			...this.s,
			pausedAt: this.s.pausedAt ?? now,
			pausedUntil: Math.max(this.s.pausedUntil ?? 0, now + Math.ceil(pauseMs)),
			pauseReason: reason,
			pauseCount: wasPaused && pauseCount > 0 ? pauseCount : pauseCount + failures,
		};
	}
}
