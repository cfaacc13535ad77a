import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { projectRoot } from '../harness/folders.mts';
import { buildPackage } from '../harness/package.mts';

/** n8n's scanner, and what it needs but does not bring in a version that fits its ESLint. */
const SCANNER = ['@n8n/scan-community-package@0.32.0', 'typescript@5.8.3', 'n8n-workflow@2.4.3'];

/** The scanner's own analysis of the packed package and of the sources, as it does after publication. */
const SCRIPT = `
import { resolve } from 'node:path';
import { analyzePackage, SOURCE_FILE_PATTERNS } from '@n8n/scan-community-package/scanner/scanner.mjs';
const results = {
	package: await analyzePackage(resolve('package'), ['**/*.js', 'package.json']),
	sources: await analyzePackage(resolve('sources'), SOURCE_FILE_PATTERNS),
};
for (const [what, { passed, message, details }] of Object.entries(results)) {
	console.log(what + ':', passed ? 'passed' : message, details ?? '');
}
process.exitCode = Object.values(results).every(({ passed }) => passed) ? 0 : 1;
`;

/** What of the project the scanner looks at, and what the files refer to. */
const SOURCES = ['package.json', 'nodes', 'credentials', 'icons'];

/** Runs n8n's scan of community packages on this one, before it is published. */
export async function checkScan(): Promise<boolean> {
	const folder = mkdtempSync(join(tmpdir(), 'scan-'));
	try {
		writeFileSync(join(folder, 'package.json'), '{ "private": true }');
		const install = [
			'install',
			'--no-audit',
			'--no-fund',
			'--ignore-scripts',
			'--legacy-peer-deps',
		];
		execFileSync('npm', [...install, ...SCANNER], { cwd: folder, stdio: 'ignore' });
		mkdirSync(join(folder, 'package'));
		const unpack = ['-xzf', await buildPackage(), '-C', 'package', '--strip-components=1'];
		execFileSync('tar', unpack, { cwd: folder });
		for (const source of SOURCES) {
			cpSync(join(projectRoot(), source), join(folder, 'sources', source), { recursive: true });
		}
		const script = join(folder, 'scan.mjs');
		writeFileSync(script, SCRIPT);
		const { version } = JSON.parse(
			readFileSync(join(folder, 'node_modules/@n8n/scan-community-package/package.json'), 'utf8'),
		) as { version: string };
		console.log(`@n8n/scan-community-package ${version}`);
		execFileSync(process.execPath, [script], { cwd: folder, stdio: 'inherit' });
		return true;
	} catch (error) {
		console.error((error as Error).message);
		return false;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}
