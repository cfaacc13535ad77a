/**
 * What `npm start` and `npm test` need on a fresh clone. Plain JavaScript without dependencies: it
 * runs before there are any.
 */
import { spawn } from 'node:child_process';
import {
	existsSync,
	mkdtempSync,
	openSync,
	readFileSync,
	rmSync,
	statSync,
	utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package, wherever the script is called from. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const oldestNode = [20, 19, 0];

/** Sees to it that Node is new enough and the packages of the lock file are installed. */
export async function setUp() {
	checkNode();
	if (!packagesAreCurrent()) await installPackages();
}

function checkNode() {
	const parts = process.versions.node.split('.').map(Number);
	const difference = oldestNode.map((part, i) => parts[i] - part).find((d) => d !== 0) ?? 0;
	if (difference >= 0) return;
	console.error(
		`This needs Node ${oldestNode.join('.')} or newer, and this is Node ${process.versions.node}. ` +
			'Install a newer Node (https://nodejs.org) and run the command again.',
	);
	process.exit(1);
}

/** npm writes its own copy of the lock file into node_modules when an install is finished. */
function packagesAreCurrent() {
	const installed = join(root, 'node_modules', '.package-lock.json');
	const wanted = join(root, 'package-lock.json');
	return existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs;
}

async function installPackages() {
	const folder = mkdtempSync(join(tmpdir(), 'message-scheduler-setup-'));
	const log = join(folder, 'npm-install.log');
	const began = Date.now();
	const seconds = () => Math.round((Date.now() - began) / 1000);
	const show = (mark, end = '') => {
		const line = `  ${mark} installing the packages of package-lock.json (${seconds()} s)`;
		if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}${end}`);
		else if (end || seconds() % 30 === 0) process.stderr.write(`${line}\n`);
	};
	show('…');
	const ticking = setInterval(() => show('…'), 1000);
	// Not `npm ci`: it refuses a lock file that names optional binaries for other platforms which a
	// partial registry lacks. `npm install` keeps to the lock file too.
	const output = openSync(log, 'w');
	const code = await run('npm', ['install', '--no-audit', '--no-fund'], {
		stdio: ['ignore', output, output],
	});
	clearInterval(ticking);
	if (code !== 0) {
		show('✗', '\n');
		console.error(readFileSync(log, 'utf8').trimEnd());
		console.error(`npm install ended with code ${code}; its output is in ${log}.`);
		process.exit(1);
	}
	// npm leaves its copy alone where nothing changed, and this would run every time.
	const installed = join(root, 'node_modules', '.package-lock.json');
	utimesSync(installed, new Date(), new Date());
	rmSync(folder, { recursive: true, force: true });
	show('✓', '\n');
}

/**
 * Runs a command in the package's folder and gives its exit code. Signals go on to it: it is for
 * the command to end, and ours to wait until it has.
 */
export async function run(command, args, options = {}) {
	const windows = process.platform === 'win32';
	const child = spawn(command, args, {
		cwd: root,
		stdio: 'inherit',
		// npm and the tools of node_modules/.bin are batch files there.
		shell: windows,
		...options,
		env: {
			...process.env,
			PATH: `${join(root, 'node_modules', '.bin')}${windows ? ';' : ':'}${process.env.PATH}`,
			...options.env,
		},
	});
	const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
	// A terminal sends Ctrl-C to the whole group, the child included: then there is nothing to pass on.
	const passOn = (signal) => {
		if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
	};
	signals.forEach((signal) => process.on(signal, passOn));
	try {
		return await new Promise((resolve, reject) => {
			child.on('error', reject);
			child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
		});
	} finally {
		signals.forEach((signal) => process.off(signal, passOn));
	}
}
