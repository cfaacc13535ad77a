/**
 * By hand: `tsx harness/cli.mts install [release]` installs an n8n for later, `tsx harness/cli.mts boot
 * [release]` runs an empty one until Ctrl-C, `tsx harness/cli.mts chromium` tells where the browser is
 * that tests use, and `tsx harness/cli.mts queue` what queue mode lacks here.
 */
import pc from 'picocolors';

import { chromiumMissing, findChromium } from './chromium.mts';
import { ensureN8n } from './install.mts';
import { startN8n } from './n8n.mts';
import { missingForPostgres } from './postgres.mts';
import { printProgress } from './progress.mts';
import { missingForQueueMode } from './queue.mts';
import { defaultRelease, releaseVersions } from './releases.mts';

async function install(version: string) {
	const { dir, nodeBinary } = await ensureN8n(version, { onProgress: printProgress() });
	console.log(`n8n ${version} is in ${dir}\nand runs on ${nodeBinary}`);
}

async function boot(version: string) {
	const n8n = await startN8n({
		release: version,
		onLog: (line) => console.log(pc.dim(line)),
		onProgress: printProgress(),
	});
	console.log(`\nn8n ${version} is at ${pc.bold(n8n.url)}`);
	console.log(`Log in as ${n8n.owner.email} with the password ${n8n.owner.password}`);
	console.log('Ctrl-C ends it and removes its data.');
	// n8n itself does not keep this process alive.
	const keepAlive = setInterval(() => {}, 60_000);
	await new Promise<void>((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
	});
	clearInterval(keepAlive);
	await n8n.stop();
}

async function chromium() {
	const path = findChromium();
	if (path === undefined) throw new Error(chromiumMissing);
	console.log(`The browser is ${path}`);
}

/** Fails, with one sentence for each thing, where something is missing. */
async function postgres() {
	const missing = missingForPostgres();
	if (missing.length > 0) throw new Error(missing.join('\n'));
}

/** The same of queue mode. */
async function queue() {
	const missing = missingForQueueMode();
	if (missing.length > 0) throw new Error(missing.join('\n'));
}

const commands: Record<string, (version: string) => Promise<void>> = {
	install,
	boot,
	chromium,
	postgres,
	queue,
};
const [name = '', version = defaultRelease] = process.argv.slice(2);
const command = commands[name];
if (command) {
	try {
		await command(version);
	} catch (error) {
		console.error(pc.red((error as Error).message));
		process.exitCode = 1;
	}
} else {
	console.error(
		`Say ${Object.keys(commands).join(' or ')}, and a release if not ${defaultRelease}: ${releaseVersions.join(', ')}.`,
	);
	process.exitCode = 2;
}
