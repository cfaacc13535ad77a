import type { Credential, Gateway } from '../gateway';
import type { Outcome, PreparedRequest } from '../transport/request';
import { fakeGateway as fake } from '../../test/gateways/fakeGateway.mts';

export { ok } from '../../test/gateways/fakeGateway.mts';

const now = Date.parse('2026-02-01T12:00:00Z');

/** The fake gateway, on the day of the vendor's samples, with requests as they leave n8n. */
export const fakeGateway = (
	gateway: Gateway,
	credential: Credential,
	answer: (request: PreparedRequest) => Outcome,
) => fake(gateway, credential, answer, { now, authenticates: true });
