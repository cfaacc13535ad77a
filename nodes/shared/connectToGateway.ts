import type { IExecuteFunctions, IHookFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import { withCapabilities } from '../../gateways/withCapabilities';
import type { Connection, Credential, Gateway } from '../../gateways/gateway';
import { gatewayOf } from '../../gateways/registry';
import { connect, type TransportRuntime } from '../../gateways/transport/connection';
import { settle } from '../../messages/settle';
import { CREDENTIAL_TYPE, n8nRuntime } from './transport';

/** A gateway, and a connection to it with the node's credential. */
export interface ConnectedGateway {
	readonly gateway: Gateway;
	readonly connection: Connection;
	readonly runtime: TransportRuntime;
}

export interface ConnectionOptions {
	readonly timeoutMs?: number;
	readonly maxParallel?: number;
}

/**
 * Connects to the gateway of the node's credential.
 *
 * @throws InvalidParameterError if a field of the credential is missing or malformed, before any request
 */
export async function connectToGateway(
	context: IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions,
	{ timeoutMs, maxParallel }: ConnectionOptions = {},
): Promise<ConnectedGateway> {
	const credential = await context.getCredentials(CREDENTIAL_TYPE);
	const gateway = gatewayOf(credential);
	gateway.baseUrl(credential);
	gateway.hosts?.(credential);
	gateway.account(credential);
	const runtime = n8nRuntime(context, credential, timeoutMs);
	return {
		gateway: await asFound(gateway, credential, runtime),
		runtime,
		connection: connect(gateway, credential, runtime, { maxParallel }),
	};
}

/** The gateway with what it says itself that it can do. One attempt: what the run is for may still work. */
async function asFound(
	gateway: Gateway,
	credential: Credential,
	runtime: TransportRuntime,
): Promise<Gateway> {
	if (gateway.findCapabilities === undefined) return gateway;
	const policy = { maxAttempts: 1, baseDelayMs: 0, maxDelayMs: 0 };
	const connection = connect(gateway, credential, runtime, { policy });
	const found = await settle(gateway.findCapabilities(connection));
	return found.ok ? withCapabilities(gateway, found.value) : gateway;
}
