import { gateways } from '../../gateways/registry';
import { files, read, written } from './docs/markdown.mts';

/**
 * A gateway is one folder: whoever adds one edits nothing else but the two registries and the
 * changelog. So no other file lists the gateways by hand. A file may show something by a gateway of its
 * choosing; one that names many is a list that the next one is missing from.
 */
const MANY = 4;

const REGISTRIES = ['gateways/registry.ts', 'sandbox/registry.mts'];

/** Lists that are written by a command; those of `npm run docs:generate` by test/package/docs/generated.mts. */
const GENERATED = [
	'.github/ISSUE_TEMPLATE/bug.yml',
	'nodes/MessageScheduler/MessageScheduler.node.json',
	// Written by `npm run reliability cells`.
	'reliability/cells/result.json',
];

/** Files that name many, and need no change for another one. */
const NAME_MANY: Readonly<Record<string, string>> = {
	'CHANGELOG.md': 'says what changed at which gateway',
	'README.md': 'what is different at one gateway, where it is used',
	'docs/troubleshooting.md': 'symptoms that users have at one gateway',
	'docs/reliability.md': 'what was measured, and what each vendor makes impossible',
	'docs/operations.md': 'fields that mean something else at one gateway',
	'docs/benchmarks.md': 'figures that were measured',
	'bench/normalise.mts': 'the samples whose figures stand in docs/benchmarks.md',
	'test/e2e/gateways.test.mts': 'how each vendor’s own list of webhooks is kept, on one n8n',
	'test/gateways/faults.test.mts': 'the vendors’ refusals, side by side',
	'test/gateways/eventText.test.mts': 'where in a webhook each vendor has the text',
	'test/nodes/action.test.mts': 'what single gateways cannot do, through the node',
	'test/nodes/trigger.test.mts': 'one webhook of each vendor through the node',
	'test/nodes/uploads.test.mts': 'how each vendor takes a file',
	'test/sandbox/page.test.mts': 'what single dialects do when somebody presses a button',
};

/** What tests, benchmarks, examples and prose may do: show something by a gateway of their choosing. */
const MAY_CHOOSE = [
	/^(test|bench|reliability|scripts|examples|docs)\//,
	/^(README|SECURITY|CONTRIBUTING)\.md$/,
	// Found on npm by the vendors' names.
	/^package\.json$/,
	// How to use it.
	/^sandbox\/README\.md$/,
	// The one that `npm start` shows unless told otherwise.
	/^demo\/options\.mts$/,
];

const isOwn = (path: string): boolean =>
	gateways.some(({ id }) => path.startsWith(`gateways/${id}/`));
/** What both gateways of one vendor share. */
const isShared = (path: string): boolean => path.startsWith('gateways/hypersender/');
const isText = (path: string): boolean =>
	/\.(m?ts|[cm]?js|json|md|ya?ml)$/.test(path) && path !== 'package-lock.json';

const naming = files
	.filter((path) => isText(path) && !isOwn(path) && !isShared(path))
	.filter((path) => ![...REGISTRIES, ...GENERATED].includes(path))
	.flatMap((path) => {
		const text = path.endsWith('.md') ? written(read(path)) : withoutComments(path);
		const named = gateways.filter(({ id, label }) => text.includes(id) || text.includes(label));
		return named.length === 0 ? [] : [{ path, named }];
	});

/** What is said in a comment decides nothing. */
function withoutComments(path: string): string {
	const text = read(path);
	if (!/\.m?ts$/.test(path)) return text;
	return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

it('finds files that name gateways', () => {
	expect(naming.length).toBeGreaterThan(20);
});

it('no file outside its folder lists the gateways by hand', () => {
	const lists = naming.filter(({ named }) => named.length >= MANY);
	expect(lists.map(({ path }) => path).filter((path) => !(path in NAME_MANY))).toEqual([]);
});

it('names each exception that there is, and none that there is not', () => {
	const lists = naming.filter(({ named }) => named.length >= MANY);
	const paths = lists.map(({ path }) => path);
	expect(Object.keys(NAME_MANY).filter((path) => !paths.includes(path))).toEqual([]);
});

// What runs inside n8n, `.ts`, is held by test/package/sources.test.mts.
it('sandbox, harness and demo name none, nor does anything else that need not', () => {
	const wrong = naming
		.map(({ path }) => path)
		.filter((path) => !path.endsWith('.ts') && !(path in NAME_MANY))
		.filter((path) => !MAY_CHOOSE.some((pattern) => pattern.test(path)));
	expect(wrong).toEqual([]);
});
