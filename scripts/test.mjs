/**
 * `npm test`: sets up what is missing, then every check in order, and stops at the first stage that
 * fails. At the end come the counts by kind; the last line is always `N passed, N failed`.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';

import { root, run, setUp } from './setup.mjs';

await setUp();

const reports = mkdtempSync(join(tmpdir(), 'message-scheduler-test-'));
const counts = new Map();
/** The stages that did not run, and why where they could not. */
const notRun = [];

const node = (file, ...args) => [process.execPath, join(root, 'node_modules', file), ...args];
const jest = (project, ...args) =>
	node(
		'jest/bin/jest.js',
		'--selectProjects',
		project,
		'--json',
		'--outputFile',
		report(project),
		...args,
	);

/**
 * What runs a real n8n mostly waits: two test files at once, each with an n8n of its own, take little
 * more than half the time. So do unit tests, on two cores.
 */
const twoAtOnce = '--maxWorkers=2';

const stages = [
	{ kind: 'lint', command: ['npm', 'run', '--silent', 'lint'] },
	{ kind: 'types', command: ['npm', 'run', '--silent', 'types'] },
	{ kind: 'build', command: ['npm', 'run', '--silent', 'build'] },
	{
		kind: 'unit',
		title: 'unit, node and sandbox tests',
		command: jest('unit', twoAtOnce),
		project: 'unit',
	},
	{
		kind: 'n8n',
		title: 'a real n8n',
		command: [process.execPath, '--import', 'tsx', 'harness/cli.mts', 'install'],
		uncounted: true,
	},
	{ kind: 'e2e', title: 'end to end', command: jest('e2e', twoAtOnce), project: 'e2e' },
	{
		kind: 'ui',
		title: "n8n's editor in a browser",
		needs: {
			command: [process.execPath, '--import', 'tsx', 'harness/cli.mts', 'chromium'],
			otherwise: 'Chromium is missing',
			packages: ['chromium'],
		},
		command: jest('ui', twoAtOnce),
		project: 'ui',
	},
	{
		kind: 'postgres',
		title: 'messages stored in PostgreSQL',
		needs: {
			command: [process.execPath, '--import', 'tsx', 'harness/cli.mts', 'postgres'],
			otherwise: 'PostgreSQL is missing',
			packages: ['postgresql'],
		},
		command: jest('postgres', '--runInBand'),
		project: 'postgres',
	},
	{
		kind: 'queue',
		title: "n8n's queue mode: PostgreSQL, Redis, two workers, two webhook processors",
		needs: {
			command: [process.execPath, '--import', 'tsx', 'harness/cli.mts', 'queue'],
			otherwise: 'PostgreSQL or Redis is missing',
			packages: ['postgresql', 'redis-server'],
		},
		command: jest('queue', '--runInBand'),
		project: 'queue',
	},
];

/** Where nobody reads along, what was not run must not pass. */
const isCi = !['', '0', 'false'].includes(process.env.CI ?? '');

/** The kind of a test file, by its path; anything else counts as unit. */
const kindsByPath = [
	[/^test\/nodes\//, 'nodes'],
	[/^test\/sandbox\/|\/sandbox\.test\.mts$/, 'sandbox contract'],
	[/^test\/e2e\//, 'e2e'],
	[/^test\/ui\//, 'ui'],
	[/^test\/postgres\//, 'postgres'],
	[/^test\/queue\//, 'queue'],
];

/** The kind that a test file counts as. */
function kindOf(file) {
	const path = relative(root, file).split(sep).join('/');
	return kindsByPath.find(([pattern]) => pattern.test(path))?.[1] ?? 'unit';
}

function report(project) {
	return join(reports, `${project}.json`);
}

function count(kind, passed, failed) {
	const before = counts.get(kind) ?? { passed: 0, failed: 0 };
	counts.set(kind, { passed: before.passed + passed, failed: before.failed + failed });
}

/** Counts jest's tests by kind. A file that could not run at all has no tests, and is one failure. */
function countTests(project, code) {
	const file = report(project);
	if (!existsSync(file)) return count(project, 0, 1);
	const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
	for (const { name, status, assertionResults } of testResults) {
		const kind = kindOf(name);
		const having = (wanted) => assertionResults.filter((result) => result.status === wanted).length;
		const brokenFile = status === 'failed' && having('failed') === 0 ? 1 : 0;
		count(kind, having('passed'), having('failed') + brokenFile);
	}
	// jest can also fail for a reason that is in no file, such as finding no tests.
	if (code !== 0 && total('failed') === 0) count(project, 0, 1);
}

function total(which) {
	return [...counts.values()].reduce((sum, byKind) => sum + byKind[which], 0);
}

/** Runs a command and gives its exit code; one that cannot be started has failed. */
async function exitCode([file, ...args]) {
	return await run(file, args).catch((error) => {
		console.error(error.message);
		return 1;
	});
}

async function runStage({ kind, title = kind, needs, command, project, uncounted }) {
	console.log(`\n── ${title}`);
	if (needs && (await exitCode(needs.command)) !== 0) {
		if (!isCi) {
			console.log(`not run: ${needs.otherwise}`);
			notRun.push({ kind, why: `: ${needs.otherwise}`, packages: needs.packages });
			return true;
		}
		count(kind, 0, 1);
		return false;
	}
	const code = await exitCode(command);
	if (project) countTests(project, code);
	else if (!uncounted || code !== 0) count(kind, code === 0 ? 1 : 0, code === 0 ? 0 : 1);
	return code === 0;
}

const began = Date.now();
for (const [i, stage] of stages.entries()) {
	if (await runStage(stage)) continue;
	notRun.push(...stages.slice(i + 1).filter(({ uncounted }) => !uncounted));
	break;
}
rmSync(reports, { recursive: true, force: true });

console.log(`\n── summary (${Math.round((Date.now() - began) / 1000)} s)`);
for (const [kind, { passed, failed }] of counts) {
	console.log(`  ${kind.padEnd(18)} ${String(passed).padStart(4)} passed, ${failed} failed`);
}
for (const { kind, why = '' } of notRun) console.log(`  ${kind.padEnd(18)}    – not run${why}`);
const packages = notRun.flatMap(({ packages: its = [] }) => its);
if (packages.length > 0) {
	console.log(`To run these too: sudo apt-get install -y ${packages.join(' ')} && npm test`);
}
process.exitCode = total('failed') ? 1 : 0;
console.log(`${total('passed')} passed, ${total('failed')} failed`);
