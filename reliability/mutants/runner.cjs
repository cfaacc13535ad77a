'use strict';
/**
 * Runs jest's test files for `npm run reliability mutants`: with a mutant in the code, what was quick
 * before comes first, and after the first file that fails no other is begun, since the mutant is
 * noticed. Jest's own `bail` would end the process, in which StrykerJS runs one mutant after the
 * other.
 */
const { default: TestRunner } = require('jest-runner');

/** How long each test file took when it last ran, in milliseconds. */
const durations = new Map();

/** Set by StrykerJS for as long as a mutant is in the code. */
const isMutated = () => process.env.__STRYKER_ACTIVE_MUTANT__ !== undefined;

module.exports = class QuickestFirst extends TestRunner {
	async runTests(tests, watcher, options) {
		let hasFailed = false;
		this.on('test-file-success', ([test, result]) => {
			if (!isMutated()) {
				const { start, end } = result.perfStats;
				durations.set(test.path, end - start);
			}
			hasFailed ||= result.numFailingTests > 0;
		});
		this.on('test-file-failure', () => {
			hasFailed = true;
		});
		if (!isMutated()) return await super.runTests(tests, watcher, options);
		const duration = ({ path }) => durations.get(path) ?? 0;
		for (const test of [...tests].sort((a, b) => duration(a) - duration(b))) {
			if (hasFailed) return;
			await super.runTests([test], watcher, options);
		}
	}
};
