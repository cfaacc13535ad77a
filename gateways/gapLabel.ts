/** How much of a template's words stands on either side of a gap in its label. */
const WORDS_BEFORE = 30;
const WORDS_AFTER = 20;

/**
 * What a person reads of a gap of a template: the gap itself first, since n8n's editor has room for
 * some 25 characters, then the words around it: `{{1}}: …exclusive coupon code, {{1}}, *expires in only…`
 *
 * @param at where the gap begins in the text
 */
export function gapLabel(text: string, at: number): string {
	const line = text.replace(/\s/g, ' ');
	const gapEnd = line.indexOf('}}', at) + 2;
	const gap = line.slice(at, gapEnd);
	const before = line.slice(0, at);
	const after = line.slice(gapEnd);
	// Whole words only.
	const lead =
		at <= WORDS_BEFORE ? before : `…${before.slice(-WORDS_BEFORE).replace(/^\S*\s/, '')}`;
	const tail =
		after.length <= WORDS_AFTER ? after : `${after.slice(0, WORDS_AFTER).replace(/\s\S*$/, '')}…`;
	return `${gap}: ${lead}${gap}${tail}`;
}
