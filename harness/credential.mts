import { isGatewayId, type Sandbox } from '../sandbox/index.mts';
import type { Json } from './client.mts';

/** The type of the package's one credential. */
export const CREDENTIAL_TYPE = 'messageGatewayApi';

/**
 * What a user would enter as Message Gateway API credential for the sandbox's account at a gateway.
 *
 * @param webhookSecret empty for none
 * @throws RangeError if the sandbox has no such gateway
 */
export function credentialFor(
	sandbox: Pick<Sandbox, 'credential'>,
	gateway: string,
	webhookSecret = '',
): Json {
	if (!isGatewayId(gateway)) throw new RangeError(`The sandbox has no gateway "${gateway}"`);
	return { gateway, webhookSecret, ...sandbox.credential(gateway) };
}
