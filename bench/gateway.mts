import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Json } from '../harness/client.mts';

/** What the gateway saw since it was last asked. */
export interface Seen {
	requests: number;
	/** Requests taken and not yet answered, at the most. */
	inFlight: number;
	/** Open connections, at the most. */
	connections: number;
}

/**
 * Answers as ChatWhatsApp does when a message is scheduled, after a while, and counts. The sandbox
 * would not do: it tells the vendor's rate limits even where it does not enforce them, and Message
 * Scheduler heeds what it is told. It is also lighter, which matters on two cores.
 */
export async function startGateway(answerDelayMs: number) {
	let made = 0;
	let inFlight = 0;
	let connections = 0;
	let seen: Seen = { requests: 0, inFlight: 0, connections: 0 };

	const server = createServer((request, response) => void answer(request, response));
	server.keepAliveTimeout = 60_000;
	server.on('connection', (socket) => {
		seen.connections = Math.max(seen.connections, ++connections);
		socket.on('close', () => connections--);
	});

	async function answer(request: IncomingMessage, response: ServerResponse) {
		seen.requests++;
		seen.inFlight = Math.max(seen.inFlight, ++inFlight);
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		if (answerDelayMs > 0) await sleep(answerDelayMs);
		const asked = JSON.parse(Buffer.concat(chunks).toString()) as Json;
		const id = `sched_${String(++made).padStart(12, '0')}`;
		const createdAt = new Date().toISOString();
		const body = { success: true, scheduled: { id, ...asked, status: 'pending', createdAt } };
		inFlight--;
		response.writeHead(201, { 'content-type': 'application/json; charset=utf-8' });
		response.end(JSON.stringify(body));
	}

	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	const baseUrl = `http://127.0.0.1:${port}`;
	return {
		url: `${baseUrl}/sessions/bench/scheduled`,
		apiKey: 'wask_bench_0123456789',
		credential: {
			gateway: 'chatWhatsApp',
			webhookSecret: '',
			chatWhatsAppUrl: baseUrl,
			chatWhatsAppSessionId: 'bench',
			chatWhatsAppApiKey: 'wask_bench_0123456789',
		} satisfies Json,
		/** What came since the last call; connections that are open still count. */
		seen: (): Seen => {
			const last = seen;
			seen = { requests: 0, inFlight, connections };
			return last;
		},
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

export type BenchGateway = Awaited<ReturnType<typeof startGateway>>;
