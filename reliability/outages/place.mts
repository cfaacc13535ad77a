import type { N8n } from '../../harness/n8n.mts';
import { buildPackage } from '../../harness/package.mts';
import { startQueueMode } from '../../harness/queue.mts';
import { raise } from '../table/harness.mts';

/** The n8n that a scenario runs on. */
export interface Place {
	readonly n8n: N8n;
	/** Ends what sends messages as a power cut would: n8n, or in queue mode all workers. */
	kill(): Promise<void>;
	/** Starts again what was killed. */
	restart(): Promise<void>;
	close(): Promise<void>;
}

/** Nothing that a scenario looks at may be pruned. */
const ENV = { EXECUTIONS_DATA_PRUNE: 'false' };

const WORKERS = [0, 1];

/**
 * One n8n with SQLite; or, in queue mode, PostgreSQL, Redis, a main process and two workers.
 *
 * @param release of n8n, for the former; the newest if not given
 */
export async function raisePlace(isQueue: boolean, release?: string): Promise<Place> {
	if (!isQueue) {
		const n8n = await raise({ release, env: ENV });
		return {
			n8n,
			kill: async () => await n8n.kill(),
			restart: async () => await n8n.restart(),
			close: async () => await n8n.stop(),
		};
	}
	const queue = await startQueueMode({
		tarball: await buildPackage(),
		workers: WORKERS.length,
		webhookProcessors: 0,
	});
	return {
		n8n: queue.n8n,
		kill: async () => {
			await Promise.all(WORKERS.map(async (index) => await queue.killWorker(index)));
		},
		restart: async () => {
			await Promise.all(WORKERS.map(async (index) => await queue.restartWorker(index)));
		},
		close: async () => await queue.close(),
	};
}
