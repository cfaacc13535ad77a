import type { Connection, Credential, Gateway } from '../../gateways/gateway';
import { connect } from '../../gateways/transport/connection';
import type { Outcome, PreparedRequest } from '../../gateways/transport/request';

/**
 * A gateway behind the real transport: what goes out is kept, what comes back is scripted.
 * `authenticates`: with the whole address and the key, as n8n sends it.
 */
export function fakeGateway(
	gateway: Gateway,
	credential: Credential,
	answer: (request: PreparedRequest) => Outcome,
	{ now = 1_700_000_000_000, authenticates = false } = {},
): { connection: Connection; requests: PreparedRequest[] } {
	const requests: PreparedRequest[] = [];
	const connection = connect(gateway, credential, {
		send: async (unsent) => {
			const request = authenticates ? gateway.authenticate(credential, unsent) : unsent;
			requests.push(request);
			return answer(request);
		},
		now: () => now,
		sleep: async () => {},
		random: () => 0,
	});
	return { connection, requests };
}

export const ok = (body: unknown, status = 200): Outcome => ({ status, headers: {}, body });
