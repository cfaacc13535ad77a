import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { projectRoot } from './folders.mts';
import { ensureN8n } from './install.mts';
import { removeFolder, settings } from './launch.mts';
import { startN8n, type N8n } from './n8n.mts';
import { installPackage } from './package.mts';

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

const bootTimeoutMs = 180_000;

/** What queue mode needs and this machine lacks, one sentence each; empty where all is there. */
export function missingForQueueMode(): string[] {
	const tell = (what: string, packageName: string) =>
		`${what} is missing. On Debian and Ubuntu: apt-get install ${packageName}`;
	return [
		...(['initdb', 'postgres'].every(findProgram) ? [] : [tell('PostgreSQL', 'postgresql')]),
		...(findProgram('redis-server') ? [] : [tell('Redis', 'redis-server')]),
		...(unprivileged() === undefined
			? ['PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it.']
			: []),
	];
}

/** On the path, or where Debian keeps PostgreSQL's server programs. */
function findProgram(name: string): string | undefined {
	const debian = '/usr/lib/postgresql';
	const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : [];
	return [
		...(process.env.PATH ?? '').split(delimiter),
		...versions.map((version) => join(debian, version, 'bin')),
	]
		.map((folder) => join(folder, name))
		.find((path) => existsSync(path));
}

interface User {
	readonly uid?: number;
	readonly gid?: number;
}

/** Whom PostgreSQL is to run as: ourselves, unless we are root. */
function unprivileged(): User | undefined {
	if (process.getuid?.() !== 0) return {};
	const id = (flag: string, user: string) => {
		const { status, stdout } = spawnSync('id', [flag, user], { encoding: 'utf8' });
		return status === 0 ? Number(stdout) : undefined;
	};
	for (const user of ['postgres', 'nobody']) {
		const [uid, gid] = [id('-u', user), id('-g', user)];
		if (uid !== undefined && gid !== undefined) return { uid, gid };
	}
	return undefined;
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

/** Below those that systems give to outgoing connections: Linux from 32768, others from 49152. */
const QUIET = { from: 20_000, below: 32_000 };

/**
 * Different ports that are free on loopback now, and stay so until their services have booted: in that
 * time seven processes open some hundred connections, and none of those gets one of these.
 */
export async function quietPorts(count: number): Promise<number[]> {
	const found = new Set<number>();
	while (found.size < count) {
		const port = randomInt(QUIET.from, QUIET.below);
		if (await isFree(port)) found.add(port);
	}
	return [...found];
}

const isFree = async (port: number): Promise<boolean> =>
	await new Promise<boolean>((resolve) => {
		const server = createServer();
		server.once('error', () => resolve(false));
		server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
	});

const DATABASE_USER = 'n8n';

/** An empty PostgreSQL of its own, which anybody on this machine may use while it runs. */
async function startPostgres(folder: string, port: number): Promise<Service> {
	const user = unprivileged();
	mkdirSync(folder);
	if (user?.uid !== undefined) spawnSync('chown', [`${user.uid}:${user.gid}`, folder]);
	const data = join(folder, 'data');
	const { status, stderr } = spawnSync(
		findProgram('initdb')!,
		['-D', data, '-U', DATABASE_USER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
		{ ...user, cwd: folder, encoding: 'utf8' },
	);
	if (status !== 0) throw new Error(`PostgreSQL could not be set up: ${stderr}`);
	return await startService({
		name: 'PostgreSQL',
		command: findProgram('postgres')!,
		// No socket in the file system: the path of one must be short.
		args: ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-c', 'timezone=UTC'],
		cwd: folder,
		user,
		ready: 'database system is ready to accept connections',
	});
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

interface ServiceOptions {
	readonly name: string;
	readonly command: string;
	readonly args: readonly string[];
	readonly cwd: string;
	readonly env?: Record<string, string>;
	readonly user?: User;
	/** What it says when it is ready. */
	readonly ready: string;
	readonly onLog?: (line: string) => void;
}

interface Service {
	kill(): Promise<void>;
}

/** Run by a small Node on a leash, so that the service ends with us, however we end. */
const HOLDER = `
	const [command, args, user] = JSON.parse(process.argv[1]);
	const child = require('node:child_process').spawn(command, args, { stdio: 'inherit', ...user });
	child.on('exit', (code) => process.exit(code ?? 1));
`;

/** Starts a service and waits until it says that it is ready. */
async function startService(options: ServiceOptions): Promise<Service> {
	const { name, command, args, cwd, user = {}, ready, onLog } = options;
	const holder = spawn(
		process.execPath,
		[
			'--require',
			join(projectRoot(), 'harness', 'parentWatchdog.cjs'),
			'-e',
			HOLDER,
			JSON.stringify([command, args, user]),
		],
		{
			cwd,
			env: { PATH: process.env.PATH, ...options.env },
			stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
			detached: true,
		},
	);
	let hasEnded = false;
	let isReady = false;
	const log: string[] = [];
	for (const stream of [holder.stdout, holder.stderr]) {
		createInterface({ input: stream! }).on('line', (line) => {
			if (line.includes(ready)) isReady = true;
			if (log.push(line) > 50) log.shift();
			onLog?.(line);
		});
	}
	holder.on('exit', () => (hasEnded = true));
	holder.unref();
	holder.stdio.forEach((stream) => (stream as { unref?: () => void } | null)?.unref?.());
	const kill = async () => {
		try {
			process.kill(-holder.pid!, 'SIGKILL');
		} catch {
			// It has ended by itself.
		}
		for (let waited = 0; !hasEnded && waited < 5_000; waited += 20) await sleep(20);
	};
	const until = Date.now() + bootTimeoutMs;
	while (!isReady) {
		if (hasEnded || Date.now() > until) {
			await kill();
			throw new Error(`${name} did not start:\n${log.slice(-15).join('\n')}`);
		}
		await sleep(20);
	}
	return { kill };
}
