import type { ByteStream } from '../../messages/mediaFile';

/** A request to a gateway. `path` begins with `/` and is relative to the credential's base URL. */
export interface GatewayRequest {
	readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
	readonly path: string;
	readonly query?: Readonly<Record<string, string | number>>;
	/** Beside what n8n and {@link Gateway.authenticate} set. */
	readonly headers?: Readonly<Record<string, string>>;
	/** Sent as JSON. A request has at most one of `body`, `form`, `multipart` and `file`. */
	readonly body?: Readonly<Record<string, unknown>>;
	/** Sent as `application/x-www-form-urlencoded`; a list repeats its name. */
	readonly form?: Readonly<Record<string, string | readonly string[]>>;
	/** Sent as `multipart/form-data`. Not in `Gateway.testCredential`: n8n's older helper spoils it. */
	readonly multipart?: Readonly<Record<string, string | FilePart>>;
	/** Sent as it is, under its own content type. */
	readonly file?: FilePart;
	/** A key of `Gateway.hosts`; unless given, the request goes to the base address. */
	readonly host?: string;
	/**
	 * Whether the request is idempotent (RFC 9110, 9.2.2), like a read or a cancel. One that is not may create
	 * a message: it is sent again only if the gateway certainly did not process it.
	 */
	readonly idempotent: boolean;
}

/** A file as a body, or in a multipart body, which has at most one that is a stream. */
export interface FilePart {
	readonly fileName: string;
	readonly contentType: string;
	readonly data: Uint8Array | ByteStream;
}

/** A stream with what a body has before and after it. */
export interface StreamedBody {
	readonly before: Uint8Array;
	readonly stream: ByteStream;
	readonly after: Uint8Array;
}

/**
 * A request ready to send: with a relative `url` until {@link Gateway.authenticate} has prepended the base
 * URL, unless it goes to another host of the gateway.
 */
export interface PreparedRequest {
	readonly method: GatewayRequest['method'];
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly query: Readonly<Record<string, string | number>>;
	/** To be sent as JSON. */
	readonly body?: Readonly<Record<string, unknown>>;
	/** A body that is no JSON, as it goes onto the network; the headers tell its type. */
	readonly encodedBody?: string | Uint8Array | StreamedBody;
}

/** A response, whatever its status. Header names are in lower case; a body that is not JSON is text. */
export interface GatewayResponse {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: unknown;
}

/** What a gateway's methods call: retried by the rules, resolved for 2xx only. */
export type RequestGateway = (request: GatewayRequest) => Promise<GatewayResponse>;

/**
 * Why there is no response. Only `unreachable`, and `unsent` if the execution was stopped before, say for
 * certain that the gateway did not receive the request.
 */
export class NetworkFailure {
	constructor(
		readonly reason: 'unreachable' | 'timedOut' | 'broken' | 'aborted' | 'unsent',
		/** The system's code, such as `ECONNREFUSED`. */
		readonly code: string | null,
	) {}
}

/** The outcome of one attempt. */
export type Outcome = GatewayResponse | NetworkFailure;

/**
 * Authenticates and sends one request. Resolves with any status, and also with a network failure.
 */
export type SendRequest = (request: PreparedRequest) => Promise<Outcome>;

/** Codes of a request that never left: nobody listened, or the name is unknown. */
const NOT_SENT_CODES = new Set([
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
export function toNetworkFailure(code: string | null): NetworkFailure {
	if (code === 'ERR_CANCELED') return new NetworkFailure('aborted', code);
	if (code !== null && NOT_SENT_CODES.has(code)) return new NetworkFailure('unreachable', code);
	if (code !== null && TIMED_OUT.has(code)) return new NetworkFailure('timedOut', code);
	return new NetworkFailure('broken', code);
}
