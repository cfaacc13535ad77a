import { GatewayError, textOf } from '../../gateways/transport/gatewayError';
import { InvalidParameterError } from '../../messages/invalidParameterError';

/**
 * Faults of a send, by their consequences.
 *
 * | kind | the message | the account |
 * |---|---|---|
 * | `account` | stays due, no attempt counted | paused |
 * | `rate` | stays due, no attempt counted | paused for the Retry-After, and slower from then on |
 * | `recipientRate` | stays due, after a delay that grows; so do others to its recipient | – |
 * | `unreachable` | stays due: certainly not sent | paused after three in a row |
 * | `suspect` | stays due; counted once another message is sent | paused after three in a row |
 * | `ambiguous` | may have been sent | paused after three in a row |
 * | `interrupted` | may have been sent: the execution was stopped meanwhile | – |
 * | `message` | failed: the message is invalid | continues |
 * | `unsent` | stays due: the execution was stopped before the request | – |
 */
export interface Fault {
	readonly kind:
		| 'account'
		| 'rate'
		| 'recipientRate'
		| 'unreachable'
		| 'suspect'
		| 'ambiguous'
		| 'interrupted'
		| 'message'
		| 'unsent';
	/** One sentence, for people. */
	readonly reason: string;
	/** How long the gateway asks to wait, in milliseconds. */
	readonly retryAfterMs?: number;
}

/** Classifies the error of a send. */
export function faultOf(error: unknown): Fault {
	const reason = error instanceof Error ? error.message : String(error);
	if (error instanceof InvalidParameterError) return { kind: 'message', reason: textOf(error) };
	// A foreign error is a bug, and it is unknown whether a request was sent.
	if (!(error instanceof GatewayError)) return { kind: 'ambiguous', reason };
	const { outcomeUnknown, fault, retryAfterMs, isPerRecipient } = error.details;
	if (error.kind === 'cancelled')
		return { kind: outcomeUnknown ? 'interrupted' : 'unsent', reason };
	if (outcomeUnknown === true) return { kind: 'ambiguous', reason };
	if (error.kind === 'rateLimited') {
		return { kind: isPerRecipient === true ? 'recipientRate' : 'rate', reason, retryAfterMs };
	}
	if (fault !== undefined) return { kind: fault, reason, retryAfterMs };
	return { kind: KINDS[error.kind], reason, retryAfterMs };
}

const KINDS: Readonly<
	Record<Exclude<GatewayError['kind'], 'cancelled' | 'rateLimited'>, Fault['kind']>
> = {
	unauthorized: 'account',
	// A forbidden recipient, or a message that is not found, has the same codes as an account without
	// permission: the messages after it show which it was.
	forbidden: 'suspect',
	notFound: 'suspect',
	// A redirect: the base URL belongs to another service.
	unexpectedResponse: 'account',
	unavailable: 'unreachable',
	unreachable: 'unreachable',
	timedOut: 'unreachable',
	rejected: 'message',
	notPending: 'message',
	unsupported: 'message',
};
