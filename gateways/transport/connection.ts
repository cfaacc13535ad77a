import type { Connection, Credential, Gateway } from '../gateway';
import { describeAnswer, describeNoAnswer, unexpectedAnswer } from './describe';
import { Gate } from './gate';
import { GatewayError } from './gatewayError';
import {
	NoAnswer,
	type GatewayRequest,
	type GatewayResponse,
	type Outcome,
	type SendRequest,
	type UnsentRequest,
} from './request';
import {
	askedPause,
	DEFAULT_RETRY_POLICY,
	mayRepeat,
	pauseBefore,
	untilReset,
	type RetryPolicy,
} from './retry';

/** What the transport needs from outside: the network, a clock and chance. */
export interface Surroundings {
	readonly send: SendRequest;
	/** Milliseconds since 1970. */
	now(): number;
	/** Resolves after so many milliseconds, or at once when the execution is cancelled. */
	sleep(ms: number): Promise<void>;
	/** From 0 to below 1. */
	random(): number;
	/** Whether the execution was cancelled. */
	isCancelled?(): boolean;
}

export interface ConnectOptions {
	/** Requests in flight at once. */
	readonly maxParallel?: number;
	readonly policy?: RetryPolicy;
}

/**
 * Connects to a gateway with a credential. Requests of one connection share a {@link Gate}; each is
 * retried by the rules of `retry.ts` and resolves with a 2xx answer, or rejects with a
 * {@link GatewayError}.
 */
export function connect(
	gateway: Gateway,
	credential: Credential,
	surroundings: Surroundings,
	{ maxParallel = 5, policy = DEFAULT_RETRY_POLICY }: ConnectOptions = {},
): Connection {
	const gate = new Gate(maxParallel, surroundings);
	const who = { gateway, credential };
	let clockAhead = 0;

	/** One try; what it asks for is heeded before the gate lets the next one through. */
	async function tryOnce(unsent: UnsentRequest): Promise<[Outcome, number | undefined]> {
		return await gate.through(async () => {
			if (surroundings.isCancelled?.()) return [new NoAnswer('unsent', null), undefined];
			const outcome = await surroundings.send(unsent);
			return [outcome, heed(outcome)];
		});
	}

	/** Slows the whole connection down where the gateway asks for it; the pause asked for, if any. */
	function heed(outcome: Outcome): number | undefined {
		if (outcome instanceof NoAnswer) return undefined;
		const date = Date.parse(outcome.headers.date ?? '');
		if (Number.isFinite(date)) clockAhead = date - surroundings.now();
		// A reset and the date of a Retry-After are told by the gateway's clock.
		const now = surroundings.now() + clockAhead;
		if (outcome.status === 429 || outcome.status === 503) {
			const asked = gateway.explain(outcome)?.retryAfterMs ?? askedPause(outcome, now);
			if (outcome.status === 429) gate.slowDown(Math.min(asked ?? 0, policy.maxDelayMs));
			return asked;
		}
		const isLast = outcome.headers['x-ratelimit-remaining'] === '0';
		const reset = isLast ? untilReset(outcome, now) : undefined;
		if (reset !== undefined) gate.holdBack(Math.min(reset, policy.maxDelayMs));
		if (outcome.status < 500) gate.speedUp();
		return undefined;
	}

	async function request(wanted: GatewayRequest): Promise<GatewayResponse> {
		const { method, path, query = {}, body } = wanted;
		const unsent: UnsentRequest = { method, url: path, headers: {}, query, body };
		for (let tries = 1; ; tries++) {
			const [outcome, asked] = await tryOnce(unsent);
			if (!(outcome instanceof NoAnswer) && outcome.status >= 200 && outcome.status < 300) {
				return outcome;
			}
			const pause =
				tries < policy.maxTries && mayRepeat(wanted.kind, outcome)
					? pauseBefore(tries, asked, policy, surroundings.random)
					: null;
			if (pause === null) throw describeOutcome(outcome, wanted, tries, asked);
			await surroundings.sleep(pause);
		}
	}

	const describeOutcome = (
		outcome: Outcome,
		wanted: GatewayRequest,
		tries: number,
		asked: number | undefined,
	): GatewayError =>
		outcome instanceof NoAnswer
			? describeNoAnswer(who, outcome, { wanted, tries })
			: describeAnswer(who, outcome, { wanted, tries, askedMs: asked });

	return {
		credential,
		request,
		now: () => surroundings.now(),
		clockAhead: () => clockAhead,
		unexpected: (response, missing, openEnded) =>
			unexpectedAnswer(who, response, missing, openEnded),
	};
}
