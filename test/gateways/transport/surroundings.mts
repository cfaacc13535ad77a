import { chatWhatsApp } from '../../../gateways/chatWhatsApp';
import type { Connection, Credential, Gateway } from '../../../gateways/gateway';
import { connect, type ConnectOptions } from '../../../gateways/transport/connection';
import type { GatewayError } from '../../../gateways/transport/gatewayError';
import type {
	GatewayRequest,
	GatewayResponse,
	Outcome,
	PreparedRequest,
} from '../../../gateways/transport/request';

export const NOW = Date.parse('2026-02-01T12:00:00Z');
export const KEY = 'wask_0123456789/+abcdef';
export const SECRET = 'the webhook secret';
export const SESSION = 'e67a00be-ed45-4356-9488-049cabb9895d';

export const credential: Credential = {
	gateway: 'chatWhatsApp',
	chatWhatsAppUrl: 'https://api.chatwhatsapp.in',
	chatWhatsAppSessionId: SESSION,
	chatWhatsAppApiKey: KEY,
	webhookSecret: SECRET,
};

export const answer = (
	status: number,
	body: unknown = { success: status < 300 },
	headers: Record<string, string> = {},
): GatewayResponse => ({ status, headers, body });

export const read: GatewayRequest = { method: 'GET', path: '/x', idempotent: true };
export const create: GatewayRequest = {
	method: 'POST',
	path: '/x',
	body: { to: '1' },
	idempotent: false,
};

/** Time that passes only in pauses and tests. */
export class Clock {
	ms = NOW;
	readonly pauses: number[] = [];
	readonly now = (): number => this.ms;
	/** What happens while a pause lasts. */
	during: () => void = () => {};
	readonly sleep = async (ms: number): Promise<void> => {
		this.pauses.push(ms);
		this.ms += ms;
		this.during();
	};
}

interface FakeOptions extends ConnectOptions {
	readonly gateway?: Gateway;
	readonly credential?: Credential;
	readonly clock?: Clock;
	readonly isCancelled?: () => boolean;
	readonly random?: () => number;
}

/** A connection to a gateway that answers by a script: what goes out is kept, authenticated. */
export function reach(
	script: readonly Outcome[] | ((request: PreparedRequest) => Outcome),
	options: FakeOptions = {},
): { connection: Connection; requests: PreparedRequest[]; clock: Clock } {
	const { gateway = chatWhatsApp, clock = new Clock(), random = () => 0, isCancelled } = options;
	const used = options.credential ?? credential;
	const requests: PreparedRequest[] = [];
	const connection = connect(
		gateway,
		used,
		{
			send: async (unsent) => {
				const request = gateway.authenticate(used, unsent);
				requests.push(request);
				if (typeof script === 'function') return script(request);
				const outcome = script[requests.length - 1];
				if (outcome === undefined) throw new Error(`nothing for request ${requests.length}`);
				return outcome;
			},
			now: clock.now,
			sleep: clock.sleep,
			random,
			isCancelled,
		},
		options,
	);
	return { connection, requests, clock };
}

/** What a promise rejects with. */
export const rejection = async (promise: Promise<unknown>): Promise<GatewayError> =>
	await promise.then(
		() => {
			throw new Error('it did not reject');
		},
		(error: unknown) => error as GatewayError,
	);
