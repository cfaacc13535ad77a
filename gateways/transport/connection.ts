import type { Connection, Credential, Gateway, VendorError } from '../gateway';
import {
	toNetworkError,
	toResponseError,
	unexpectedResponseError,
	type AttemptInfo,
} from './errors';
import { AdaptiveLimiter } from './adaptiveLimiter';
import { encodeBody } from './encodeBody';
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
	isRateLimited,
	parseRetryAfter,
	DEFAULT_RETRY_POLICY,
	shouldRetry,
	retryDelayMs,
	rateLimitResetMs,
	type Meaning,
	type RetryPolicy,
} from './retry';

/** What the transport needs from its runtime: the network, a clock and randomness. */
export interface TransportRuntime {
	readonly send: SendRequest;
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after that many milliseconds, or immediately when the execution is cancelled. */
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

/** What became of one attempt; of an answer, also what the vendor's own code says and how long it asks to wait. */
interface Attempt {
	readonly outcome: Outcome;
	readonly meaning?: Meaning;
	readonly retryAfterMs?: number;
}

const isSuccess = ({ status }: GatewayResponse): boolean => status >= 200 && status < 300;

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
	async function attempt(prepared: PreparedRequest): Promise<Attempt> {
		return await limiter.run(async () => {
			if (runtime.isCancelled?.()) return { outcome: new NetworkFailure('unsent', null) };
			const outcome = await runtime.send(prepared);
			if (outcome instanceof NetworkFailure) return { outcome };
			const said = isSuccess(outcome) ? null : gateway.parseError(outcome);
			return { outcome, meaning: said ?? {}, retryAfterMs: applyRateLimit(outcome, said) };
		});
	}

	/** Slows the whole connection down if the gateway asks for it. Returns the delay asked for, if any. */
	function applyRateLimit(response: GatewayResponse, said: VendorError | null): number | undefined {
		const date = Date.parse(response.headers.date ?? '');
		if (Number.isFinite(date)) clockSkewMs = date - runtime.now();
		// A reset and the date of a Retry-After are by the gateway's clock.
		const now = runtime.now() + clockSkewMs;
		const isLimited = isRateLimited(response, said ?? {});
		if (isLimited || response.status === 503) {
			const asked = said?.retryAfterMs ?? parseRetryAfter(response, now);
			// Requests for other recipients go on.
			if (said?.isPerRecipient === true) return asked;
			if (isLimited) limiter.onRateLimited(Math.min(asked ?? 0, policy.maxDelayMs));
			return asked;
		}
		const isLast = response.headers['x-ratelimit-remaining'] === '0';
		const reset = isLast ? rateLimitResetMs(response, now) : undefined;
		if (reset !== undefined) limiter.pauseFor(Math.min(reset, policy.maxDelayMs));
		if (response.status < 500) limiter.onSuccess();
		return undefined;
	}

	async function request(wanted: GatewayRequest): Promise<GatewayResponse> {
		const { method, path, query = {}, idempotent, host } = wanted;
		const address = host === undefined ? undefined : gateway.hosts?.(credential)[host];
		const url = `${address ?? ''}${path}`;
		const prepared: PreparedRequest = { method, url, query, ...encodeBody(wanted) };
		for (let attempts = 1; ; attempts++) {
			const { outcome, meaning, retryAfterMs } = await attempt(prepared);
			if (!(outcome instanceof NetworkFailure) && isSuccess(outcome)) return outcome;
			const pause =
				attempts < policy.maxAttempts && shouldRetry(idempotent, outcome, meaning)
					? retryDelayMs(attempts, retryAfterMs, policy, runtime.random)
					: null;
			if (pause === null) throw toError(outcome, { idempotent, attempts, retryAfterMs, address });
			await runtime.sleep(pause);
		}
	}

	const toError = (outcome: Outcome, info: AttemptInfo): GatewayError =>
		outcome instanceof NetworkFailure
			? toNetworkError(target, outcome, info)
			: toResponseError(target, outcome, info);

	/** The transport took it for a success, so what it does after a refusal is done here. */
	function refused(response: GatewayResponse, { idempotent = false } = {}): GatewayError {
		const said = gateway.parseError(response);
		const retryAfterMs =
			said === null || !isRateLimited(response, said) ? undefined : applyRateLimit(response, said);
		return toResponseError(target, response, { idempotent, attempts: 1, retryAfterMs });
	}

	return {
		credential,
		request,
		now: () => runtime.now(),
		clockSkewMs: () => clockSkewMs,
		sleep: async (ms) => await runtime.sleep(ms),
		refused,
		unexpected: (response, missing, outcomeUnknown) =>
			unexpectedResponseError(target, response, missing, outcomeUnknown),
	};
}
