import type { Connection, Credential, Gateway } from '../../gateways/gateway';
import { connect } from '../../gateways/transport/connection';
import type { Outcome, UnsentRequest } from '../../gateways/transport/request';

/** A gateway behind the real transport: what goes out is kept, what comes back is scripted. */
export function fakeGateway(
	gateway: Gateway,
	credential: Credential,
	answer: (request: UnsentRequest) => Outcome,
): { connection: Connection; requests: UnsentRequest[] } {
	const requests: UnsentRequest[] = [];
	const connection = connect(gateway, credential, {
		send: async (request) => {
			requests.push(request);
			return answer(request);
		},
		now: () => 1_700_000_000_000,
		sleep: async () => {},
		random: () => 0,
	});
	return { connection, requests };
}

export const ok = (body: unknown, status = 200): Outcome => ({ status, headers: {}, body });
