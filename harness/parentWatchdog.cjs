/**
 * Preloaded into every n8n that the harness starts. File descriptor 3 is a pipe from the process that
 * started it: when that process is gone, however it ended, the pipe closes, and n8n goes too with
 * everything it started and the temporary folder it used.
 */
const { rmSync } = require('node:fs');
const { Socket } = require('node:net');
const { isMainThread } = require('node:worker_threads');

const temporaryFolder = process.env.RIG_TEMPORARY_FOLDER;
delete process.env.RIG_TEMPORARY_FOLDER;

function letGo() {
	try {
		if (temporaryFolder) rmSync(temporaryFolder, { recursive: true, force: true, maxRetries: 5 });
	} finally {
		try {
			process.kill(-process.pid, 'SIGKILL');
		} catch {
			process.exit(1);
		}
	}
}

// n8n's worker threads preload this too.
if (isMainThread) {
	const leash = new Socket({ fd: 3, readable: true, writable: false });
	leash.on('end', letGo).on('error', letGo).resume();
	leash.unref();
}
