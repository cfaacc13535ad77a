import { once } from 'node:events';

import type { FastifyInstance } from 'fastify';

import type { Clock } from './clock.mts';

/** Stops a server from listening for a while: connections break, and new ones are refused. */
export class Downtime {
	readonly #server: FastifyInstance;
	readonly #clock: Clock;
	#isClosed = false;
	/** Ends the time of being down. */
	#wake: (() => void) | null = null;

	constructor(server: FastifyInstance, clock: Clock) {
		this.#server = server;
		this.#clock = clock;
	}

	/**
	 * @param origin where the server listened, and listens again
	 * @param forMs real milliseconds
	 * @returns when the server listens again
	 */
	async begin(origin: string, forMs: number): Promise<void> {
		if (!(forMs > 0)) throw new RangeError('forMs must be a number above 0');
		const { server } = this.#server;
		if (!server.listening) throw new RangeError('The sandbox is down already');
		const closed = new Promise((resolve) => server.close(resolve));
		server.closeAllConnections();
		await closed;
		await new Promise<void>((resolve) => {
			this.#wake = resolve;
			this.#clock.afterReal(forMs, resolve);
			// A clock that was stopped meanwhile wakes nobody.
			if (this.#isClosed) resolve();
		});
		this.#wake = null;
		if (this.#isClosed) return;
		const { hostname, port } = new URL(origin);
		server.listen(Number(port), hostname);
		await once(server, 'listening');
	}

	/** Ends it before its time. */
	end(): void {
		this.#wake?.();
	}

	/** Ends it for good: the server does not listen again. */
	close(): void {
		this.#isClosed = true;
		this.end();
	}
}
