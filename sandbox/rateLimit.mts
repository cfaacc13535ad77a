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
