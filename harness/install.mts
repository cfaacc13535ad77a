import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
	closeSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { cacheFolder } from './folders.mts';
import { freePorts, launch, removeFolder, type Installation } from './launch.mts';
import { withProgress, type OnProgress } from './progress.mts';
import { defaultRelease, nodePackages, release, serves, type Release } from './releases.mts';

/** Written last: without it, or with another recipe in it, an installation counts as unfinished. */
const markerName = 'complete.json';
const npmArguments = ['--ignore-scripts', '--no-audit', '--no-fund'];
/** The holder of a lock touches it this often; one untouched for much longer has no holder. */
const heartbeatMs = 5_000;
const staleMs = 60_000;

/**
 * Makes sure that this n8n, and a Node that it runs on, are installed, and tells where. The first
 * time takes minutes and the network; every later time neither.
 */
export async function ensureN8n(
	version: string = defaultRelease,
	{ onProgress }: { onProgress?: OnProgress } = {},
): Promise<Installation> {
	const wanted = release(version);
	const dir = join(cacheFolder(), `n8n-${version}`);
	const nodeBinary = await ensureNode(wanted, onProgress);
	const installation = {
		version,
		dir,
		nodeBinary,
		n8nBinary: join(dir, 'node_modules', 'n8n', 'bin', 'n8n'),
	};
	const recipe = packageJson(wanted);
	await completeOnce(dir, recipe, onProgress, async () => {
		if (looksComplete(dir, version)) {
			// Somebody's finished installation without our marker: it only has to prove itself.
			const boots = await withProgress(
				`trying the n8n ${version} found in ${dir}`,
				onProgress,
				() =>
					boot(installation).then(
						() => true,
						() => false,
					),
			);
			if (boots) return;
		}
		startAfresh(dir, recipe);
		await withProgress(`installing n8n ${version} (about 2 GB, some minutes)`, onProgress, () =>
			npm(dir, ['install', ...wanted.npmArguments, ...npmArguments]),
		);
		// The one install script that n8n cannot do without; the others need compilers or services.
		await withProgress('building its SQLite driver', onProgress, () =>
			npm(dir, ['rebuild', 'sqlite3', '--ignore-scripts=false'], dirname(nodeBinary)),
		);
		await withProgress('starting it once', onProgress, () => boot(installation));
	});
	return installation;
}

/** The Node binary for a release: the one that runs us where it serves, else one from npm. */
async function ensureNode(wanted: Release, onProgress?: OnProgress): Promise<string> {
	if (serves(process.versions.node, wanted)) return process.execPath;
	const platform = `${process.platform}-${process.arch}`;
	const source = nodePackages[platform];
	if (!source) {
		throw new Error(
			`n8n ${wanted.version} needs Node ${wanted.node.from} or newer, below ${wanted.node.below}. This is Node ` +
				`${process.versions.node}, and npm has no Node for ${platform}: install one and run this again with it.`,
		);
	}
	const dir = join(cacheFolder(), `node-${source.version}`);
	const binary = join(
		dir,
		'node_modules',
		source.name,
		'bin',
		process.platform === 'win32' ? 'node.exe' : 'node',
	);
	const recipe = { private: true, dependencies: { [source.name]: source.version } };
	await completeOnce(dir, recipe, onProgress, async () => {
		if (!existsSync(binary)) {
			startAfresh(dir, recipe);
			await withProgress(`installing Node ${source.version} for n8n`, onProgress, () =>
				npm(dir, ['install', ...npmArguments]),
			);
		}
		await run(binary, ['--version'], { cwd: dir });
	});
	return binary;
}

function packageJson(wanted: Release) {
	return {
		private: true,
		dependencies: { n8n: wanted.version, ...wanted.dependencies },
		overrides: wanted.overrides,
	};
}

/** npm writes its hidden lock file when everything is unpacked, node-gyp the driver when it is built. */
function looksComplete(dir: string, version: string): boolean {
	const modules = join(dir, 'node_modules');
	const n8n = join(modules, 'n8n', 'package.json');
	return (
		existsSync(join(modules, '.package-lock.json')) &&
		existsSync(join(modules, 'sqlite3', 'build', 'Release', 'node_sqlite3.node')) &&
		existsSync(n8n) &&
		JSON.parse(readFileSync(n8n, 'utf8')).version === version
	);
}

function startAfresh(dir: string, recipe: object) {
	removeFolder(join(dir, 'node_modules'));
	rmSync(join(dir, 'package-lock.json'), { force: true });
	writeFileSync(join(dir, 'package.json'), `${JSON.stringify(recipe, null, 2)}\n`);
}

/** Starts n8n in an empty folder until it answers: an installation that cannot is not complete. */
async function boot(installation: Installation) {
	const userFolder = mkdtempSync(join(tmpdir(), 'n8n-try-'));
	const [port, brokerPort] = await freePorts(2);
	const n8n = launch({ installation, userFolder, temporary: true, port, brokerPort });
	try {
		await n8n.logged('Editor is now accessible', 180_000);
	} finally {
		await n8n.kill();
		removeFolder(userFolder);
	}
}

/** Runs `work` in `dir` unless it was finished with this recipe before; one process at a time. */
async function completeOnce(
	dir: string,
	recipe: object,
	onProgress: OnProgress | undefined,
	work: () => Promise<void>,
) {
	const marker = join(dir, markerName);
	const stamp = JSON.stringify({ platform: process.platform, arch: process.arch, recipe });
	const complete = () => existsSync(marker) && readFileSync(marker, 'utf8') === stamp;
	if (complete()) return;
	mkdirSync(dir, { recursive: true });
	const unlock = await lock(`${dir}.lock`, onProgress);
	try {
		if (complete()) return;
		rmSync(marker, { force: true });
		await work();
		writeFileSync(`${marker}.new`, stamp);
		renameSync(`${marker}.new`, marker);
	} finally {
		unlock();
	}
}

/** Takes a lock file, waiting while another living process holds it, and gives back how to let it go. */
async function lock(file: string, onProgress?: OnProgress): Promise<() => void> {
	const token = JSON.stringify({ pid: process.pid, host: hostname(), id: randomUUID() });
	const take = () => {
		try {
			writeFileSync(file, token, { flag: 'wx' });
			return true;
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
			throw error;
		}
	};
	if (!take()) {
		await withProgress('waiting for another process that installs', onProgress, async () => {
			while (!take()) {
				dropStale(file);
				await sleep(300);
			}
		});
	}
	const heartbeat = setInterval(() => {
		try {
			utimesSync(file, new Date(), new Date());
		} catch {
			// Somebody removed the cache under us; the work itself will tell.
		}
	}, heartbeatMs);
	heartbeat.unref();
	return () => {
		clearInterval(heartbeat);
		if (content(file) === token) rmSync(file, { force: true });
	};
}

function content(file: string): string | undefined {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return undefined;
	}
}

/** Moves away a lock whose holder is gone. By name first, so that of two waiters only one does it. */
function dropStale(file: string) {
	const seen = content(file);
	if (seen === undefined || !isStale(file, seen)) return;
	const aside = `${file}.${randomUUID()}`;
	try {
		renameSync(file, aside);
		// Between the look and the move another waiter may have put a fresh lock in its place.
		if (content(aside) !== seen) renameSync(aside, file);
		else rmSync(aside, { force: true });
	} catch {
		// The other waiter was faster.
	}
}

function isStale(file: string, seen: string): boolean {
	try {
		if (Date.now() - statSync(file).mtimeMs > staleMs) return true;
		const { pid, host } = JSON.parse(seen) as { pid: number; host: string };
		if (host !== hostname()) return false;
		process.kill(pid, 0);
		return false;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'ESRCH';
	}
}

/** Runs npm in `dir`, its output going to `install.log` there. */
async function npm(dir: string, args: string[], firstOnPath?: string) {
	await run('npm', args, { cwd: dir, log: join(dir, 'install.log'), firstOnPath });
}

async function run(
	command: string,
	args: string[],
	{ cwd, log, firstOnPath }: { cwd: string; log?: string; firstOnPath?: string },
) {
	// Settings of the npm that started us (of this project, that is) are not for what we install.
	const env = Object.fromEntries(
		Object.entries(process.env).filter(
			([name]) =>
				!/^npm_(?!config_(registry|cache|proxy|https_proxy|cafile)$)/i.test(name) &&
				!/^(NODE_ENV|NODE_OPTIONS)$/.test(name),
		),
	);
	if (firstOnPath) env.PATH = [firstOnPath, env.PATH].join(delimiter);
	const output = log ? openSync(log, 'a') : 'ignore';
	try {
		await new Promise<void>((resolve, reject) => {
			const child = spawn(command, args, {
				cwd,
				env,
				stdio: ['ignore', output, output],
				// npm is a batch file there.
				shell: process.platform === 'win32' && command === 'npm',
			});
			// Nobody is to go on writing into a folder that the next process will redo.
			const endWithUs = () => child.kill();
			process.once('exit', endWithUs);
			child.on('error', reject);
			child.on('exit', (code, signal) => {
				process.off('exit', endWithUs);
				if (code === 0) return resolve();
				const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
				const where = log ? `; its output is in ${log}` : '';
				reject(new Error(`${command} ${args.join(' ')} ${how}${where}.`));
			});
		});
	} finally {
		if (typeof output === 'number') closeSync(output);
	}
}
