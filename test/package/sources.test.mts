import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { gateways } from '../../gateways/registry';

/** Which way the arrows of docs/architecture.md run, and what the sources may use. */
const root = join(__dirname, '../..');
const LAYERS = ['messages', 'board', 'gateways', 'stores', 'credentials', 'nodes'] as const;

interface Source {
	readonly path: string;
	readonly text: string;
	/** Without comments: what runs, and what users read. */
	readonly code: string;
	readonly imports: ReadonlyArray<{ readonly from: string; readonly isType: boolean }>;
}

const sources: Source[] = LAYERS.flatMap((layer) =>
	readdirSync(join(root, layer), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.ts'))
		.map((name) => {
			const path = join(layer, name);
			const text = readFileSync(join(root, path), 'utf8');
			return { path, text, code: withoutComments(text), imports: importsOf(path, text) };
		}),
);

function withoutComments(text: string): string {
	return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** Our own files by their path from the root, others by their name. */
function importsOf(path: string, text: string) {
	const statements = text.matchAll(
		/^(?:import|export)\s[^;]*?from\s+'([^']+)'|import\('([^']+)'\)|require\('([^']+)'\)/gm,
	);
	return [...statements].map((match) => {
		const from = match[1] ?? match[2] ?? match[3];
		const named = /\{([^}]*)\}/.exec(match[0])?.[1].split(',') ?? [];
		const allTypes =
			named.some((name) => name.trim()) &&
			named.every((name) => !name.trim() || /^\s*type\s/.test(name));
		return {
			from: from.startsWith('.') ? normalize(join(dirname(path), from)) : from,
			isType: /^(import|export)\s+type\b/.test(match[0]) || allTypes,
		};
	});
}

const layerOf = (path: string) =>
	LAYERS.find((layer) => path === layer || path.startsWith(`${layer}/`));

it('finds the sources and their imports', () => {
	expect(sources.length).toBeGreaterThan(80);
	expect(sources.flatMap(({ imports }) => imports).length).toBeGreaterThan(200);
});

it.each([
	['messages', ['messages']],
	['board', ['messages', 'board']],
	['gateways', ['messages', 'gateways']],
	['stores', ['messages', 'gateways', 'stores']],
	['credentials', ['gateways', 'credentials']],
	['nodes', ['messages', 'board', 'gateways', 'stores', 'nodes']],
])('%s imports only from %j', (layer, allowed) => {
	const wrong = sources
		.filter(({ path }) => layerOf(path) === layer)
		.flatMap(({ path, imports }) =>
			imports
				.filter(({ from }) => layerOf(from) !== undefined && !allowed.includes(layerOf(from)!))
				.map(({ from }) => `${path} → ${from}`),
		);
	expect(wrong).toEqual([]);
});

it('a gateway’s folder imports no other gateway’s', () => {
	const folders = gateways.map(({ id }) => id);
	const wrong = sources.flatMap(({ path, imports }) => {
		const [, own] = path.split('/');
		if (!folders.includes(own)) return [];
		return imports
			.filter(({ from }) => folders.some((id) => id !== own && from.startsWith(`gateways/${id}`)))
			.map(({ from }) => `${path} → ${from}`);
	});
	expect(wrong).toEqual([]);
});

it('only the registry reaches into a gateway’s folder', () => {
	const wrong = sources.flatMap(({ path, imports }) =>
		imports
			.filter(({ from }) => gateways.some(({ id }) => `${from}/`.startsWith(`gateways/${id}/`)))
			.filter(() => !gateways.some(({ id }) => path.startsWith(`gateways/${id}/`)))
			.map(({ from }) => `${path} → ${from}`),
	);
	expect(new Set(wrong.map((each) => each.split(' ')[0]))).toEqual(
		new Set(['gateways/registry.ts']),
	);
});

it('what runs inside n8n imports nothing of the tools', () => {
	const wrong = sources.flatMap(({ path, imports }) =>
		imports.filter(({ from }) => /\.(mts|json)$/.test(from)).map(({ from }) => `${path} → ${from}`),
	);
	expect(wrong).toEqual([]);
});

it('messages, board, gateways and stores use nothing of n8n', () => {
	const wrong = sources
		.filter(({ path }) => ['messages', 'board', 'gateways', 'stores'].includes(layerOf(path)!))
		.flatMap(({ path, imports }) =>
			imports.filter(({ from, isType }) => from === 'n8n-workflow' && !isType).map(() => path),
		);
	expect(wrong).toEqual([]);
});

it('only what every supported n8n has is imported', () => {
	const allowed = ['n8n-workflow', 'luxon', 'lodash', 'zod', 'crypto', 'node:crypto'];
	const others = sources.flatMap(({ path, imports }) =>
		imports
			.filter(({ from }) => layerOf(from) === undefined && !allowed.includes(from))
			.map(({ from }) => `${path} → ${from}`),
	);
	expect(others).toEqual([]);
});

it('no rule of the linter is switched off', () => {
	const disabled = sources.filter(({ text }) =>
		/eslint-disable|@ts-(ignore|nocheck|expect-error)/.test(text),
	);
	expect(disabled.map(({ path }) => path)).toEqual([]);
});

describe('a gateway’s name', () => {
	const elsewhere = sources.filter(
		({ path }) =>
			path !== 'gateways/registry.ts' &&
			!gateways.some(({ id }) => path.startsWith(`gateways/${id}/`)) &&
			// What both gateways of one vendor share.
			!path.startsWith('gateways/hypersender/'),
	);
	/** Descriptions for users that name a gateway as an example; nothing is decided by them. */
	const EXAMPLES = [
		'nodes/MessageScheduler/fields/cancelOptions.ts',
		'nodes/MessageScheduler/fields/scheduleOptions.ts',
		'nodes/MessageScheduler/operations/message/get.operation.ts',
		'nodes/MessageSchedulerTrigger/fields.ts',
	];

	it('(its id) decides nothing outside its folder and the registry', () => {
		const wrong = elsewhere.flatMap(({ path, code }) =>
			gateways.filter(({ id }) => code.includes(id)).map(({ id }) => `${path}: ${id}`),
		);
		expect(wrong).toEqual([]);
	});

	it('(its label) stands outside only in texts for users', () => {
		const wrong = elsewhere
			.filter(({ code }) => gateways.some(({ label }) => code.includes(label)))
			.map(({ path }) => relative('.', path))
			.filter((path) => !EXAMPLES.includes(path));
		expect(wrong).toEqual([]);
		for (const path of EXAMPLES) {
			const { code } = sources.find((source) => source.path === path)!;
			const lines = code
				.split('\n')
				.filter((line) => gateways.some(({ label }) => line.includes(label)));
			for (const line of lines) expect(line).toMatch(/^\t+(description: )?['`].* .* .*['`],$/);
		}
	});
});
