'use strict';
/**
 * Jest's environment for `npm run reliability mutants`: with a mutant in the code, the first test that
 * fails is enough, and the rest of its file is skipped.
 */
const { TestEnvironment } = require('jest-environment-node');

/** Tests that are left out, by their names. */
const LEFT_OUT = new Set([
	// They read the sources, which StrykerJS has filled with its mutants.
	'uses none of the words that frighten',
	// They fill a large table, to see that an index is used: as long for each mutant as all others together.
	'asks a list of 1,000,000 people by its index',
	'moves, and cancels, a thousand of 100,000 by one statement each',
	'finds them by the index of recipients, among many messages of the account',
]);

module.exports = class FirstFailureIsEnough extends TestEnvironment {
	#hasFailed = false;

	handleTestEvent(event) {
		if (event.name === 'test_start' && LEFT_OUT.has(event.test.name)) {
			event.test.mode = 'skip';
		}
		if (process.env.__STRYKER_ACTIVE_MUTANT__ === undefined) return;
		if (event.name === 'test_done' && event.test.errors.length > 0) this.#hasFailed = true;
		if (event.name === 'test_start' && this.#hasFailed) event.test.mode = 'skip';
	}
};
