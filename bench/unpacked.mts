import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { projectRoot } from '../harness/folders.mts';

/** The package as a user gets it, unpacked beside the modules that n8n would give it. */
export interface Unpacked {
	readonly folder: string;
	readonly packedBytes: number;
	/** Requires a file of the package. */
	require<T>(path: string): T;
	remove(): void;
}

/** Unpacks a packed package into a temporary folder. */
export function unpack(tarball: string): Unpacked {
	const parent = mkdtempSync(join(tmpdir(), 'message-scheduler-bench-'));
	execFileSync('tar', ['-xzf', tarball, '-C', parent]);
	symlinkSync(join(projectRoot(), 'node_modules'), join(parent, 'node_modules'));
	const folder = join(parent, 'package');
	const require = createRequire(join(folder, 'package.json'));
	return {
		folder,
		packedBytes: statSync(tarball).size,
		require: <T,>(path: string) => require(join(folder, path)) as T,
		remove: () => rmSync(parent, { recursive: true, force: true }),
	};
}
