import { chmodSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ensureN8n } from './install.mts';
import { removeFolder, settings } from './launch.mts';
import { startN8n, type N8n } from './n8n.mts';
import { installPackage } from './package.mts';
import { DATABASE_USER, missingForPostgres, startPostgres } from './postgres.mts';
import { findProgram, quietPorts, startService, type Service } from './service.mts';

/** How n8n's queue mode is to be started. */
export interface QueueOptions {
	/** A packed package, for every process of n8n. */
	tarball: string;
	/** Default 2. */
	workers?: number;
	/** Default 2. */
	webhookProcessors?: number;
	/** Executions that a worker has under way at once; default 10, as n8n's own. */
	concurrency?: number;
	onLog?: (line: string) => void;
}

/** A running n8n in queue mode: PostgreSQL, Redis, main, workers and webhook processors. */
export interface QueueMode {
	/** The main process, to be asked and told as any other n8n. */
	readonly n8n: N8n;
	/** Of each webhook processor, with a slash at its end. */
	readonly webhookUrls: readonly string[];
	/** Ends one worker as a power cut would. */
	killWorker(index: number): Promise<void>;
	/** Starts a worker that was killed. */
	restartWorker(index: number): Promise<void>;
	close(): Promise<void>;
}

/** What queue mode needs and this machine lacks, one sentence each; empty where all is there. */
export function missingForQueueMode(): string[] {
	return [
		...missingForPostgres(),
		...(findProgram('redis-server')
			? []
			: ['Redis is missing. On Debian and Ubuntu: apt-get install redis-server']),
	];
}

/** Starts everything on free ports of loopback and in a temporary folder. */
export async function startQueueMode(options: QueueOptions): Promise<QueueMode> {
	const missing = missingForQueueMode();
	if (missing.length) throw new Error(missing.join('\n'));
	const { tarball, workers = 2, webhookProcessors = 2, concurrency = 10, onLog } = options;
	const folder = mkdtempSync(join(tmpdir(), 'n8n-queue-'));
	// PostgreSQL's own user has to get through.
	chmodSync(folder, 0o711);
	const running: Service[] = [];
	const keep = (service: Service) => {
		running.push(service);
		return service;
	};
	const close = async () => {
		await Promise.all(running.map(async (service) => await service.kill()));
		removeFolder(folder);
	};
	let n8n: N8n | undefined;
	try {
		const ports = await quietPorts(3 + workers + 2 * webhookProcessors);
		const take = () => ports.pop()!;
		const [databasePort, redisPort, workerPort] = [take(), take(), take()];
		keep(await startPostgres(join(folder, 'postgres'), databasePort));
		keep(await startRedis(folder, redisPort));

		const brokerPorts = Array.from({ length: workers }, take);
		const webhooks = Array.from({ length: webhookProcessors }, () => ({
			port: take(),
			brokerPort: take(),
		}));
		const webhookUrls = webhooks.map(({ port }) => `http://127.0.0.1:${port}/`);
		const env = {
			EXECUTIONS_MODE: 'queue',
			DB_TYPE: 'postgresdb',
			DB_POSTGRESDB_HOST: '127.0.0.1',
			DB_POSTGRESDB_PORT: String(databasePort),
			DB_POSTGRESDB_DATABASE: 'postgres',
			DB_POSTGRESDB_USER: DATABASE_USER,
			DB_POSTGRESDB_POOL_SIZE: '10',
			QUEUE_BULL_REDIS_HOST: '127.0.0.1',
			QUEUE_BULL_REDIS_PORT: String(redisPort),
			// Also what is started by hand: the main process only looks after the rest.
			OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: 'true',
			EXECUTIONS_DATA_PRUNE: 'false',
			N8N_WEBHOOK_URL: webhookUrls[0],
		};
		n8n = await startN8n({ tarball, env, onLog });
		const installation = await ensureN8n(n8n.version);
		const startRole = async (
			name: string,
			args: string[],
			ready: string,
			ports: { port: number; brokerPort: number },
		) => {
			const userFolder = join(folder, name);
			if (!existsSync(userFolder)) {
				mkdirSync(userFolder, { recursive: true });
				await installPackage(tarball, userFolder);
			}
			return await startService({
				name,
				command: installation.nodeBinary,
				args: [installation.n8nBinary, ...args],
				cwd: userFolder,
				env: settings({ installation, userFolder, ...ports, env }),
				ready,
				onLog: (line) => onLog?.(`${name}: ${line}`),
			});
		};
		const startWorker = async (index: number) =>
			await startRole(
				`worker ${index + 1}`,
				['worker', `--concurrency=${concurrency}`],
				'n8n worker is now ready',
				{ port: workerPort, brokerPort: brokerPorts[index] },
			);
		const workerServices = await Promise.all(
			brokerPorts.map(async (_, index) => keep(await startWorker(index))),
		);
		await Promise.all(
			webhooks.map(async (ports, index) =>
				keep(
					await startRole(
						`webhook processor ${index + 1}`,
						['webhook'],
						'Webhook listener waiting for requests',
						ports,
					),
				),
			),
		);
		const main = n8n;
		return {
			n8n: main,
			webhookUrls,
			killWorker: async (index) => await workerServices[index].kill(),
			restartWorker: async (index) => {
				workerServices[index] = keep(await startWorker(index));
			},
			close: async () => {
				await main.stop();
				await close();
			},
		};
	} catch (error) {
		await n8n?.stop();
		await close();
		throw error;
	}
}

/** An empty Redis that keeps nothing on disk. */
const startRedis = async (folder: string, port: number): Promise<Service> =>
	await startService({
		name: 'Redis',
		command: findProgram('redis-server')!,
		args: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
		cwd: folder,
		ready: 'Ready to accept connections',
	});
