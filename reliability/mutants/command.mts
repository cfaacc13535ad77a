import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import pc from 'picocolors';
import { projectRoot } from '../../harness/folders.mts';
import { printTable, seconds } from '../figures.mts';
import { allowed } from './allowed.mts';
import { NOT_IN_SAMPLE, originalOf, TEXT_FOR_PEOPLE } from './original.mjs';

/** What is mutated, and the tests that must notice: the folder's own, whatever others would find. */
const FOLDERS: readonly Folder[] = [
	{ folder: 'messages', tests: ['test/messages/**/*'] },
	{ folder: 'gateways', tests: ['test/gateways/**/*', 'gateways/**/*'] },
	{
		folder: 'stores',
		without: 'stores/postgres',
		// What the board counts is tested by the pages that show it.
		tests: ['test/stores/**/*', 'test/board/counted'],
	},
	// SQL is judged by a server of its own.
	{
		folder: 'stores/postgres',
		tests: [
			'test/stores/postgres/**/*',
			'test/postgres/{backend,doNotContact,many,recent,table,turn}',
		],
	},
	{ folder: 'board', tests: ['test/board/**/*', 'test/nodes/board'] },
	{
		folder: 'nodes/MessageSchedulerTrigger',
		// What no gateway of the registry needs of the trigger yet is tested with one of its own.
		tests: ['test/nodes/**/*{rigger,networkReach,received}*', 'test/package/newAbilities'],
	},
];

interface Folder {
	readonly folder: string;
	/** A folder in it that is judged by itself. */
	readonly without?: string;
	/** Test files, without their ending. */
	readonly tests: readonly string[];
}

/** The share that must be noticed in each folder. */
const ENOUGH = 0.9;

type Mutant = Awaited<ReturnType<Stryker['runMutationTest']>>[number];

interface Options {
	/** A folder, or a part of its path. */
	only?: string;
	/** At most so many mutants in each folder; 150 unless given. */
	sample?: string;
	seed?: string;
	'at-once'?: string;
}

/**
 * Lets StrykerJS break each folder in small ways, one after the other, and tells whether the unit
 * tests notice: a random sample of the mutants, the same for the same seed.
 */
export async function checkMutants(options: Options): Promise<boolean> {
	const { only, sample = '150', seed = '1' } = options;
	const named = FOLDERS.filter(({ folder }) => folder === only);
	const chosen =
		named.length > 0 ? named : FOLDERS.filter(({ folder }) => folder.includes(only ?? ''));
	if (chosen.length === 0) {
		throw new Error(`--only is none of ${FOLDERS.map(({ folder }) => folder).join(', ')}.`);
	}
	// Else each mutant of the stores waits for 200 simulated days; what the first do not show, few others do.
	process.env.RELIABILITY_DAYS ??= '20';
	const results: Result[] = [];
	for (const each of chosen) {
		const { folder } = each;
		const began = Date.now();
		const mutants = await mutate(each, {
			size: wholeNumber('--sample', sample),
			seed: wholeNumber('--seed', seed),
			atOnce: options['at-once'] && wholeNumber('--at-once', options['at-once']),
		});
		const result = { folder, mutants, tookMs: Date.now() - began };
		printSurvivors(result);
		results.push(result);
	}
	printTable(
		[
			'folder',
			'mutants',
			'tried',
			'noticed',
			'of these by time-out',
			'survived',
			'not reached by a test',
			'share',
			'time',
		],
		results.map(figuresOf),
	);
	return results.every((result) => share(result) >= ENOUGH);
}

interface Result {
	readonly folder: string;
	readonly mutants: readonly Mutant[];
	readonly tookMs: number;
}

async function mutate(
	{ folder, without, tests }: Folder,
	{ size, seed, atOnce }: { size: number; seed: number; atOnce?: number | '' },
): Promise<Mutant[]> {
	const root = projectRoot();
	const own = (name: string) => join(root, 'reliability/mutants', name);
	const stryker = new Stryker({
		// Generated data: a test makes the file again and compares it, letter by letter.
		mutate: [
			`${folder}/**/*.ts`,
			'!messages/countries.ts',
			'!messages/recipientTime/zoneLines.ts',
			...(without === undefined ? [] : [`!${without}/**/*`]),
		],
		testRunner: 'jest',
		coverageAnalysis: 'perTest',
		plugins: ['@stryker-mutator/jest-runner', own('sample.mjs')],
		checkers: ['sample'],
		jest: {
			projectType: 'custom',
			config: {
				...unitTests(root),
				// StrykerJS runs the tests in a copy, and says where that is by the working directory.
				rootDir: '.',
				testMatch: tests.map((pattern) => `<rootDir>/${pattern}.test.mts`),
				runner: own('runner.cjs'),
				testEnvironment: own('environment.cjs'),
				testTimeout: 60_000,
			},
		},
		// What turns in circles is mostly found by counting; this long a wait is not a busy machine.
		timeoutMS: 180_000,
		dryRunTimeoutMinutes: 90,
		// n8n's core stays in the memory of a process, once for each test file that loads it.
		maxTestRunnerReuse: 100,
		...(atOnce ? { concurrency: atOnce } : {}),
		tempDirName: join(tmpdir(), 'mutants'),
		ignorePatterns: ['dist', 'demo', '*.tgz'],
		disableTypeChecks: false,
		reporters: ['progress-append-only'],
		warnings: {
			slow: false,
			unknownOptions: true,
			preprocessorErrors: true,
			unserializableOptions: true,
		},
		logLevel: 'warn',
		// Our own option, which the plugin declares.
		...{ sample: { size, seed } },
	} as ConstructorParameters<typeof Stryker>[0]);
	return await stryker.runMutationTest();
}

/** Jest's project of the unit tests: StrykerJS takes one project only. */
function unitTests(root: string): Record<string, unknown> {
	const { projects } = createRequire(import.meta.url)(join(root, 'jest.config.js')) as {
		projects: Array<Record<string, unknown>>;
	};
	const unit = projects.find(({ displayName }) => displayName === 'unit');
	if (unit === undefined) throw new Error('jest.config.js has no project "unit".');
	return unit;
}

const isTried = ({ status, statusReason }: Mutant): boolean =>
	// What does not even load is no mutant; what is left out is told as one that does not compile.
	status !== 'RuntimeError' &&
	!(status === 'CompileError' && [NOT_IN_SAMPLE, TEXT_FOR_PEOPLE].includes(statusReason ?? ''));
const isNoticed = ({ status }: Mutant): boolean => status === 'Killed' || status === 'Timeout';

function share({ mutants }: Result): number {
	const tried = mutants.filter(isTried);
	return tried.length === 0 ? 0 : tried.filter(isNoticed).length / tried.length;
}

function figuresOf(result: Result): unknown[] {
	const tried = result.mutants.filter(isTried);
	const having = (...statuses: string[]) =>
		tried.filter(({ status }) => statuses.includes(status)).length;
	return [
		`\`${result.folder}\``,
		result.mutants.filter(({ statusReason }) => statusReason !== TEXT_FOR_PEOPLE).length,
		tried.length,
		having('Killed', 'Timeout'),
		having('Timeout'),
		having('Survived'),
		having('NoCoverage'),
		`${(share(result) * 100).toFixed(1)} %`,
		seconds(result.tookMs),
	];
}

/** Names each mutant that no test noticed, with the reason why it may live where one is written. */
function printSurvivors({ folder, mutants }: Result): void {
	const survivors = mutants.filter((mutant) => isTried(mutant) && !isNoticed(mutant));
	console.log(`\n${folder}: ${survivors.length} not noticed`);
	const sources = new Map<string, string>();
	for (const { fileName, location, mutatorName, replacement, status } of survivors) {
		const source = sources.get(fileName) ?? readFileSync(fileName, 'utf8');
		sources.set(fileName, source);
		const file = relative(projectRoot(), fileName);
		const original = oneLine(originalOf(source, fromZero(location)));
		const reason = allowed.find(
			(each) =>
				each.file === file &&
				oneLine(each.original) === original &&
				(each.replacement === undefined || oneLine(each.replacement) === oneLine(replacement)),
		)?.reason;
		console.log(
			[
				`  ${file}:${location.start.line} ${mutatorName}${status === 'NoCoverage' ? ', not reached' : ''}`,
				`    ${pc.red(`- ${original}`)}`,
				`    ${pc.green(`+ ${oneLine(replacement)}`)}`,
				...(reason === undefined ? [] : [`    may live: ${reason}`]),
			].join('\n'),
		);
	}
}

/** Results count lines and columns from 1, mutants on their way from 0. */
const fromZero = ({ start, end }: Mutant['location']) => ({
	start: { line: start.line - 1, column: start.column - 1 },
	end: { line: end.line - 1, column: end.column - 1 },
});

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

function wholeNumber(option: string, value: string): number {
	if (!/^[1-9]\d{0,8}$/.test(value))
		throw new Error(`${option} must be a whole number, at least 1.`);
	return Number(value);
}
