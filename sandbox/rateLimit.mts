import type { Clock } from './clock.mts';

export interface RateVerdict {
	allowed: boolean;
	limit: number;
	remaining: number;
	/** Unix seconds, rounded up: whoever waits until then succeeds. */
	reset: number;
	/** Whole real seconds until the window ends, at least 1. */
	retryAfter: number;
}

interface Window {
	startedAt: number;
	used: number;
}

/** So many calls per window and key; the window's length scales with the clock. */
export class RateLimit {
	readonly #windows = new Map<string, Window>();

	constructor(
		private readonly clock: Clock,
		private readonly limit: number,
		private readonly windowMs: number,
		private readonly enforced: boolean,
	) {}

	/** Counts one call, and says whether it is within the limit. */
	take(key = ''): RateVerdict {
		const now = Date.now();
		const length = this.clock.real(this.windowMs);
		let window = this.#windows.get(key);
		if (!window || now >= window.startedAt + length) {
			window = { startedAt: now, used: 0 };
			this.#windows.set(key, window);
		}
		const allowed = !this.enforced || window.used < this.limit;
		if (allowed) window.used += 1;
		const end = window.startedAt + length;
		return {
			allowed,
			limit: this.limit,
			remaining: this.enforced ? Math.max(0, this.limit - window.used) : this.limit,
			reset: Math.ceil(end / 1000),
			retryAfter: Math.max(1, Math.ceil((end - now) / 1000)),
		};
	}
}

/**
 * So many calls a second, and no more than `burst` at once: a bucket with room for `burst` tokens, into
 * which they drip evenly. Real seconds, whatever the clock factor.
 */
export class TokenBucket {
	#tokens: number;
	#filledAt: number | undefined;

	/** @param burst at least 1; by default what comes in a second */
	constructor(
		private readonly perSecond: number,
		private readonly burst = Math.max(1, Math.ceil(perSecond)),
	) {
		if (!(perSecond > 0 && Number.isFinite(perSecond) && burst >= 1)) {
			throw new RangeError('perSecond must be a number above 0, and burst at least 1');
		}
		this.#tokens = burst;
	}

	/**
	 * Takes a token, if there is one.
	 *
	 * @param now milliseconds since any fixed moment
	 * @returns 0, or how many milliseconds until the next one is there
	 */
	take(now: number): number {
		const since = Math.max(0, now - (this.#filledAt ?? now));
		this.#tokens = Math.min(this.burst, this.#tokens + (since / 1000) * this.perSecond);
		this.#filledAt = now;
		// A hair less than one is one: the drops do not add up exactly.
		if (this.#tokens < 1 - 1e-9) return ((1 - this.#tokens) / this.perSecond) * 1000;
		this.#tokens -= 1;
		return 0;
	}
}
