import { NoAnswer, type GatewayRequest, type GatewayResponse, type Outcome } from './request';

/** How often and how long the transport tries. Times in milliseconds. */
export interface RetryPolicy {
	/** Tries in all, the first included. */
	readonly maxTries: number;
	/** The first pause is at most this long; each further one at most twice the last. */
	readonly baseDelayMs: number;
	/** No pause is longer, whatever a gateway asks for. */
	readonly maxDelayMs: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = {
	maxTries: 5,
	baseDelayMs: 500,
	maxDelayMs: 60_000,
};

const REPEATABLE_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Whether the same request may go out again.
 *
 * A create is repeated only after an outcome that says for certain that the gateway did not take it:
 * 429, or nobody listening. Everything else leaves it open, and the caller has to look first.
 */
export function mayRepeat(kind: GatewayRequest['kind'], outcome: Outcome): boolean {
	if (outcome instanceof NoAnswer) {
		if (outcome.why === 'aborted' || outcome.why === 'unsent') return false;
		return kind === 'repeatable' || outcome.why === 'unreachable';
	}
	return kind === 'repeatable' ? REPEATABLE_STATUSES.has(outcome.status) : outcome.status === 429;
}

/** Whether a create with this outcome may have been taken by the gateway all the same. */
export const isOpenEnded = (outcome: Outcome): boolean =>
	outcome instanceof NoAnswer
		? outcome.why !== 'unreachable' && outcome.why !== 'unsent'
		: outcome.status === 408 || outcome.status >= 500;

/**
 * How long to pause before try number `tries + 1`: exponential with full jitter, or, where the
 * gateway asked for a pause, that pause and up to a tenth more, so that many callers do not come
 * back in the same moment. Null: the gateway asks for more than the policy allows, so give up.
 */
export function pauseBefore(
	tries: number,
	askedMs: number | undefined,
	policy: RetryPolicy,
	random: () => number,
): number | null {
	if (askedMs !== undefined) {
		if (askedMs > policy.maxDelayMs) return null;
		return Math.min(policy.maxDelayMs, Math.ceil(askedMs * (1 + random() / 10)));
	}
	return Math.floor(random() * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (tries - 1)));
}

/**
 * The pause that an answer's headers ask for, in milliseconds: `Retry-After` in seconds or as a date,
 * else `X-RateLimit-Reset` in Unix seconds. Undefined where they ask for none.
 */
export function askedPause(response: GatewayResponse, now: number): number | undefined {
	const after = response.headers['retry-after'];
	if (after !== undefined && after !== '') {
		const ms = /^\d+(\.\d+)?$/.test(after) ? Number(after) * 1000 : Date.parse(after) - now;
		if (Number.isFinite(ms)) return Math.max(0, ms);
	}
	return untilReset(response, now);
}

/** Milliseconds until `X-RateLimit-Reset` (Unix seconds); undefined where it is missing or not sane. */
export function untilReset(response: GatewayResponse, now: number): number | undefined {
	const reset = Number(response.headers['x-ratelimit-reset'] ?? Number.NaN);
	const ms = reset * 1000 - now;
	// A reset far from now is a clock that is off, or no Unix time at all.
	return Number.isFinite(ms) && Math.abs(ms) < 3_600_000 ? Math.max(0, ms) : undefined;
}
