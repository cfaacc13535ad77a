import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { cacheFolder, projectRoot } from './folders.mts';

/** What goes into `dist`, and what says how. */
const sources = [
	'board',
	'credentials',
	'nodes',
	'messages',
	'gateways',
	'stores',
	'icons',
	'package.json',
	'tsconfig.json',
	'gulpfile.js',
];

/** Packed packages are kept this long: enough for whatever runs on them. */
const keptForMs = 24 * 60 * 60 * 1000;

/**
 * Packs the package as npm would publish it, building it first where a source is newer than the
 * build. Gives the tarball's path, which names its content: packing the same again gives the same
 * file, and one that another process uses is never written over.
 */
export async function buildPackage(root: string = projectRoot()): Promise<string> {
	const dist = join(root, 'dist');
	// A build makes everything anew, so its newest file tells its age: gulp gives copies the times of
	// their originals.
	const built = newest(dist);
	if (sources.some((source) => newest(join(root, source)) > built)) {
		try {
			await run('npm', ['run', 'build'], root);
		} catch (error) {
			// Half a build must not pass for one.
			rmSync(dist, { recursive: true, force: true });
			throw error;
		}
	}
	const packages = join(cacheFolder(), 'packages');
	mkdirSync(packages, { recursive: true });
	removeOlderThan(packages, keptForMs);
	const destination = mkdtempSync(join(packages, 'packing-'));
	try {
		const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination];
		const [{ filename }] = JSON.parse(await run('npm', args, root)) as Array<{ filename: string }>;
		const packed = join(destination, filename);
		const hash = createHash('sha256').update(readFileSync(packed)).digest('hex').slice(0, 16);
		const tarball = join(packages, filename.replace(/\.tgz$/, `-${hash}.tgz`));
		renameSync(packed, tarball);
		return tarball;
	} finally {
		rmSync(destination, { recursive: true, force: true });
	}
}

function removeOlderThan(folder: string, ageMs: number) {
	for (const name of readdirSync(folder)) {
		const path = join(folder, name);
		const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Infinity };
		if (Date.now() - mtimeMs > ageMs) rmSync(path, { recursive: true, force: true });
	}
}

/**
 * Installs a packed package into n8n's folder as n8n's own "Community nodes" page does: unpacked
 * under `.n8n/nodes/node_modules`, without its development dependencies, and listed in
 * `.n8n/nodes/package.json`. That page also keeps a list in the database, which loading does not
 * look at: n8n takes every package that it finds in the folder.
 */
export async function installPackage(tarball: string, userFolder: string): Promise<void> {
	const nodesFolder = join(userFolder, '.n8n', 'nodes');
	mkdirSync(nodesFolder, { recursive: true });
	const unpacked = mkdtempSync(join(nodesFolder, 'unpacked-'));
	try {
		await run('tar', ['-xzf', tarball, '-C', unpacked, '--strip-components=1'], nodesFolder);
		const manifest = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
		if (Object.keys(manifest.dependencies ?? {}).length) {
			throw new Error(
				`${manifest.name} has dependencies, and the harness installs without a network.`,
			);
		}
		for (const part of ['devDependencies', 'peerDependencies', 'optionalDependencies']) {
			delete manifest[part];
		}
		writeJson(join(unpacked, 'package.json'), manifest);

		const folder = join(nodesFolder, 'node_modules', manifest.name);
		rmSync(folder, { recursive: true, force: true });
		mkdirSync(join(folder, '..'), { recursive: true });
		renameSync(unpacked, folder);

		const listFile = join(nodesFolder, 'package.json');
		const list = existsSync(listFile)
			? JSON.parse(readFileSync(listFile, 'utf8'))
			: { name: 'installed-nodes', private: true, dependencies: {} };
		list.dependencies = { ...list.dependencies, [manifest.name]: manifest.version };
		writeJson(listFile, list);
	} finally {
		rmSync(unpacked, { recursive: true, force: true });
	}
}

function writeJson(file: string, value: unknown) {
	writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}

/** When the youngest file below was written; 0 where there is none. */
function newest(path: string): number {
	if (!existsSync(path)) return 0;
	const stat = statSync(path);
	if (!stat.isDirectory()) return stat.mtimeMs;
	return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Runs a command and gives what it printed; a failure carries all that it said. */
async function run(command: string, args: string[], cwd: string): Promise<string> {
	return await new Promise((resolve, reject) => {
		const child = spawn(command, args, {
			cwd,
			stdio: ['ignore', 'pipe', 'pipe'],
			// npm is a batch file there.
			shell: process.platform === 'win32' && command === 'npm',
		});
		let printed = '';
		let said = '';
		child.stdout.setEncoding('utf8').on('data', (text: string) => {
			printed += text;
			said += text;
		});
		child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
		child.on('error', reject);
		child.on('close', (code) => {
			if (code === 0) resolve(printed);
			else reject(new Error(`${command} ${args.join(' ')} ended with code ${code}:\n${said}`));
		});
	});
}
