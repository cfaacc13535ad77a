import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { BenchOptions } from './cli.mts';
import { alternate, median } from './measure.mts';
import { digits, surroundings, table, type Report } from './report.mts';
import { unpack } from './unpacked.mts';

/** Prints how long requiring some files takes in a process of its own, once n8n's part is there. */
const script = `
	const [already, ...files] = process.argv.slice(1);
	for (const name of already.split(',')) require(name);
	const began = performance.now();
	for (const file of files) require(file);
	const took = performance.now() - began;
	console.log(JSON.stringify({ took, rss: process.memoryUsage().rss }));
`;

function filesIn(folder: string): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name));
}

const kB = (bytes: number) => `${digits(bytes / 1000)} kB`;

/** What the package weighs, and how long n8n takes to load it. */
export async function load({ tarball, rounds = 9, quick }: BenchOptions): Promise<Report> {
	const unpacked = unpack(tarball);
	try {
		const manifest = unpacked.require<{ n8n: { nodes: string[]; credentials: string[] } }>(
			'package.json',
		);
		const entries = [...manifest.n8n.nodes, ...manifest.n8n.credentials];
		const required = (files: string[]) => {
			const printed = execFileSync(
				process.execPath,
				['-e', script, 'n8n-workflow,luxon', ...files.map((file) => join(unpacked.folder, file))],
				{ cwd: unpacked.folder, encoding: 'utf8' },
			);
			return (JSON.parse(printed) as { took: number }).took;
		};
		const [times, index] = await alternate(quick ? 3 : rounds, [
			() => required(entries),
			() => required(['index.js']),
		]);
		const all = filesIn(unpacked.folder);
		const size = (files: string[]) => files.reduce((sum, file) => sum + statSync(file).size, 0);
		const code = all.filter((file) => file.endsWith('.js'));
		return {
			name: 'load',
			sections: [
				table(
					['', 'figure'],
					[
						['require both nodes and the credential, fresh process', `${digits(median(times))} ms`],
						['require `index.js`, fresh process', `${digits(median(index))} ms`],
						['`npm pack`', kB(unpacked.packedBytes)],
						['unpacked', `${kB(size(all))} in ${all.length} files`],
						['of it JavaScript', `${kB(size(code))} in ${code.length} files`],
					],
				),
				'n8n-workflow and luxon, which n8n has loaded already, are required before.',
				surroundings(),
			],
		};
	} finally {
		unpacked.remove();
	}
}
