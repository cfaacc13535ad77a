/** HTML that is well formed: made by {@link html} alone, so that no text gets in unescaped. */
export class Html {
	constructor(readonly text: string) {}

	toString(): string {
		return this.text;
	}
}

const entities: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
	'`': '&#96;',
};

/** The text as it may stand between tags, and within the quotes of an attribute. */
export const escape = (text: string): string => text.replace(/[&<>"'`]/g, (sign) => entities[sign]);

type Part = Html | string | number | null | undefined | false | readonly Part[];

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
	new Html(String.raw({ raw: text }, ...parts.map(write)));
