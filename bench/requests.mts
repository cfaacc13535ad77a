import { Agent, request } from 'node:http';

import { percentile } from './measure.mts';

/** One webhook to be sent. */
export interface Webhook {
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
}

/** What a burst of webhooks came to. */
export interface Burst {
	readonly perSecond: number;
	/** 99 of 100 were answered within so many milliseconds. */
	readonly p99: number;
	/** How often each HTTP status was answered. */
	readonly statuses: Readonly<Record<number, number>>;
}

/** Sends webhooks over some connections, each of which waits for an answer before it sends the next. */
export async function send(
	count: number,
	connections: number,
	webhookAt: (index: number) => Webhook,
): Promise<Burst> {
	const agent = new Agent({ keepAlive: true, maxSockets: connections });
	const times: number[] = [];
	const statuses: Record<number, number> = {};
	let next = 0;
	const lane = async () => {
		while (next < count) {
			const webhook = webhookAt(next++);
			const began = performance.now();
			const status = await post(webhook, agent);
			times.push(performance.now() - began);
			statuses[status] = (statuses[status] ?? 0) + 1;
		}
	};
	const began = performance.now();
	await Promise.all(Array.from({ length: connections }, lane));
	const seconds = (performance.now() - began) / 1000;
	agent.destroy();
	return { perSecond: count / seconds, p99: percentile(times, 0.99), statuses };
}

const post = async ({ url, headers, body }: Webhook, agent: Agent): Promise<number> =>
	await new Promise((resolve, reject) => {
		const sent = request(
			url,
			{
				method: 'POST',
				agent,
				headers: {
					...headers,
					'content-type': 'application/json',
					'content-length': Buffer.byteLength(body),
				},
			},
			(response) => {
				response.resume().on('end', () => resolve(response.statusCode ?? 0));
			},
		);
		sent.on('error', reject).end(body);
	});
