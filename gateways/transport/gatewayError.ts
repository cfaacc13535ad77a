import { InvalidParameterError } from '../../messages/invalidParameterError';
import { joinSentences } from '../../messages/sentences';

/** What went wrong at a gateway, sorted by what the user can do about it. */
export type GatewayErrorKind =
	| ResponseErrorKind
	| 'unreachable'
	| 'timedOut'
	| 'notPending'
	| 'unsupported'
	| 'cancelled';

/** What an answer that is no success can mean. */
export type ResponseErrorKind =
	| 'unauthorized'
	| 'forbidden'
	| 'notFound'
	| 'rejected'
	| 'rateLimited'
	| 'unavailable'
	| 'unexpectedResponse';

/**
 * Whose fault a certain refusal is. `account`: no message of the account would go out now (logged out,
 * not paid, wrong key). `message`: this one never will. Neither given: the error's kind decides.
 */
export type Fault = 'account' | 'message';

/** What a {@link GatewayError} may know beside its kind and text. */
export interface GatewayErrorDetails {
	/** What to do about it, as a second sentence. */
	readonly hint?: string;
	/** HTTP status of the answer, if there was one. */
	readonly status?: number;
	/** The gateway's own code. */
	readonly code?: string;
	/** How long the gateway asks to wait, in milliseconds. */
	readonly retryAfterMs?: number;
	/** Whose fault it is, where that is known better than by the kind of error. */
	readonly fault?: Fault;
	/** True when the gateway may have taken the message all the same. */
	readonly outcomeUnknown?: boolean;
}

/**
 * A gateway did not do what was asked. The message is one sentence for people and names the gateway;
 * it holds no token and no address with one.
 */
export class GatewayError extends Error {
	constructor(
		readonly kind: GatewayErrorKind,
		message: string,
		readonly details: GatewayErrorDetails = {},
	) {
		super(message);
		this.name = 'GatewayError';
	}
}

/** Whether the gateway may have done what was asked, although it did not say so. */
export const isOutcomeUnknown = (error: unknown): error is GatewayError =>
	error instanceof GatewayError && error.details.outcomeUnknown === true;

/** Whether the gateway does not find the requested object. */
export const isNotFound = (error: unknown): error is GatewayError =>
	error instanceof GatewayError && error.kind === 'notFound';

/** What happened and what to do, as one text, of an error of ours; of any other its message. */
export function textOf(error: unknown): string {
	if (error instanceof InvalidParameterError) return joinSentences(error.message, error.hint);
	if (error instanceof GatewayError) return joinSentences(error.message, error.details.hint);
	return error instanceof Error ? error.message : String(error);
}

/** A thing that the gateway cannot do, said before any request. */
export const unsupported = (message: string, hint?: string) =>
	new GatewayError('unsupported', message, { hint });
