import type { Connection, Credential, Gateway } from '../gateway';
import {
	toNetworkError,
	toResponseError,
	unexpectedResponseError,
	type AttemptInfo,
} from './errors';
import { AdaptiveLimiter } from './adaptiveLimiter';
import { GatewayError } from './gatewayError';
import {
	NetworkFailure,
	type GatewayRequest,
	type GatewayResponse,
	type Outcome,
	type SendRequest,
	type PreparedRequest,
} from './request';
import {
	parseRetryAfter,
	DEFAULT_RETRY_POLICY,
	shouldRetry,
	retryDelayMs,
	rateLimitResetMs,
	type RetryPolicy,
} from './retry';

/** What the transport needs from its runtime: the network, a clock and randomness. */
export interface TransportRuntime {
	readonly send: SendRequest;
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after so many milliseconds, or immediately when the execution is cancelled. */
	sleep(ms: number): Promise<void>;
	/** From 0 to below 1. */
	random(): number;
	/** Whether the execution was cancelled. */
	isCancelled?(): boolean;
}

export interface ConnectOptions {
	/** Most concurrent requests. */
	readonly maxParallel?: number;
	readonly policy?: RetryPolicy;
}

/**
 * Connects to a gateway with a credential. Requests of one connection share an {@link AdaptiveLimiter}; each is
 * retried by the rules of `retry.ts` and resolves with a 2xx response, or rejects with a
 * {@link GatewayError}.
 */
export function connect(
	gateway: Gateway,
	credential: Credential,
	runtime: TransportRuntime,
	{ maxParallel = 5, policy = DEFAULT_RETRY_POLICY }: ConnectOptions = {},
): Connection {
	const limiter = new AdaptiveLimiter(maxParallel, runtime);
	const target = { gateway, credential };
	let clockSkewMs = 0;

	/** One attempt; a rate limit is applied before the limiter lets the next request through. */
	async function attempt(prepared: PreparedRequest): Promise<[Outcome, number | undefined]> {
		return await limiter.run(async () => {
			if (runtime.isCancelled?.()) return [new NetworkFailure('unsent', null), undefined];
			const outcome = await runtime.send(prepared);
			return [outcome, applyRateLimit(outcome)];
		});
	}

	/** Slows the whole connection down if the gateway asks for it. Returns the delay asked for, if any. */
	function applyRateLimit(outcome: Outcome): number | undefined {
		if (outcome instanceof NetworkFailure) return undefined;
		const date = Date.parse(outcome.headers.date ?? '');
		if (Number.isFinite(date)) clockSkewMs = date - runtime.now();
		// A reset and the date of a Retry-After are times of the gateway's clock.
		const now = runtime.now() + clockSkewMs;
		if (outcome.status === 429 || outcome.status === 503) {
			const asked = gateway.parseError(outcome)?.retryAfterMs ?? parseRetryAfter(outcome, now);
			if (outcome.status === 429) limiter.onRateLimited(Math.min(asked ?? 0, policy.maxDelayMs));
			return asked;
		}
		const isLast = outcome.headers['x-ratelimit-remaining'] === '0';
		const reset = isLast ? rateLimitResetMs(outcome, now) : undefined;
		if (reset !== undefined) limiter.pauseFor(Math.min(reset, policy.maxDelayMs));
		if (outcome.status < 500) limiter.onSuccess();
		return undefined;
	}

	async function request(wanted: GatewayRequest): Promise<GatewayResponse> {
		const { method, path, query = {}, body, idempotent } = wanted;
		const prepared: PreparedRequest = { method, url: path, headers: {}, query, body };
		for (let attempts = 1; ; attempts++) {
			const [outcome, asked] = await attempt(prepared);
			if (!(outcome instanceof NetworkFailure) && outcome.status >= 200 && outcome.status < 300) {
				return outcome;
			}
			const pause =
				attempts < policy.maxAttempts && shouldRetry(idempotent, outcome)
					? retryDelayMs(attempts, asked, policy, runtime.random)
					: null;
			if (pause === null) throw toError(outcome, { idempotent, attempts, retryAfterMs: asked });
			await runtime.sleep(pause);
		}
	}

	const toError = (outcome: Outcome, info: AttemptInfo): GatewayError =>
		outcome instanceof NetworkFailure
			? toNetworkError(target, outcome, info)
			: toResponseError(target, outcome, info);

	return {
		credential,
		request,
		now: () => runtime.now(),
		clockSkewMs: () => clockSkewMs,
		unexpected: (response, missing, outcomeUnknown) =>
			unexpectedResponseError(target, response, missing, outcomeUnknown),
	};
}
