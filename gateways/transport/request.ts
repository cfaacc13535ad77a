/** What goes to a gateway. `path` begins with `/` and is relative to the credential's base address. */
export interface GatewayRequest {
	readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
	readonly path: string;
	readonly query?: Readonly<Record<string, string | number>>;
	readonly body?: Readonly<Record<string, unknown>>;
	/**
	 * `repeatable`: reads, cancels, settings; the transport may send it again. `create`: a message may
	 * come of it, so it is sent again only when the gateway certainly did not take it.
	 */
	readonly kind: 'repeatable' | 'create';
}

/**
 * A request on its way: with a relative `url` until {@link Gateway.authenticate} has put the base
 * address before it.
 */
export interface UnsentRequest {
	readonly method: GatewayRequest['method'];
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly query: Readonly<Record<string, string | number>>;
	readonly body?: Readonly<Record<string, unknown>>;
}

/** An answer, whatever its status. Header names are in lower case; a body that is no JSON is text. */
export interface GatewayResponse {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: unknown;
}

/** What a gateway's methods call: retried by the rules, resolved for 2xx only. */
export type RequestGateway = (request: GatewayRequest) => Promise<GatewayResponse>;

/**
 * Why there is no answer. Only `unreachable`, and `unsent` where the execution was stopped before, say
 * for certain that the gateway did not get the request.
 */
export class NoAnswer {
	constructor(
		readonly why: 'unreachable' | 'timedOut' | 'broken' | 'aborted' | 'unsent',
		/** The system's code, such as `ECONNREFUSED`. */
		readonly code: string | null,
	) {}
}

/** What became of one try. */
export type Outcome = GatewayResponse | NoAnswer;

/**
 * Authenticates one request and puts it onto the network. Resolves whatever the status, and also where there is
 * no answer.
 */
export type SendRequest = (request: UnsentRequest) => Promise<Outcome>;

/** Codes of a request that never left: nobody listened, or the name is unknown. */
const NEVER_LEFT = new Set([
	'ECONNREFUSED',
	'ENOTFOUND',
	'EAI_AGAIN',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ERR_INVALID_URL',
	'CERT_HAS_EXPIRED',
	'DEPTH_ZERO_SELF_SIGNED_CERT',
	'SELF_SIGNED_CERT_IN_CHAIN',
	'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
	'ERR_TLS_CERT_ALTNAME_INVALID',
]);
const TIMED_OUT = new Set(['ETIMEDOUT', 'ECONNABORTED', 'ESOCKETTIMEDOUT']);

/** Sorts a system error code into what it says about the request. */
export function noAnswerOf(code: string | null): NoAnswer {
	if (code === 'ERR_CANCELED') return new NoAnswer('aborted', code);
	if (code !== null && NEVER_LEFT.has(code)) return new NoAnswer('unreachable', code);
	if (code !== null && TIMED_OUT.has(code)) return new NoAnswer('timedOut', code);
	return new NoAnswer('broken', code);
}
