import { GatewayError } from '../gateways/transport/gatewayError';

/** After these a request may still take effect, though what was asked afterwards did not show it. */
const MAY_COME_LATE = new Set(['timedOut', 'unavailable', 'unexpectedResponse', 'cancelled']);

/** Whether what was asked for is certainly not done, and will not be done later. */
export const isRefusal = (error: unknown): boolean =>
	!(error instanceof GatewayError) ||
	(error.details.outcomeUnknown !== true && !MAY_COME_LATE.has(error.kind));
