import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020';
import formats from 'ajv-formats';
import type { INodeProperties } from 'n8n-workflow';
import { MessageGatewayApi } from '../../credentials/MessageGatewayApi.credentials';
import { gateways } from '../../gateways/registry';
import { MessageScheduler } from '../../nodes/MessageScheduler/MessageScheduler.node';
import { MessageSchedulerTrigger } from '../../nodes/MessageSchedulerTrigger/MessageSchedulerTrigger.node';
import { examplesOf } from '../gateways/examples.mts';
import { commandsOf, problemOf } from './docs/commands.mts';
import { eventOf, generated, generatedLists, statusesSaid } from './docs/generated.mts';
import {
	between,
	blocksOf,
	brokenLinks,
	files,
	fill,
	markdownFiles,
	placesOf,
	read,
	root,
	sectionsOf,
} from './docs/markdown.mts';

/**
 * The pages say what the code does: each table of data, each JSON, each command, each link, each
 * name of a field is held against what there is.
 *
 * What is generated is written anew by
 * `npm run docs:generate`.
 */
const HOW = 'Write it again: npm run docs:generate';
const isUpdate = process.env.UPDATE_DOCS === '1';

const json = (path: string): unknown => JSON.parse(read(path));

describe('what is generated', () => {
	it.each([
		'README.md',
		'docs/credentials.md',
		'docs/operations.md',
		'docs/gateways.md',
		'docs/operations-by-gateway.md',
		'docs/recipients-time.md',
		'docs/replies.md',
		'docs/status-events.md',
		...gateways.map(({ id }) => `gateways/${id}/README.md`),
	])('%s has what the code says', async (page) => {
		const places = (await generated())[page];
		let text = read(page);
		const missing = Object.keys(places).filter((name) => between(text, name) === null);
		expect([page, 'lacks the places', missing]).toEqual([page, 'lacks the places', []]);
		for (const [name, content] of Object.entries(places)) text = fill(text, name, content);
		if (isUpdate) writeFileSync(join(root, page), text);
		if (read(page) !== text) throw new Error(`${page} is not what the code says. ${HOW}`);
	});

	it.each(Object.keys(generatedLists))('%s lists every gateway', (path) => {
		const text = generatedLists[path](read(path));
		if (isUpdate) writeFileSync(join(root, path), text);
		if (read(path) !== text) throw new Error(`${path} is not what the code says. ${HOW}`);
	});

	it('is all that stands between marks', async () => {
		const all = await generated();
		const strange = markdownFiles.flatMap((page) =>
			placesOf(read(page))
				.filter((name) => !Object.hasOwn(all[page] ?? {}, name))
				.map((name) => `${page}: ${name}`),
		);
		expect(strange).toEqual([]);
	});
});

describe('the status event of docs/status-events.md', () => {
	const ajv = new Ajv2020({ strict: true, strictTypes: false });
	formats.default(ajv);
	const validate = ajv.compile(json('docs/status-event.schema.json') as object);

	it.each(gateways)(
		'$id: the example of its page is what the parser makes of the fixture, and valid',
		async ({ id }) => {
			const { event } = await examplesOf(id);
			const { text } = sectionsOf(read(`gateways/${id}/README.md`)).find(
				({ title }) => title === 'Statuses',
			)!;
			const [block] = blocksOf(text);
			expect([id, block?.language]).toEqual([id, 'json']);
			const shown: unknown = JSON.parse(block.text);
			expect(shown).toEqual(JSON.parse(JSON.stringify(await eventOf(id))));
			expect([validate(shown), validate.errors]).toEqual([true, null]);
			expect(text).toContain(`](fixtures/${event})`);
		},
	);

	it.each(gateways)(
		'$id: the words come to the statuses that it says it reports',
		async (gateway) => {
			expect([...(await statusesSaid(gateway))].sort()).toEqual(
				[...gateway.capabilities.webhooks.statuses].sort(),
			);
		},
	);

	it('explains each key', () => {
		const { required } = json('docs/status-event.schema.json') as { required: string[] };
		const { text } = sectionsOf(read('docs/status-events.md')).find(
			({ title }) => title === 'Keys',
		)!;
		expect(required.filter((key) => !text.includes(`| \`${key}\` |`))).toEqual([]);
	});
});

it('docs/replies.md explains each field of a received message, in its order', () => {
	const { required } = json('docs/received-message.schema.json') as { required: string[] };
	const { text } = sectionsOf(read('docs/replies.md')).find(({ title }) => title === 'Fields')!;
	const explained = [...text.matchAll(/^\| `(\w+)` \|/gm)].map(([, field]) => field);
	expect(explained).toEqual(required);
});

describe('JSON', () => {
	const blocksIn = (page: string) =>
		blocksOf(read(page)).filter(({ language }) => language === 'json');

	it.each(markdownFiles)('of %s parses', (page) => {
		for (const { text, line } of blocksIn(page)) {
			expect([line, isJson(text)]).toEqual([line, true]);
		}
	});

	it('is there', () => expect(markdownFiles.flatMap(blocksIn).length).toBeGreaterThan(6));
});

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

interface Workflow {
	readonly name: string;
	readonly nodes: ReadonlyArray<{
		readonly name: string;
		readonly type: string;
		readonly parameters: Record<string, unknown>;
	}>;
	/** By node, then by kind: `main`, `ai_tool` and the like. */
	readonly connections: Record<string, Record<string, Array<Array<{ node: string }> | null>>>;
}

describe('examples', () => {
	const names = readdirSync(join(root, 'examples'));
	const ours: Record<string, INodeProperties[]> = {
		'n8n-nodes-message-scheduler.messageScheduler': new MessageScheduler().description.properties,
		'n8n-nodes-message-scheduler.messageSchedulerTool': new MessageScheduler().description
			.properties,
		'n8n-nodes-message-scheduler.messageSchedulerTrigger': new MessageSchedulerTrigger().description
			.properties,
	};

	it('stand all in the README’s recipes, and none else', () => {
		const { text } = sectionsOf(read('README.md')).find(({ title }) => title === 'Recipes')!;
		const named = [...text.matchAll(/\]\(examples\/([^)]+)\)/g)].map((match) => match[1]);
		expect(named.sort()).toEqual([...names].sort());
	});

	it.each(markdownFiles)('%s names only examples that there are', (page) => {
		const named = [...read(page).matchAll(/\b([a-z]+(?:-[a-z]+)+\.json)\b/g)]
			.map((match) => match[1])
			.filter((name) => !/fixtures|schema|lock/.test(name))
			.filter((name) => !files.some((path) => path.endsWith(`/${name}`) || path === name));
		expect(named).toEqual([]);
	});

	it.each(names)('%s has nodes and parameters that there are, and whole connections', (name) => {
		const { nodes, connections } = json(`examples/${name}`) as Workflow;
		const mine = nodes.filter(({ type }) => type.startsWith('n8n-nodes-message-scheduler.'));
		// The store workflow is what our node calls.
		if (name !== 'postgresql-store.json') expect(mine.length).toBeGreaterThan(0);
		for (const { type, parameters } of mine) {
			expect(unknownParameters(parameters, ours[type])).toEqual([]);
		}
		const known = nodes.map((node) => node.name);
		const linked = Object.values(connections).flatMap((kinds) =>
			Object.values(kinds)
				.flat()
				.flatMap((output) => (output ?? []).map(({ node }) => node)),
		);
		const lost = [...Object.keys(connections), ...linked].filter((each) => !known.includes(each));
		expect(lost).toEqual([]);
	});

	it('have the nodes that the pages name', () => {
		const nodes = ['first-message', 'follow-statuses', 'send-due-messages'].flatMap(
			(name) => (json(`examples/${name}.json`) as Workflow).nodes,
		);
		const steps = sectionsOf(read('README.md')).find(({ title }) => title === 'Quick start')!;
		for (const name of ['Schedule a Message', 'Send Due', 'Record Status']) {
			expect(nodes.map((node) => node.name)).toContain(name);
			expect(steps.text).toContain(`*${name}*`);
		}
		const without = gateways.filter(({ capabilities }) => capabilities.scheduling === null);
		const labels = without.map(({ label }) => label);
		const prose = steps.text.replace(/<!--.*?-->/g, '');
		expect(prose).toContain(`For ${labels.slice(0, -1).join(', ')} and ${labels.at(-1)}, set`);
	});
});

/** Parameters of a node that its description lacks for that operation, and values that no list has. */
function unknownParameters(
	parameters: Record<string, unknown>,
	properties: INodeProperties[],
): string[] {
	const defaults: Record<string, unknown> = {};
	const shown = (property: INodeProperties) => isShown(property, { ...defaults, ...parameters });
	for (const property of properties) {
		if (shown(property)) defaults[property.name] ??= property.default;
	}
	return Object.entries(parameters).flatMap(([name, value]) => {
		const property = properties.find((each) => each.name === name && shown(each));
		if (property === undefined) return [name];
		if (property.type === 'collection') {
			return unknownParameters(value as Record<string, unknown>, optionsOf(property)).map(
				(inner) => `${name}.${inner}`,
			);
		}
		const values = property.options?.map((option) => 'value' in option && option.value);
		const isListed = typeof value !== 'string' || value.startsWith('=') || values?.includes(value);
		return property.type === 'options' && !isListed ? [`${name} = ${String(value)}`] : [];
	});
}

const optionsOf = (property: INodeProperties) => (property.options ?? []) as INodeProperties[];

/** `/template.mode` is the mode of the locator *Template*. */
const parameterAt = (parameters: Record<string, unknown>, name: string): unknown =>
	name
		.replace(/^\//, '')
		.split('.')
		.reduce<unknown>(
			(value, key) => (value as Record<string, unknown> | undefined)?.[key],
			parameters,
		);

const isShown = ({ displayOptions }: INodeProperties, parameters: Record<string, unknown>) =>
	Object.entries(displayOptions?.show ?? {}).every(([name, values]) =>
		(values as unknown[]).includes(parameterAt(parameters, name)),
	) &&
	Object.entries(displayOptions?.hide ?? {}).every(
		([name, values]) => !(values as unknown[]).includes(parameterAt(parameters, name)),
	);

it.each(['docs/operations.md', 'docs/recipients-time.md'])(
	'%s lists its sections in their order',
	(page) => {
		const text = read(page);
		const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
		const listed = text.slice(0, text.indexOf('\n## ')).matchAll(/^- \[([^\]]+)\]\(#/gm);
		expect(sections.length).toBeGreaterThan(3);
		expect([...listed].map(([, title]) => title)).toEqual(sections);
	},
);

describe('docs/operations.md', () => {
	const page = read('docs/operations.md');
	const sections = sectionsOf(page);
	const textOf = (title: string, within = page) =>
		sectionsOf(within).find((section) => section.title === title)?.text ?? '';
	const { properties } = new MessageScheduler().description;
	const choices = (property: INodeProperties) =>
		(property.options ?? []) as Array<{ name: string; value: string }>;
	const resources = choices(properties.find(({ name }) => name === 'resource')!);
	const operations = resources.flatMap((resource) =>
		properties
			.filter(({ name }) => name === 'operation')
			.filter((property) => isShown(property, { resource: resource.value }))
			.flatMap(choices)
			.map((operation) => [resource, operation] as const),
	);
	const shared = textOf('Common parameters') + textOf('Common options');

	it('describes Schedule before what has the same names, which are then the short links', () => {
		expect(page.indexOf('\n### Schedule\n')).toBeLessThan(page.indexOf('\n## Do Not Contact\n'));
		expect(textOf('Common parameters')).toContain('| **Check Do Not Contact** |');
		expect(textOf('Cancel Many')).not.toContain('| **Check Do Not Contact** |');
	});

	/** Names of a property and of all that is in it, for bold in the page; choices are for italics. */
	function namesIn(property: INodeProperties): { fields: string[]; choices: string[] } {
		if (property.type === 'notice') return { fields: [], choices: [] };
		const inner = ['collection', 'fixedCollection'].includes(property.type)
			? optionsOf(property)
					.flatMap((option) => ('values' in option ? [option, ...valuesOf(option)] : [option]))
					.map((option) => namesIn(option))
			: [];
		const ownChoices = property.type === 'options' ? choices(property).map(({ name }) => name) : [];
		return {
			fields: [property.displayName, ...inner.flatMap(({ fields }) => fields)],
			choices: [
				// Some hundred zones and countries, and presets with a table of their own; the first stands for all.
				...(['timezone', 'fallbackTimezone', 'defaultCountry', 'quietHours'].includes(property.name)
					? ownChoices.slice(0, 1)
					: ownChoices),
				...(property.modes ?? []).map(({ displayName }) => displayName),
				...inner.flatMap((each) => each.choices),
			],
		};
	}
	const valuesOf = (option: unknown) => (option as { values: INodeProperties[] }).values;

	it.each(
		operations.map(
			([resource, operation]) => [resource.name, operation.name, resource, operation] as const,
		),
	)(
		'%s: %s has a section with each of its fields, options and choices by name',
		(_, name, resource, operation) => {
			const section = textOf(name, textOf(resource.name));
			expect(section).not.toBe('');
			const own = properties
				.filter((property) => !['resource', 'operation'].includes(property.name))
				.filter(({ displayOptions }) =>
					['resource', 'operation'].every((key) => {
						const wanted = (key === 'resource' ? resource : operation).value;
						return (displayOptions?.show?.[key] as unknown[] | undefined)?.includes(wanted);
					}),
				)
				.map(namesIn);
			expect(own.length).toBeGreaterThan(0);
			const fields = own.flatMap((each) => each.fields);
			const unnamed = fields.filter((field) => !`${section}${shared}`.includes(`**${field}**`));
			expect(unnamed).toEqual([]);
			// What is not shared by all must stand in the section itself.
			const everywhere = [...shared.matchAll(/\*\*([^*]+)\*\*/g)].map((match) => match[1]);
			const elsewhere = fields.filter(
				(field) => !everywhere.includes(field) && !section.includes(`**${field}**`),
			);
			expect(elsewhere).toEqual([]);
			const unsaid = own
				.flatMap((each) => each.choices)
				.filter((choice) => !page.includes(`*${choice}*`));
			expect(unsaid).toEqual([]);
		},
	);

	it('says what an option is unless one says otherwise, and how high it goes', () => {
		const options = [...properties, ...new MessageSchedulerTrigger().description.properties]
			.filter(({ type }) => type === 'collection')
			.flatMap(optionsOf);
		const rows = [...page.matchAll(/^\| \*\*([^*]+)\*\* \| (.*) \| ([^|]+) \|$/gm)];
		expect(rows.length).toBeGreaterThan(15);
		const wrong = rows.flatMap(([, name, does, otherwise]) => {
			const option = options.find(({ displayName }) => displayName === name)!;
			const { maxValue } = option.typeOptions ?? {};
			const most = /up to ([\d,]+)/.exec(does)?.[1].replace(',', '');
			return [
				...(most === undefined || Number(most) === maxValue ? [] : [`${name}: up to ${most}`]),
				...(otherwise.includes(defaultOf(option)) ? [] : [`${name}: ${otherwise}`]),
			];
		});
		expect(wrong).toEqual([]);
	});

	/** What stands in the last column; empty where nothing is set at first. */
	function defaultOf({ type, default: value, options }: INodeProperties): string {
		if (type === 'boolean') return value === true ? 'on' : 'off';
		if (type === 'number') return value === 0 ? 'none' : String(value);
		const chosen = options?.find((option) => 'value' in option && option.value === value);
		return type === 'options' && value !== '' ? `*${chosen?.name}*` : '';
	}

	it('has no section for an operation that there is not', () => {
		const within = resources.flatMap((resource) =>
			sectionsOf(textOf(resource.name))
				.slice(1)
				.map(({ title }) => `${resource.name}: ${title}`),
		);
		const known = operations.map(([resource, operation]) => `${resource.name}: ${operation.name}`);
		expect(within.sort()).toEqual(known.sort());
	});

	it('names each field and option of the trigger', () => {
		const section = textOf('Message Scheduler Trigger');
		const fields = new MessageSchedulerTrigger().description.properties
			.map((property) => namesIn(property))
			.flatMap((each) => each.fields);
		expect(fields.length).toBeGreaterThan(4);
		expect(fields.filter((field) => !section.includes(`**${field}**`))).toEqual([]);
	});

	it('names no field in bold that there is not', () => {
		const all = [...properties, ...new MessageSchedulerTrigger().description.properties]
			.map(namesIn)
			.flatMap((each) => each.fields);
		const bold = [...page.matchAll(/\*\*([^*]+)\*\*/g)].map((match) => match[1]);
		expect(bold.filter((name) => !all.includes(name))).toEqual([]);
		expect(sections.length).toBeGreaterThan(10);
	});
});

describe('gateways in the pages', () => {
	it.each(gateways)('$id has a page with all its parts', ({ id, label }) => {
		const titles = sectionsOf(read(`gateways/${id}/README.md`)).map(({ title }) => title);
		expect(titles[0]).toBe(label);
		expect(titles).toEqual(
			expect.arrayContaining([
				'Capabilities',
				'Credential',
				'Webhook',
				'Statuses',
				'Limits',
				'Not documented',
				'Vendor documentation',
			]),
		);
	});

	it.each(gateways)('$id has its fields on its page', ({ id, credentialFields }) => {
		const { text } = sectionsOf(read(`gateways/${id}/README.md`)).find(
			({ title }) => title === 'Credential',
		)!;
		const rows = [...text.matchAll(/^\| ([^|]+) \|/gm)].map((match) => match[1]);
		expect(rows.slice(1)).toEqual(credentialFields.map((field) => field.label));
	});

	it('are found by n8n by the action node’s names only', () => {
		const codex = (node: string) => json(`nodes/${node}/${node}.node.json`) as { alias?: string[] };
		expect(codex('MessageSchedulerTrigger')).not.toHaveProperty('alias');
		expect(new MessageSchedulerTrigger().description.description).toBe(
			new MessageScheduler().description.description,
		);
	});
});

describe('docs/troubleshooting.md', () => {
	const code = files
		.filter((path) => /^(gateways|messages|stores|nodes|credentials)\/.*\.ts$/.test(path))
		.map(read)
		.join('\n');
	const quoted = [...read('docs/troubleshooting.md').matchAll(/\*\*"(.+?)"\*\*/g)].map(
		(match) => match[1],
	);

	it('quotes errors', () => expect(quoted.length).toBeGreaterThan(15));

	it.each(quoted)('“%s” is an error of ours', (error) => {
		const parts = error.split('…').map((part) => part.trim());
		expect(parts.filter((part) => !said(part))).toEqual([]);
	});

	/** As it stands in the code, where a variable may stand for a word. */
	const said = (part: string): boolean => {
		if (part === '' || code.includes(part)) return true;
		const words = part.split(' ');
		return words.some((_, index) => {
			const [before, after] = [words.slice(0, index), words.slice(index + 1)];
			const pattern = [...before.map(escaped), '\\$\\{[^}]*\\}', ...after.map(escaped)].join(' ');
			return words.length > 2 && new RegExp(pattern).test(code);
		});
	};
	const escaped = (word: string) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
});

describe('commands', () => {
	const commands = markdownFiles.flatMap((page) =>
		commandsOf(page).map((command) => [page, command] as const),
	);

	it('are there', () => expect(commands.length).toBeGreaterThan(20));

	it.each(commands)('%s: %s', (_, command) => {
		expect(problemOf(command)).toBeNull();
	});

	it('are looked at: what there is not is noticed', () => {
		for (const command of [
			'npm run never',
			'npm never',
			'npm start -- --never',
			'npm run reliability never',
			'npx tsx harness/never.mts',
			'npx jest --testPathPatterns never/ever',
			'node scripts/never.mjs',
		]) {
			expect([command, problemOf(command)]).not.toEqual([command, null]);
		}
	});
});

describe('files', () => {
	/** Of the gateway that CONTRIBUTING.md invents, and of what is made on the way. */
	const invented = /acmeSms|^dist\//;
	const folders = new Set(
		files.filter((path) => path.includes('/')).map((path) => path.split('/')[0]),
	);
	/** As jest takes it: `e2e/reliability`. */
	const isTestPattern = (path: string) =>
		files.some((file) => file.startsWith('test/') && file.includes(path));

	it.each(markdownFiles)('that %s names are there', (page) => {
		const named = [...read(page).matchAll(/`([\w.-]+\/[\w./-]*)`/g)].map((match) => match[1]);
		const missing = named
			.filter((path) => folders.has(path.split('/')[0]) && !invented.test(path))
			.filter((path) => !existsSync(join(root, path)) && !isTestPattern(path));
		expect(missing).toEqual([]);
	});
});

describe('links', () => {
	it.each(markdownFiles)('of %s lead somewhere', (page) => {
		expect(brokenLinks(page)).toEqual([]);
	});

	it('of the credential and the nodes lead to pages that there are', () => {
		const urls = [
			new MessageGatewayApi().documentationUrl,
			...['MessageScheduler', 'MessageSchedulerTrigger'].flatMap((node) =>
				[...read(`nodes/${node}/${node}.node.json`).matchAll(/"url": "([^"]+)"/g)].map(
					(match) => match[1],
				),
			),
		];
		const { homepage } = json('package.json') as { homepage: string };
		for (const url of urls) {
			expect(url.startsWith(homepage)).toBe(true);
			const path = url.slice(homepage.length).replace(/^\/blob\/main\//, '');
			expect([url, path === '#readme' || existsSync(join(root, path))]).toEqual([url, true]);
		}
	});
});

describe('the README', () => {
	it('can be read in one go, and begins with how to install', () => {
		expect(read('README.md').split('\n').length).toBeLessThan(300);
		const titles = sectionsOf(read('README.md')).map(({ title }) => title);
		expect(titles.slice(1, 3)).toEqual(['Install', 'Quick start']);
	});

	it('has its two commands at the head of what is for developers', () => {
		const { text } = sectionsOf(read('README.md')).find(({ title }) => title === 'Development')!;
		expect(blocksOf(text).map((block) => block.text)).toEqual(['npm start\n', 'npm test\n']);
	});
});

describe('what only the owner can fill in', () => {
	const check = (tag: string) =>
		spawnSync(process.execPath, ['.github/scripts/check-release.mjs', tag], {
			cwd: root,
			encoding: 'utf8',
			env: { PATH: process.env.PATH },
		});
	const { version } = json('package.json') as { version: string };
	// Put together, so that this file has none.
	const PLACEHOLDERS = [
		['github.com', 'message-scheduler/'].join('/'),
		['maintainers', 'message-scheduler.example'].join('@'),
	];
	/** They name the placeholders to say what they are. */
	const SPEAK_OF_THEM = ['docs/publishing.md', '.github/scripts/check-release.mjs'];
	const holding = files.filter(
		(path) =>
			!SPEAK_OF_THEM.includes(path) && PLACEHOLDERS.some((each) => read(path).includes(each)),
	);

	it('is listed in docs/publishing.md, each file of it', () => {
		const { text } = sectionsOf(read('docs/publishing.md')).find(
			({ title }) => title === 'Before the first release',
		)!;
		expect(holding.filter((path) => !text.includes(`\`${path}\``))).toEqual([]);
	});

	it('keeps the release check from passing, which names each file', () => {
		const { status, stderr } = check(version);
		expect(holding.filter((path) => !stderr.includes(`${path} still has`))).toEqual([]);
		expect(status).toBe(holding.length > 0 ? 1 : 0);
	});

	it('is not all that the check looks at: tag and changelog must agree', () => {
		const { status, stderr } = check('99.0.0');
		expect(status).toBe(1);
		expect(stderr).toContain(`The tag is 99.0.0, but package.json says ${version}.`);
		expect(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')).toContain(`## [${version}] - `);
	});
});

it('sandbox/README.md names the options that the sandbox has', () => {
	const help = execFileSync(process.execPath, ['--import', 'tsx', 'demo/sandbox.mts', '--help'], {
		cwd: root,
		encoding: 'utf8',
	});
	const named = [...read('sandbox/README.md').matchAll(/--[a-z-]+(?= )/g)].map(([name]) => name);
	expect(named.filter((name) => name !== '--' && !help.includes(name))).toEqual([]);
});
