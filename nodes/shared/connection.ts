import type { IExecuteFunctions, IHookFunctions, ILoadOptionsFunctions } from 'n8n-workflow';
import type { Connection, Gateway } from '../../gateways/gateway';
import { gatewayOf } from '../../gateways/registry';
import { connect, type Surroundings } from '../../gateways/transport/connection';
import { CREDENTIAL_TYPE, n8nSurroundings } from './network';

/** A gateway, and the way to it with the node's credential. */
export interface Link {
	readonly gateway: Gateway;
	readonly connection: Connection;
	readonly surroundings: Surroundings;
}

export interface LinkOptions {
	readonly timeoutMs?: number;
	readonly maxParallel?: number;
}

/**
 * Connects to the gateway of the node's credential.
 *
 * @throws InvalidParameter where a field of the credential is missing or malformed, before any request
 */
export async function linkToGateway(
	context: IExecuteFunctions | IHookFunctions | ILoadOptionsFunctions,
	{ timeoutMs, maxParallel }: LinkOptions = {},
): Promise<Link> {
	const credential = await context.getCredentials(CREDENTIAL_TYPE);
	const gateway = gatewayOf(credential);
	gateway.baseUrl(credential);
	gateway.account(credential);
	const surroundings = n8nSurroundings(context, credential, timeoutMs);
	return {
		gateway,
		surroundings,
		connection: connect(gateway, credential, surroundings, { maxParallel }),
	};
}
