import type { Fault } from './faults';

/** What is known of an account's health, over runs. Times in milliseconds since 1970. */
export interface HealthState {
	readonly pausedAt: number | null;
	readonly pausedUntil: number | null;
	/** What a person reads. */
	readonly pauseReason: string | null;
	/** Whether a run has given the pause out as an item; its end is then given out, too. */
	readonly isPauseReported: boolean;
	/** Pauses in a row by failures, without a message that went out between. */
	readonly pauseCount: number;
	/** Sends in a row that came to nothing, by no fault of the message. */
	readonly failuresInRow: number;
	/** Messages that may have been sent, since the last one that certainly was. */
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

/** What a run tells about its account. */
export type HealthEvent =
	| {
			readonly event: 'paused';
			readonly reason: string;
			readonly pausedAt: number;
			readonly pausedUntil: number;
	  }
	| { readonly event: 'resumed'; readonly reason: string; readonly pausedAt: number };

/** So many in a row, and it is not the messages. */
const FAILURES_TO_PAUSE = 3;
/** Refused alike without one accepted: the account, presumably. */
const REJECTIONS_TO_PAUSE = 10;
const FIRST_PAUSE_MS = 30_000;
const MAX_PAUSE_MS = 15 * 60_000;
/** A gateway's own wish is heeded, but not for ever. */
const MAX_ASKED_PAUSE_MS = 24 * 3_600_000;
/** Asked to wait for less, or not at all, it waits for as long all the same. */
const LEAST_PAUSE_MS = 1_000;
/** A pause for the rate that lasts shorter is not worth an alert. */
const TOLD_PAUSE_MS = 30_000;
/** A limit of the rate without a word on how long: short at first. */
const FIRST_RATE_PAUSE_MS = 2_000;
/** Probes beyond the limit of doubts, where the gateway's health call shows no outage. */
const DOUBTFUL_PROBE_EVERY_MS = 6 * 3_600_000;
/** Messages in doubt for an outage, beside those that were in flight when it began. */
const DOUBTS_BESIDE_IN_FLIGHT = 3;

/**
 * The circuit breaker of an account: closed, open (paused), or half open (probing). It decides how many
 * messages may be in flight, and when the account pauses.
 */
export class AccountHealth {
	private s: HealthState;
	/** How many at a time since the last pause ended; doubles with each lot that went well. */
	private ramp: number;
	private rampSuccesses = 0;
	private rejections = { like: '', count: 0 };
	/** When a fault last paused the account in this run. */
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

	/** Whether the next message is to find out if a pause can end. */
	get isProbing(): boolean {
		return this.s.pauseCount > 0;
	}

	/** How many messages may be in flight. */
	get concurrency(): number {
		return this.isProbing || this.s.failuresInRow > 0 ? 1 : Math.min(this.ramp, this.maxParallel);
	}

	/**
	 * Whether a probe may go out, given what the gateway's own health call says. Where as many messages
	 * are in doubt as may be, it needs a sign that something changed: each probe might be one more.
	 */
	mayProbe(): boolean {
		const { inDoubt, wasSeenDown, probedAt } = this.s;
		return (
			inDoubt < this.maxParallel + DOUBTS_BESIDE_IN_FLIGHT ||
			wasSeenDown ||
			this.clock.now() - (probedAt ?? 0) >= DOUBTFUL_PROBE_EVERY_MS
		);
	}

	/** A message goes out as a probe. */
	onProbe(): void {
		this.s = { ...this.s, probedAt: this.clock.now(), wasSeenDown: false };
	}

	/** The gateway's health call did not say that it is well, or no probe is allowed. */
	onUnhealthy(reason: string | null): void {
		if (reason !== null) this.s = { ...this.s, wasSeenDown: true };
		this.pause(reason ?? this.s.pauseReason ?? '', undefined);
	}

	/** The gateway took a message whose request began then. */
	onAccepted(startedAt: number): HealthEvent | null {
		// What was in flight when the pause began says nothing of what came after.
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

	/** The run ends: a pause that outlives it is given out, once. Moments of a rate limit are none. */
	onRunEnd(): HealthEvent | null {
		const { pausedAt, pausedUntil } = this.s;
		const isLong = (pausedUntil ?? 0) - (pausedAt ?? 0) >= TOLD_PAUSE_MS;
		return this.isPaused && isLong ? this.report() : null;
	}

	/**
	 * A send came to nothing.
	 *
	 * @returns the event of a pause that begins with it, or null
	 */
	onFault(fault: Fault): HealthEvent | null {
		switch (fault.kind) {
			case 'unsent':
			case 'interrupted':
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
		// The gateway answered, but it may answer so to everything.
		const like = reason.replace(/\d+/g, '#');
		this.rejections = {
			like,
			count: like === this.rejections.like ? this.rejections.count + 1 : 1,
		};
		if (this.rejections.count < REJECTIONS_TO_PAUSE) return null;
		this.rejections = { like: '', count: 0 };
		return this.pause(
			`The last ${REJECTIONS_TO_PAUSE} messages were all refused alike. ${reason}`,
			retryAfterMs,
		);
	}

	private pauseForRate({ reason, retryAfterMs }: Fault): HealthEvent | null {
		// As long again as it has lasted: doubles with each request that is refused, and not with each of
		// those that were in flight together.
		const lastedMs = this.clock.now() - (this.s.pausedAt ?? this.clock.now());
		const backoff = Math.min(Math.max(FIRST_RATE_PAUSE_MS, lastedMs), MAX_PAUSE_MS);
		this.ramp = 1;
		this.rampSuccesses = 0;
		this.extend(reason, retryAfterMs ?? backoff, 0);
		return null;
	}

	/** Several failures of what was in flight together are one pause. */
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
