import type { GatewayError } from './transport/gatewayError';
import type { GatewayResponse, RequestGateway } from './transport/request';

/** The fields of a Message Gateway API credential, as n8n decrypted them. */
export type Credential = Readonly<Record<string, unknown>>;

/** What a gateway's methods get: the credential, and a way to reach the gateway with it. */
export interface Connection {
	readonly credential: Credential;
	readonly request: RequestGateway;
	/** What our own clock shows, in milliseconds since 1970. */
	now(): number;
	/** By how many milliseconds the gateway's clock is ahead of ours, as the `Date` of its last answer told. */
	clockSkewMs(): number;
	/** Resolves after that many milliseconds, or at once when the execution is cancelled. */
	sleep(ms: number): Promise<void>;
	/**
	 * Makes the error for a 2xx answer that says no: as for any other status, by the kind that
	 * `Gateway.parseError` finds in its body; `rejected` unless that finds one. It was the answer to a
	 * create, unless `idempotent`.
	 */
	refused(response: GatewayResponse, how?: { readonly idempotent?: boolean }): GatewayError;
	/** Makes the error for a 2xx answer that lacks what the vendor documents. */
	unexpected(response: GatewayResponse, missing: string, outcomeUnknown: boolean): GatewayError;
}
