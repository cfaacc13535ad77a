import { InvalidParameterError } from '../../messages/invalidParameterError';
import { joinSentences } from '../../messages/sentences';

/** Kinds of errors of a gateway, by what the user can do about them. */
export type GatewayErrorKind =
	| ResponseErrorKind
	| 'unreachable'
	| 'timedOut'
	| 'notPending'
	| 'unsupported'
	| 'cancelled';

/** What a response other than a success can mean. */
export type ResponseErrorKind =
	| 'unauthorized'
	| 'forbidden'
	| 'notFound'
	| 'rejected'
	| 'rateLimited'
	| 'unavailable'
	| 'unexpectedResponse';

/**
 * The fault of a certain rejection. `account`: no message of the account would be sent now (logged out, not
 * paid, wrong key). `message`: this one never will. If not given, the error's kind decides.
 */
export type Fault = 'account' | 'message';

/** Details of a {@link GatewayError}, beside its kind and text. */
export interface GatewayErrorDetails {
	/** What to do about it, as a second sentence. */
	readonly hint?: string;
	/** HTTP status of the response, if there was one. */
	readonly status?: number;
	/** The gateway's own code. */
	readonly code?: string;
	/** The gateway's Retry-After, in milliseconds. */
	readonly retryAfterMs?: number;
	/** The fault, if it is known more precisely than by the kind of error. */
	readonly fault?: Fault;
	/** Whether a rate limit holds for the message's recipient only. */
	readonly isPerRecipient?: boolean;
	/** Whether the gateway may still have accepted the message. */
	readonly outcomeUnknown?: boolean;
}

/**
 * A gateway did not do what was requested. The message is one sentence for people and names the gateway; it
 * contains no token and no URL with one.
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

/** Whether the gateway may have processed the request, although it did not confirm it. */
export const isOutcomeUnknown = (error: unknown): error is GatewayError =>
	error instanceof GatewayError && error.details.outcomeUnknown === true;

/** Whether the gateway does not find the requested object. */
export const isNotFound = (error: unknown): error is GatewayError =>
	error instanceof GatewayError && error.kind === 'notFound';

/** Message and hint of an error of this package as one text; the message of any other error. */
export function textOf(error: unknown): string {
	if (error instanceof InvalidParameterError) return joinSentences(error.message, error.hint);
	if (error instanceof GatewayError) return joinSentences(error.message, error.details.hint);
	return error instanceof Error ? error.message : String(error);
}

/** The error for something that the gateway does not support, thrown before any request. */
export const unsupported = (message: string, hint?: string) =>
	new GatewayError('unsupported', message, { hint });
