/** What a person reads on a page of the board, and whether its HTML is well formed. */

const ENTITIES: Readonly<Record<string, string>> = {
	'&quot;': '"',
	'&#39;': "'",
	'&lt;': '<',
	'&gt;': '>',
	'&#96;': '`',
	'&amp;': '&',
};

/** Versions of ICU differ in the comma behind it. */
const WEEKDAY = /\b((?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?),/g;

/** The words of some HTML, as a browser shows them; no comma behind a weekday. */
export const wordsOf = (html: string): string =>
	html
		.replace(/<(title|style)\b[\s\S]*?<\/\1>/g, '')
		.replace(/<[^>]*>/g, ' ')
		.replace(/&(?:quot|#39|lt|gt|#96|amp);/g, (entity) => ENTITIES[entity])
		.replace(/\s+/g, ' ')
		.replace(WEEKDAY, '$1')
		.trim();

/** Each element of a kind as HTML, in their order; none is within another of its kind. */
export const each = (html: string, tag: string): string[] =>
	[...html.matchAll(new RegExp(`<(${tag})\\b[^>]*>[\\s\\S]*?</\\1\\s*>`, 'g'))].map(([one]) => one);

/** A table by its caption. */
export interface ReadTable {
	readonly head: readonly string[];
	readonly rows: ReadonlyArray<readonly string[]>;
}

export const tablesOf = (html: string): Readonly<Record<string, ReadTable>> =>
	Object.fromEntries(
		each(html, 'table').map((table) => {
			const [head, ...body] = [each(table, 'thead')[0], ...each(table, 'tbody')];
			return [
				wordsOf(each(table, 'caption')[0]),
				{
					head: each(head, 'th').map(wordsOf),
					rows: body.flatMap((part) =>
						each(part, 'tr').map((row) => each(row, 'th|td').map(wordsOf)),
					),
				},
			];
		}),
	);

/** The cards of a page: the words of each by its heading, and what stands beside that. */
export const cardsOf = (html: string): Readonly<Record<string, string>> =>
	Object.fromEntries(
		each(html, 'section')
			.filter((section) => section.includes('<h2'))
			.map((section) => [
				wordsOf(each(section, 'h2')[0]),
				wordsOf(each(section, 'p').find((one) => one.includes('class="note"')) ?? ''),
			]),
	);

const EMPTY = new Set(['meta', 'input', 'br']);
const ATTRIBUTES = /^(?:\s+[a-zA-Z][\w-]*(?:="[^"<>]*")?)*\s*$/;

/** What is wrong with the HTML of a page; empty for a page that every browser reads alike. */
export function faultsOf(html: string): string[] {
	const faults: string[] = [];
	const open: string[] = [];
	for (const [tag, end, name, attributes, closed] of html.matchAll(
		/<(\/?)([a-z][a-z0-9]*)([^>]*?)(\/?)>/gi,
	)) {
		if (!ATTRIBUTES.test(attributes)) faults.push(`attributes of ${tag}`);
		if (end !== '') {
			if (open.pop() !== name) faults.push(`${tag} ends nothing`);
		} else if (closed === '' && !EMPTY.has(name)) open.push(name);
	}
	const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
	const named = [...html.matchAll(/\saria-labelledby="([^"]*)"/g)].map(([, id]) => id);
	const rows = Object.entries(tablesOf(html)).filter(([, { head, rows: all }]) =>
		all.some((row) => row.length !== head.length),
	);
	return [
		...faults,
		...open.map((name) => `<${name}> stays open`),
		...(new Set(ids).size === ids.length ? [] : [`ids twice: ${ids.join()}`]),
		...named.filter((id) => !ids.includes(id)).map((id) => `no element is called ${id}`),
		...rows.map(([caption]) => `rows of another length in ${caption}`),
	];
}
