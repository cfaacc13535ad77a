import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
	method: string;
	path: string;
	headers: IncomingHttpHeaders;
	/** What JSON says, or the fields of a form. */
	body: Record<string, unknown>;
	/** The body as it came. */
	text: string;
	at: number;
}

/** A webhook endpoint that notes what comes, and answers the given statuses in turn, then 200. */
export async function startReceiver() {
	const received: Received[] = [];
	const statuses: number[] = [];
	const server = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const { method = '', url = '', headers } = request;
			const text = Buffer.concat(chunks).toString();
			const isForm = headers['content-type']?.includes('x-www-form-urlencoded') === true;
			const body = isForm
				? Object.fromEntries(new URLSearchParams(text))
				: (JSON.parse(text) as Record<string, unknown>);
			received.push({ method, path: url, headers, body, text, at: Date.now() });
			response.statusCode = statuses.shift() ?? 200;
			response.end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/webhook`,
		received,
		/** The bodies, in the order in which they came. */
		bodies: () => received.map(({ body }) => body),
		/** What the next requests are answered. */
		answer: (...next: number[]) => void statuses.push(...next),
		clear: () => {
			received.length = 0;
			statuses.length = 0;
		},
		close: () => {
			server.closeAllConnections();
			return new Promise<void>((resolve) => server.close(() => resolve()));
		},
	};
}

export type Receiver = Awaited<ReturnType<typeof startReceiver>>;
