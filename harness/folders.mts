import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

const packageName = 'n8n-nodes-message-scheduler';

/**
 * This package's root, found from the working directory upwards: the harness runs both as an ES module
 * and, under jest, as CommonJS, so it cannot ask where its own file lies.
 */
export function projectRoot(from: string = process.cwd()): string {
	const file = join(from, 'package.json');
	if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === packageName) return from;
	if (dirname(from) === from) {
		throw new Error(
			`Run this inside the folder of ${packageName}: no package.json of it was found.`,
		);
	}
	return projectRoot(dirname(from));
}

/** Where n8n and Node are installed once and reused: outside the repository. */
export function cacheFolder(): string {
	const base =
		process.env.MESSAGE_SCHEDULER_CACHE || process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
	return join(base, packageName);
}
