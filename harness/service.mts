import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { projectRoot } from './folders.mts';

const bootTimeoutMs = 180_000;

/** On the path, or where Debian keeps PostgreSQL's server programs. */
export function findProgram(name: string): string | undefined {
	const debian = '/usr/lib/postgresql';
	const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : [];
	return [
		...(process.env.PATH ?? '').split(delimiter),
		...versions.map((version) => join(debian, version, 'bin')),
	]
		.map((folder) => join(folder, name))
		.find((path) => existsSync(path));
}

export interface User {
	readonly uid?: number;
	readonly gid?: number;
}

/** Whom PostgreSQL is to run as: ourselves, unless we are root. */
export function unprivileged(): User | undefined {
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

export interface ServiceOptions {
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

/** A running service. */
export interface Service {
	kill(): Promise<void>;
}

/** Run by a small Node that watches its parent, so that the service ends with us, however we end. */
const HOLDER = `
	const [command, args, user] = JSON.parse(process.argv[1]);
	const child = require('node:child_process').spawn(command, args, { stdio: 'inherit', ...user });
	child.on('exit', (code) => process.exit(code ?? 1));
`;

/** Starts a service and waits until it says that it is ready. */
export async function startService(options: ServiceOptions): Promise<Service> {
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
