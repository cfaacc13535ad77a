/** HTML that is well formed: made by {@link html} alone, so that no text gets in unescaped. */
export class Html {
	constructor(readonly text: string) {}
}

const ENTITIES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
	'`': '&#96;',
};

/**
 * The text as it may stand between tags, and within the quotes of an attribute: the only way by which a
 * text gets into a page. Control characters, which HTML does not allow, are shown as U+FFFD.
 */
export const escape = (text: string): string =>
	text.replace(CONTROLS, '\uFFFD').replace(/[&<>"'`]/g, (sign) => ENTITIES[sign]);

/** Also half of a surrogate pair, which no encoding has. */
const CONTROLS = /(?![\t\n\r])\p{Cc}|\p{Cs}/gu;

/** What may stand in a template of {@link html}. */
export type Part = Html | string | number | null | undefined | false | readonly Part[];

const write = (part: Part): string => {
	if (part instanceof Html) return part.text;
	if (Array.isArray(part)) return part.map(write).join('');
	return part === null || part === undefined || part === false ? '' : escape(String(part));
};

/**
 * HTML with parts: texts are escaped, HTML stays, lists are joined, and nothing is written for null,
 * undefined and false. Attributes that hold a part need quotes.
 */
export const html = (text: TemplateStringsArray, ...parts: Part[]): Html =>
	new Html(String.raw({ raw: text.map(compact) }, ...parts.map(write)));

/** The indentation of the source is no part of the page. */
const compact = (text: string): string => text.replace(/\s*\n\s*/g, '\n');
