import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where Meta posts: it answers the challenge, and keeps the bytes of what comes. */
export async function startCallback() {
	const received: Array<{ headers: IncomingHttpHeaders; text: string; body: unknown }> = [];
	const statuses: number[] = [];
	let runs = 0;
	const callback = {
		/** Another one after each `clear`, so that what was under way then does not count. */
		url: '',
		received,
		verifyToken: '',
		/** What the next requests are answered. */
		answer: (...next: number[]) => void statuses.push(...next),
		clear() {
			received.length = 0;
			statuses.length = 0;
			callback.verifyToken = '';
			callback.url = `${origin()}/hook/${++runs}`;
		},
		close: async () => {
			server.closeAllConnections();
			await new Promise<void>((resolve) => server.close(() => resolve()));
		},
	};
	const server = createServer((request, response) => {
		if (request.method === 'GET') {
			const { searchParams } = new URL(request.url ?? '', 'http://localhost');
			const isRight = searchParams.get('hub.verify_token') === callback.verifyToken;
			response.statusCode = isRight ? 200 : 403;
			return void response.end(isRight ? searchParams.get('hub.challenge') : 'no');
		}
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			if (!callback.url.endsWith(request.url ?? '')) return void response.end();
			const text = Buffer.concat(chunks).toString();
			received.push({ headers: request.headers, text, body: JSON.parse(text) as unknown });
			response.statusCode = statuses.shift() ?? 200;
			response.end();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	callback.clear();
	return callback;
}

export type Callback = Awaited<ReturnType<typeof startCallback>>;
