import { GatewayError } from '../gateways/transport/gatewayError';

/** After these a request may still take effect, even if a later read does not show it. */
const MAY_COME_LATE = new Set(['timedOut', 'unavailable', 'unexpectedResponse', 'cancelled']);

/** Whether the request certainly took no effect, and will take none later. */
export const isRefusal = (error: unknown): boolean =>
	!(error instanceof GatewayError) ||
	(error.details.outcomeUnknown !== true && !MAY_COME_LATE.has(error.kind));
