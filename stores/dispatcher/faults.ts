import { GatewayError, textOf } from '../../gateways/transport/gatewayError';
import { InvalidParameterError } from '../../messages/invalidParameterError';

/**
 * What went wrong with a send, sorted by what has to follow.
 *
 * | kind | the message | the account |
 * |---|---|---|
 * | `account` | waits on, no attempt counted | paused |
 * | `rate` | waits on, no attempt counted | paused for as long as the gateway asks, and slower from then on |
 * | `unreachable` | waits on: certainly not sent | paused after three in a row |
 * | `suspect` | waits on; counted once another message goes out | paused after three in a row |
 * | `ambiguous` | may have been sent | paused after three in a row |
 * | `interrupted` | may have been sent: the execution was stopped meanwhile | – |
 * | `message` | failed: it is the message's own fault | goes on |
 * | `unsent` | waits on: the execution was stopped before the request | – |
 */
export interface Fault {
	readonly kind:
		| 'account'
		| 'rate'
		| 'unreachable'
		| 'suspect'
		| 'ambiguous'
		| 'interrupted'
		| 'message'
		| 'unsent';
	/** What a person reads: one sentence. */
	readonly reason: string;
	/** How long the gateway asks to wait, in milliseconds. */
	readonly retryAfterMs?: number;
}

/** Says whose fault it is that a send did not end with a success. */
export function faultOf(error: unknown): Fault {
	const reason = error instanceof Error ? error.message : String(error);
	if (error instanceof InvalidParameterError) return { kind: 'message', reason: textOf(error) };
	// What is no error of ours is a slip in the code, and it is unknown whether a request went out.
	if (!(error instanceof GatewayError)) return { kind: 'ambiguous', reason };
	const { outcomeUnknown, fault, retryAfterMs } = error.details;
	if (error.kind === 'cancelled')
		return { kind: outcomeUnknown ? 'interrupted' : 'unsent', reason };
	if (outcomeUnknown === true) return { kind: 'ambiguous', reason };
	if (error.kind === 'rateLimited') return { kind: 'rate', reason, retryAfterMs };
	if (fault !== undefined) return { kind: fault, reason, retryAfterMs };
	return { kind: KINDS[error.kind], reason, retryAfterMs };
}

const KINDS: Readonly<
	Record<Exclude<GatewayError['kind'], 'cancelled' | 'rateLimited'>, Fault['kind']>
> = {
	unauthorized: 'account',
	// One recipient who may not be written to, or one message that is not found, is told by the same
	// codes as an account that may do nothing: the messages after it show which it was.
	forbidden: 'suspect',
	notFound: 'suspect',
	// A redirect: the base URL is another service's.
	unexpectedResponse: 'account',
	unavailable: 'unreachable',
	unreachable: 'unreachable',
	timedOut: 'unreachable',
	rejected: 'message',
	notPending: 'message',
	unsupported: 'message',
};
