/**
 * A plugin of StrykerJS, a "checker": it says for each mutant whether it is tried. Texts for people
 * are not, and of the others a sample is drawn, the same for the same seed.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { commonTokens, declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import { isTextForPeople, NOT_IN_SAMPLE, originalOf, TEXT_FOR_PEOPLE } from './original.mjs';

class Sample {
	static inject = [commonTokens.options];
	#size;
	#seed;
	/** Why each mutant is left out, by its id. */
	#leftOut = new Map();

	constructor(options) {
		this.#size = options.sample.size;
		this.#seed = options.sample.seed;
	}

	async init() {}

	/** StrykerJS asks here first, with all mutants at once. */
	async group(mutants) {
		const sources = new Map();
		const source = (path) => {
			if (!sources.has(path)) sources.set(path, readFileSync(path, 'utf8'));
			return sources.get(path);
		};
		const times = new Map();
		const eligible = [];
		for (const mutant of mutants) {
			const text = source(mutant.fileName);
			if (isTextForPeople(text, mutant)) {
				this.#leftOut.set(mutant.id, TEXT_FOR_PEOPLE);
				continue;
			}
			// Not by its line: so a sample stays almost the same when something else changes.
			const what = JSON.stringify([
				relative(process.cwd(), mutant.fileName),
				mutant.mutatorName,
				originalOf(text, mutant.location),
				mutant.replacement,
			]);
			const nth = times.get(what) ?? 0;
			times.set(what, nth + 1);
			const rank = createHash('sha1').update(`${this.#seed} ${nth} ${what}`).digest('hex');
			eligible.push({ id: mutant.id, rank });
		}
		eligible.sort((a, b) => (a.rank < b.rank ? -1 : 1));
		for (const { id } of eligible.slice(this.#size)) this.#leftOut.set(id, NOT_IN_SAMPLE);
		return [mutants.map(({ id }) => id)];
	}

	async check(mutants) {
		return Object.fromEntries(
			mutants.map(({ id }) => {
				const reason = this.#leftOut.get(id);
				// The only word that StrykerJS has for a mutant that is not to be tried.
				return [id, reason ? { status: 'compileError', reason } : { status: 'passed' }];
			}),
		);
	}
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Checker, 'sample', Sample)];

export const strykerValidationSchema = {
	properties: {
		sample: {
			type: 'object',
			properties: { size: { type: 'number' }, seed: { type: 'number' } },
		},
	},
};
