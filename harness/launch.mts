import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

import { projectRoot } from './folders.mts';
import { release } from './releases.mts';

/** A Node and an n8n that belong together. */
export interface Installation {
	version: string;
	/** The folder that npm installed into. */
	dir: string;
	nodeBinary: string;
	/** n8n's script, to be run by `nodeBinary`. */
	n8nBinary: string;
}

/** What a running n8n process is launched with. */
export interface LaunchOptions {
	installation: Installation;
	/** n8n keeps its `.n8n` folder in here. */
	userFolder: string;
	/** Whether the folder goes when the process that launched n8n dies unexpectedly. */
	temporary: boolean;
	port: number;
	brokerPort: number;
	env?: Record<string, string | undefined>;
	onLog?: (line: string) => void;
}

/** An n8n process and its output. */
export interface Launched {
	pid: number;
	log: string[];
	/** Whether the process runs. */
	alive(): boolean;
	/** Fulfilled when a line of the log holds this text; refused when n8n ends or the time is up. */
	logged(text: string, timeoutMs: number): Promise<void>;
	/** Asks n8n to end, waits, and makes sure that it and what it started are gone. */
	stop(): Promise<void>;
	/** Ends it and what it started at once, as a power cut would. */
	kill(): Promise<void>;
}

/** n8n's own shutdown may take this long before it is ended by force. */
const graceMs = 15_000;
const keptLines = 20_000;

/** By process id: how to clear away what still runs when we exit. */
const atExit = new Map<number, () => void>();
let exitHookSet = false;

/**
 * Only what a program needs in order to run: n8n would take everything else in our environment for
 * its own settings (N8N_*, DB_*, NODE_ENV=test of jest, a proxy for its requests to loopback).
 */
const inheritedNames = ['LANG', 'TMPDIR', 'TMP', 'TEMP', 'SystemRoot', 'PATHEXT', 'ComSpec'];

/** `count` different ports that are free on loopback now. */
export async function freePorts(count: number): Promise<number[]> {
	const servers = await Promise.all(
		Array.from(
			{ length: count },
			() =>
				new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
					const server = createServer();
					server.once('error', reject);
					server.listen(0, '127.0.0.1', () => resolve(server));
				}),
		),
	);
	const ports = servers.map((server) => (server.address() as { port: number }).port);
	await Promise.all(
		servers.map((server) => new Promise((resolve) => server.close(() => resolve(undefined)))),
	);
	return ports;
}

/** The settings of an unattended n8n that talks to nobody but the machine it runs on. */
export function settings({
	installation,
	userFolder,
	port,
	brokerPort,
	env = {},
}: Omit<LaunchOptions, 'temporary' | 'onLog'>): Record<string, string> {
	const path = [dirname(installation.nodeBinary), process.env.PATH].join(delimiter);
	const url = `http://127.0.0.1:${port}/`;
	const inherited = Object.fromEntries(inheritedNames.map((name) => [name, process.env[name]]));
	const merged = {
		...inherited,
		PATH: path,
		HOME: userFolder,
		TZ: 'UTC',
		NO_COLOR: '1',
		GENERIC_TIMEZONE: 'UTC',
		N8N_USER_FOLDER: userFolder,
		N8N_ENCRYPTION_KEY: 'the-key-of-every-n8n-of-the-harness',
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_RUNNERS_BROKER_PORT: String(brokerPort),
		N8N_EDITOR_BASE_URL: url,
		N8N_SECURE_COOKIE: 'false',
		N8N_PROXY_HOPS: '0',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		// The list of verified community nodes comes from the internet.
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
		// Saves a tenth of the start from the second one on (Node 22 and newer).
		NODE_COMPILE_CACHE: join(installation.dir, 'compile-cache'),
		...release(installation.version).settings(url),
		...env,
	};
	return Object.fromEntries(
		Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined),
	);
}

/** Ends the process and its children; the group is n8n's own, so nothing else is hit. */
function killGroup(pid: number) {
	if (process.platform === 'win32') {
		spawn('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
		return;
	}
	try {
		process.kill(-pid, 'SIGKILL');
	} catch {
		// Nobody of the group is left.
	}
}

function clearAtExit(pid: number, temporaryFolder: string | undefined) {
	atExit.set(pid, () => {
		killGroup(pid);
		if (temporaryFolder) removeFolder(temporaryFolder);
	});
	if (exitHookSet) return;
	exitHookSet = true;
	process.on('exit', () => atExit.forEach((clear) => clear()));
}

/**
 * Starts `n8n start`. Neither the process nor its output keeps our own process alive, so one that
 * somebody forgot to stop cannot make a test run hang; the leash ends it with us.
 */
export function launch(options: LaunchOptions): Launched {
	const { installation, userFolder, temporary, onLog } = options;
	const child: ChildProcess = spawn(
		installation.nodeBinary,
		[
			'--require',
			join(projectRoot(), 'harness', 'parentWatchdog.cjs'),
			installation.n8nBinary,
			'start',
		],
		{
			cwd: userFolder,
			env: { ...settings(options), RIG_TEMPORARY_FOLDER: temporary ? userFolder : '' },
			stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
			detached: process.platform !== 'win32',
		},
	);
	const pid = child.pid;
	if (pid === undefined) throw new Error(`${installation.nodeBinary} could not be started.`);
	clearAtExit(pid, temporary ? userFolder : undefined);

	const log: string[] = [];
	const watchers = new Set<() => void>();
	for (const stream of [child.stdout, child.stderr]) {
		createInterface({ input: stream! }).on('line', (line) => {
			log.push(line);
			if (log.length > keptLines) log.shift();
			onLog?.(line);
			watchers.forEach((check) => check());
		});
	}
	let ended: string | undefined;
	child.on('exit', (code, signal) => {
		ended = signal ? `by ${signal}` : `with code ${code}`;
		// Killed and not started again, its folder is still there.
		if (temporary) atExit.set(pid, () => removeFolder(userFolder));
		else atExit.delete(pid);
		watchers.forEach((check) => check());
	});
	child.unref();
	child.stdio.forEach((stream) => (stream as { unref?: () => void } | null)?.unref?.());

	async function gone(timeoutMs: number) {
		const until = Date.now() + timeoutMs;
		while (ended === undefined && Date.now() < until) await sleep(20);
		return ended !== undefined;
	}

	return {
		pid,
		log,
		alive: () => ended === undefined,
		logged: async (text, timeoutMs) =>
			await new Promise<void>((resolve, reject) => {
				const lastLines = () => log.slice(-15).join('\n');
				const finish = (error?: Error) => {
					watchers.delete(check);
					clearTimeout(timer);
					if (error) reject(error);
					else resolve();
				};
				const check = () => {
					if (log.some((line) => line.includes(text))) return finish();
					if (ended !== undefined) finish(new Error(`n8n ended ${ended}:\n${lastLines()}`));
				};
				const timer = setTimeout(
					() =>
						finish(
							new Error(`n8n did not say "${text}" in ${timeoutMs / 1000} s:\n${lastLines()}`),
						),
					timeoutMs,
				);
				watchers.add(check);
				check();
			}),
		stop: async () => {
			if (ended === undefined) child.kill('SIGTERM');
			await gone(graceMs);
			killGroup(pid);
			await gone(graceMs);
		},
		kill: async () => {
			killGroup(pid);
			await gone(graceMs);
		},
	};
}

/** Removes a temporary folder, whatever an ending process still writes there. */
export function removeFolder(folder: string) {
	rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}
