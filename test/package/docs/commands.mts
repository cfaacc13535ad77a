import { blocksOf, files, proseOf, read } from './markdown.mts';

/** What the pages tell a person to type, held against what there is to run. */
const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };

/** Programs that are not ours: named in the pages, and not held against anything. */
const OTHERS = ['curl', 'openssl'];

/** Of npm's own; the other words behind `npm` are scripts of package.json. */
const OF_NPM = ['install', 'pack'];

/** Published packages that are run from the registry. */
const PUBLISHED = ['@n8n/scan-community-package'];

/** Every command of a page: lines of shell blocks, and code in the text that begins like one. */
export function commandsOf(path: string): string[] {
	const markdown = read(path);
	const lines = blocksOf(markdown)
		.filter(({ language }) => ['sh', 'bash', ''].includes(language))
		.flatMap(({ text }) => text.split('\n'))
		.map((line) => line.replace(/\s#.*$/, '').trim())
		// Not every block without a language is one of commands: trees and diagrams are none.
		.filter((line) => /^(npm|npx|node|curl|openssl|UPDATE_DOCS=1) /.test(line));
	const inText = [...proseOf(markdown).matchAll(/`((?:UPDATE_DOCS=1 )?(?:npm|npx|node) [^`]+)`/g)];
	const inComments = [...markdown.matchAll(/<!--.*?((?:UPDATE_DOCS=1 )npx [^>]*?) -->/g)];
	return [...lines, ...[...inText, ...inComments].map((match) => match[1])];
}

/** What is wrong with a command; null where it names only what there is. */
export function problemOf(command: string): string | null {
	const [program, ...words] = command.replace(/^UPDATE_DOCS=1 /, '').split(/\s+/);
	if (OTHERS.includes(program)) return null;
	if (program === 'node') return missing(words[0]);
	if (program === 'npx') return npxProblem(words);
	const [verb, name] = words;
	if (verb !== 'run') {
		if (OF_NPM.includes(verb)) return null;
		return Object.hasOwn(scripts, verb) ? scriptProblem(verb, words.slice(1)) : `no "npm ${verb}"`;
	}
	return Object.hasOwn(scripts, name) ? scriptProblem(name, words.slice(2)) : `no script "${name}"`;
}

const missing = (path: string): string | null =>
	files.includes(path) ? null : `there is no ${path}`;

function npxProblem([what, ...words]: string[]): string | null {
	if (what === 'tsx') return missing(words[0]);
	if (what === 'tsc') return missing(words[words.indexOf('-p') + 1]);
	if (what === 'jest') {
		const patterns = words.filter((word, i) => !word.startsWith('-') && words[i - 1] !== PROJECTS);
		const inVain = patterns.filter(
			(pattern) => !pattern.includes('<') && !tests.some((path) => new RegExp(pattern).test(path)),
		);
		return inVain.length === 0 ? null : `no test is at ${inVain.join(', ')}`;
	}
	return PUBLISHED.includes(what) ? null : `npx ${what} is nothing of ours`;
}

const PROJECTS = '--selectProjects';
const tests = files.filter((path) => path.endsWith('.test.mts'));

/** The options behind `--` must be known where the script's code is. */
function scriptProblem(name: string, words: readonly string[]): string | null {
	const folder = sourceFolder(scripts[name]);
	if (folder === null) return null;
	const code = files
		.filter((path) => path.startsWith(`${folder}/`) && path.endsWith('.mts'))
		.map(read)
		.join('\n');
	const unknown = words
		.filter((word) => /^\[?--[a-z]/.test(word))
		.map((word) => word.replace(/^\[?--|\]$/g, ''))
		.filter((option) => !new RegExp(`^\\s*'?${option}'?: \\{ type:`, 'm').test(code));
	if (unknown.length > 0) return `"npm run ${name}" knows no --${unknown.join(', --')}`;
	const [first = ''] = words.filter((word) => /^[a-z]+$/i.test(word));
	const isOption = words[words.indexOf(first) - 1]?.startsWith('--');
	if (first === '' || isOption || folder === 'demo' || folder === 'sandbox') return null;
	return new RegExp(`^\\s*${first}[,:]`, 'm').test(code) ? null : `${folder} knows no "${first}"`;
}

/** Where the code behind a script is: `tsx bench/cli.mts` in `bench`. */
const sourceFolder = (script: string): string | null =>
	script === 'node scripts/start.mjs' ? 'demo' : (/^tsx (\w+)\//.exec(script)?.[1] ?? null);
