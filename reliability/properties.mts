import { spawn } from 'node:child_process';

/** The tests that hold property tests of proof size behind PROVE=1. */
const TESTS = [
	'test/gateways/parseAnything',
	'test/messages/eventDeduplicator',
	'test/messages/sendTime',
	'test/messages/recipient',
	'test/stores',
];

/** Runs the property tests with all their cases; `SEED` makes a run the same as another. */
export async function checkProperties({ only, seed }: { only?: string; seed?: string }) {
	const patterns = TESTS.filter((path) => only === undefined || path.includes(only));
	const code = await jest(process.cwd(), ['--testPathPatterns', ...patterns, '--verbose'], {
		PROVE: '1',
		...(seed === undefined ? {} : { SEED: seed }),
	});
	return code === 0;
}

/** Runs unit tests in a copy of the project; gives jest's exit code. */
export async function jest(
	cwd: string,
	args: readonly string[],
	env: Record<string, string> = {},
	isQuiet = false,
): Promise<number> {
	return await new Promise((resolve, reject) => {
		const child = spawn(
			process.execPath,
			['node_modules/jest/bin/jest.js', '--testTimeout', '900000', ...args],
			{ cwd, stdio: isQuiet ? 'ignore' : 'inherit', env: { ...process.env, ...env } },
		);
		child.on('error', reject);
		child.on('close', (code) => resolve(code ?? 1));
	});
}
