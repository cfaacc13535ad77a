'use strict';
/**
 * Jest's environment for `npm run reliability mutants`: with a mutant in the code, the first test that
 * fails is enough, and the rest of its file is skipped.
 */
const { TestEnvironment } = require('jest-environment-node');

/** Tests that read the sources, which StrykerJS has filled with its mutants; by their names. */
const READS_SOURCES = ['uses none of the words that frighten'];

module.exports = class FirstFailureIsEnough extends TestEnvironment {
	#hasFailed = false;

	handleTestEvent(event) {
		if (event.name === 'test_start' && READS_SOURCES.includes(event.test.name)) {
			event.test.mode = 'skip';
		}
		if (process.env.__STRYKER_ACTIVE_MUTANT__ === undefined) return;
		if (event.name === 'test_done' && event.test.errors.length > 0) this.#hasFailed = true;
		if (event.name === 'test_start' && this.#hasFailed) event.test.mode = 'skip';
	}
};
