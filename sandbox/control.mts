import type { FastifyInstance } from 'fastify';

import { asRecord } from './dialect.mts';
import type { Fault } from './faults.mts';
import type { Sandbox } from './sandbox.mts';
import type { ScriptSequence } from './script.mts';
import type { WebhookTarget } from './types.mts';
import { isGatewayId, type GatewayId } from './registry.mts';

interface GatewayRoute {
	Params: { gateway: GatewayId };
}

/** The sandbox's own HTTP API, for use from another process. It has no authentication: loopback only. */
export function controlRoutes(app: FastifyInstance, sandbox: Sandbox): void {
	app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
		const status = error instanceof RangeError ? 400 : (error.statusCode ?? 500);
		return reply.code(status).send({ error: error.message });
	});
	app.addHook('preHandler', async (request) => {
		const { gateway } = { ...asRecord(request.params), ...asRecord(request.query) };
		if (gateway !== undefined && !isGatewayId(gateway)) {
			throw new RangeError(`There is no gateway "${String(gateway)}"`);
		}
	});
	const gatewayOf = (query: unknown) => asRecord(query).gateway as GatewayId | undefined;

	app.get('/', async () => ({ origin: sandbox.origin, accounts: sandbox.accounts }));
	app.get<GatewayRoute>('/messages/:gateway', async ({ params }) =>
		sandbox.messages(params.gateway),
	);
	app.get('/requests', async ({ query }) => sandbox.requests(gatewayOf(query)));
	app.delete('/requests', async (_request, reply) => {
		sandbox.clearRequests();
		return reply.code(204).send();
	});
	app.get('/counts', async ({ query }) => {
		const { since, until } = asRecord(query) as Record<string, string | undefined>;
		return sandbox.counts({ gateway: gatewayOf(query), since, until });
	});
	app.get('/deliveries', async ({ query }) => sandbox.deliveries(gatewayOf(query)));

	app.get('/faults', async () => ({
		faults: sandbox.faults.list(),
		applied: sandbox.faults.applied(),
	}));
	app.post('/faults', async (request, reply) => {
		const id = sandbox.faults.add(request.body as Fault);
		return reply.code(201).send({ id });
	});
	app.delete<{ Params: { id: string } }>('/faults/:id', async ({ params }, reply) => {
		sandbox.faults.remove(Number(params.id));
		return reply.code(204).send();
	});
	app.delete('/faults', async (_request, reply) => {
		sandbox.faults.clear();
		return reply.code(204).send();
	});

	app.post<GatewayRoute>('/webhook/:gateway', async (request, reply) => {
		const target = asRecord(request.body);
		const isRemoval = target.url === undefined || target.url === '';
		sandbox.setWebhook(
			request.params.gateway,
			isRemoval ? null : (target as unknown as WebhookTarget),
		);
		return reply.code(204).send();
	});
	app.post<GatewayRoute>('/script/:gateway', async (request, reply) => {
		const { sequence, to } = asRecord(request.body);
		if (sequence !== null && !Array.isArray(sequence)) {
			throw new RangeError('sequence must be an array of statuses, or null');
		}
		sandbox.script(request.params.gateway, sequence as ScriptSequence | null, {
			to: to as string | undefined,
		});
		return reply.code(204).send();
	});
	app.post<GatewayRoute>('/status/:gateway', async (request, reply) => {
		const { id, status, reason } = asRecord(request.body);
		const why = reason === undefined ? undefined : String(reason);
		sandbox.setStatus(request.params.gateway, String(id), String(status), why);
		return reply.code(204).send();
	});
	app.post<GatewayRoute>('/send/:gateway', async (request, reply) => {
		sandbox.sendNow(request.params.gateway, String(asRecord(request.body).id));
		return reply.code(204).send();
	});
	app.post<GatewayRoute>('/health/:gateway', async (request, reply) => {
		sandbox.setHealth(request.params.gateway, String(asRecord(request.body).state));
		return reply.code(204).send();
	});
	app.post<GatewayRoute>('/phone/:gateway', async (request, reply) => {
		const { to, text } = asRecord(request.body);
		sandbox.sendFromPhone(request.params.gateway, String(to), String(text));
		return reply.code(204).send();
	});
	app.post<GatewayRoute>('/receive/:gateway', async (request, reply) => {
		const { from, text, ...more } = asRecord(request.body);
		if (typeof from !== 'string' || typeof text !== 'string') {
			throw new RangeError('from and text must be texts');
		}
		const id = sandbox.receive(request.params.gateway, { from, text, ...more });
		return reply.code(201).send({ id });
	});
	app.post<GatewayRoute>('/post/:gateway', async (request, reply) => {
		const { event = 'test', body } = asRecord(request.body);
		sandbox.post(request.params.gateway, body, String(event));
		return reply.code(204).send();
	});
	app.post<GatewayRoute>('/restart/:gateway', async (request, reply) => {
		sandbox.restart(request.params.gateway);
		return reply.code(204).send();
	});
	app.post('/down', async (request, reply) => {
		const forMs = Number(asRecord(request.body).forMs);
		if (!(forMs > 0)) throw new RangeError('forMs must be a number above 0');
		// Who asked gets an answer before its connection breaks.
		reply.raw.once('close', () => void sandbox.goDown(forMs).catch(() => undefined));
		return reply.code(202).header('connection', 'close').send({ forMs });
	});
	app.post('/fire', async (_request, reply) => {
		sandbox.fireDue();
		return reply.code(204).send();
	});
}
