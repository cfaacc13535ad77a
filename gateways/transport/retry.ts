import type { VendorError } from '../gateway';
import { NetworkFailure, type GatewayResponse, type Outcome } from './request';

/** How often the transport sends a request, and for how long. */
export interface RetryPolicy {
	/** Attempts in all, including the first. */
	readonly maxAttempts: number;
	/** The first delay is at most this long; each further one at most twice the last. */
	readonly baseDelayMs: number;
	/** No delay is longer, whatever a gateway asks for. */
	readonly maxDelayMs: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = {
	maxAttempts: 5,
	baseDelayMs: 500,
	maxDelayMs: 60_000,
};

const RETRYABLE_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504]);

/** What a vendor's own code says of an answer, beside its HTTP status. */
export type Meaning = Pick<VendorError, 'kind' | 'notSent'>;

/**
 * Whether the gateway limits the rate: by a code of its own, or by the HTTP status, unless that comes with a
 * refusal: a gateway may hand on the 429 of another server, such as a file's host.
 */
export const isRateLimited = ({ status }: GatewayResponse, { kind }: Meaning): boolean =>
	kind === 'rateLimited' || (status === 429 && kind !== 'rejected');

/**
 * Whether to send the same request again.
 *
 * One that is not idempotent is retried only if the gateway certainly did not process it: it limits
 * the rate, says that nothing was sent, or nobody listened. After anything else its outcome is unknown, and the caller has to check before retrying.
 */
export function shouldRetry(idempotent: boolean, outcome: Outcome, meaning: Meaning = {}): boolean {
	if (outcome instanceof NetworkFailure) {
		if (outcome.reason === 'aborted' || outcome.reason === 'unsent') return false;
		return idempotent || outcome.reason === 'unreachable';
	}
	if (isRateLimited(outcome, meaning)) return true;
	if (!idempotent && meaning.notSent !== true) return false;
	// What the vendor's own code says goes before the HTTP status: a 503 may be a licence that has run out.
	return meaning.kind === undefined
		? RETRYABLE_STATUSES.has(outcome.status)
		: meaning.kind === 'unavailable';
}

/** Whether the gateway may have processed a request with this outcome. */
export function mayHaveBeenProcessed(outcome: Outcome, meaning: Meaning = {}): boolean {
	if (outcome instanceof NetworkFailure) {
		return outcome.reason !== 'unreachable' && outcome.reason !== 'unsent';
	}
	if (meaning.notSent === true || isRateLimited(outcome, meaning)) return false;
	return outcome.status === 408 || outcome.status >= 500 || meaning.kind === 'unavailable';
}

/**
 * The delay before attempt number `attempts + 1`: exponential backoff with full jitter; or, if the gateway
 * asked for a delay, that one and up to a tenth more, so that many callers do not retry at the same moment.
 * Null: the gateway asks for more than the policy allows, so there is no retry.
 */
export function retryDelayMs(
	attempts: number,
	retryAfterMs: number | undefined,
	policy: RetryPolicy,
	random: () => number,
): number | null {
	if (retryAfterMs !== undefined) {
		if (retryAfterMs > policy.maxDelayMs) return null;
		return Math.min(policy.maxDelayMs, Math.ceil(retryAfterMs * (1 + random() / 10)));
	}
	return Math.floor(
		random() * Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempts - 1)),
	);
}

/**
 * The delay that a response's headers ask for, in milliseconds: `Retry-After` in seconds or as a date,
 * otherwise `X-RateLimit-Reset` in Unix seconds. Undefined if they ask for none.
 */
export function parseRetryAfter(response: GatewayResponse, now: number): number | undefined {
	const after = response.headers['retry-after'];
	if (after !== undefined && after !== '') {
		const ms = /^\d+(\.\d+)?$/.test(after) ? Number(after) * 1000 : Date.parse(after) - now;
		if (Number.isFinite(ms)) return Math.max(0, ms);
	}
	return rateLimitResetMs(response, now);
}

/** Milliseconds until `X-RateLimit-Reset` (Unix seconds); undefined if it is missing or not sane. */
export function rateLimitResetMs(response: GatewayResponse, now: number): number | undefined {
	const reset = Number(response.headers['x-ratelimit-reset'] ?? Number.NaN);
	const ms = reset * 1000 - now;
	// A reset far from now means a wrong clock, or a value that is not Unix time.
	return Number.isFinite(ms) && Math.abs(ms) < 3_600_000 ? Math.max(0, ms) : undefined;
}
