'use strict';
/**
 * Runs jest's test files for `npm run reliability mutants`. With a mutant in the code, only files are loaded
 * that have a test to run, what was quick before comes first, and after the first file that fails no
 * other is begun, since the mutant is noticed. Jest's own `bail` would end the process, in which
 * StrykerJS runs one mutant after the other.
 */
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { default: TestRunner } = require('jest-runner');

/**
 * For each test file, how long it took without a mutant, in milliseconds, and the names of its tests.
 * Kept in StrykerJS's copy of the project, which is the working directory: only one of its processes
 * runs the tests without a mutant.
 */
const FILE = join(process.cwd(), 'test-files.json');
const known = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};

/** Set by StrykerJS for as long as a mutant is in the code. */
const isMutated = () => process.env.__STRYKER_ACTIVE_MUTANT__ !== undefined;

module.exports = class QuickestFirst extends TestRunner {
	async runTests(tests, watcher, options) {
		if (!isMutated()) return await this.#runAll(tests, watcher, options);
		let hasFailed = false;
		this.on('test-file-success', ([, { numFailingTests }]) => {
			hasFailed ||= numFailingTests > 0;
		});
		this.on('test-file-failure', () => {
			hasFailed = true;
		});
		// StrykerJS names the tests that come by the mutant; none where it is met while a file is loaded.
		const { testNamePattern } = this._globalConfig;
		const pattern = testNamePattern ? new RegExp(testNamePattern, 'i') : /^/;
		const duration = ({ path }) => known[path]?.duration ?? 0;
		const chosen = tests
			.filter(({ path }) => known[path]?.names.some((name) => pattern.test(name)) ?? true)
			.sort((a, b) => duration(a) - duration(b));
		for (const test of chosen) {
			if (hasFailed) return;
			await super.runTests([test], watcher, options);
		}
	}

	async #runAll(tests, watcher, options) {
		this.on('test-file-success', ([{ path }, { perfStats, testResults }]) => {
			const names = testResults.map(({ fullName }) => fullName);
			known[path] = { duration: perfStats.end - perfStats.start, names };
		});
		await super.runTests(tests, watcher, options);
		writeFileSync(FILE, JSON.stringify(known));
	}
};
