import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, posix } from 'node:path';

/** The project's Markdown: what is in it, and where it leads. */
export const root = join(__dirname, '../../..');

export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** What is no source; not asked of git, since a downloaded archive has none. */
const NOT_OURS = ['.git', 'node_modules', 'dist', 'coverage', '.cache'];

const walk = (folder: string): string[] =>
	readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
		if (NOT_OURS.includes(entry.name) || entry.name.endsWith('.tgz')) return [];
		const path = posix.join(folder, entry.name);
		return entry.isDirectory() ? walk(path) : [path];
	});

/** All files of the project, by their path from its root. */
export const files: readonly string[] = walk('');

/** The project's Markdown files. */
export const markdownFiles = files.filter((path) => path.endsWith('.md'));

/** A fenced block, with what stands right before it. */
export interface Block {
	readonly language: string;
	readonly text: string;
	readonly line: number;
}

/** The fenced blocks of a page. */
export function blocksOf(markdown: string): Block[] {
	return [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
		language: match[1],
		text: match[2],
		line: markdown.slice(0, match.index).split('\n').length,
	}));
}

/** A page without fenced blocks: what is read as prose. */
export const proseOf = (markdown: string): string =>
	markdown.replace(/^```\w*\n[\s\S]*?^```$/gm, '');

/** What stands between `<!-- name:start -->` and `<!-- name:end -->`; null where there is no such place. */
export function between(markdown: string, name: string): string | null {
	const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
	const from = markdown.indexOf(start);
	const to = markdown.indexOf(end, from);
	return from === -1 || to === -1 ? null : markdown.slice(from + start.length, to);
}

/** The names of a page's generated places. */
export const placesOf = (markdown: string): string[] =>
	[...proseOf(markdown).matchAll(/<!-- (\S+):start -->/g)]
		.map((match) => match[1])
		.filter((name) => name !== 'name');

/** Puts a text into a generated place, wherever the page has it. */
export const fill = (markdown: string, name: string, text: string): string =>
	markdown.replace(
		new RegExp(`(<!-- ${name}:start -->)[\\s\\S]*?(<!-- ${name}:end -->)`, 'g'),
		(_, start: string, end: string) => `${start}${text}${end}`,
	);

/** A page without what is generated. */
export const written = (markdown: string): string =>
	placesOf(markdown).reduce((text, name) => fill(text, name, ''), markdown);

/** A heading's anchor, as GitHub makes it. */
const slug = (heading: string): string =>
	heading
		.replace(/`|\*/g, '')
		.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
		.trim()
		.toLowerCase()
		.replace(/[^\p{L}\p{N}\s_-]/gu, '')
		.replace(/\s/g, '-');

/** The headings of a page, with the text below each up to the next one of its level or above. */
export function sectionsOf(
	markdown: string,
): Array<{ title: string; level: number; text: string }> {
	const heads = [...blank(markdown).matchAll(/^(#+) (.+)$/gm)];
	return heads.map((head, index) => {
		const level = head[1].length;
		const next = heads.slice(index + 1).find((other) => other[1].length <= level);
		return { title: head[2], level, text: markdown.slice(head.index, next?.index) };
	});
}

/** The same length, with fenced blocks blanked out: a `#` in one is no heading. */
const blank = (markdown: string) =>
	markdown.replace(/^```\w*\n[\s\S]*?^```$/gm, (block) => block.replace(/[^\n]/g, ' '));

/** The anchors of a page; of equal headings the second ends in `-1`. */
function anchorsOf(markdown: string): Set<string> {
	const seen = new Map<string, number>();
	const anchors = sectionsOf(markdown).map(({ title }) => {
		const anchor = slug(title);
		const count = seen.get(anchor) ?? 0;
		seen.set(anchor, count + 1);
		return count === 0 ? anchor : `${anchor}-${count}`;
	});
	return new Set(anchors);
}

/** The links of a page that lead nowhere: to no file, or to no heading. Other sites are not asked. */
export function brokenLinks(path: string): string[] {
	const links = [...proseOf(read(path)).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]);
	return links
		.filter((link) => !/^[a-z]+:/.test(link))
		.filter((link) => {
			const [to, anchor] = link.split('#');
			const target = to === '' ? path : normalize(join(dirname(path), to));
			const exists = files.some((file) => file === target || file.startsWith(`${target}/`));
			if (!exists) return true;
			return anchor !== undefined && !anchorsOf(read(target)).has(anchor);
		});
}
