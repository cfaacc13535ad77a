/** Why a mutant is not tried, as StrykerJS hands it on in `statusReason`. */
export const NOT_IN_SAMPLE = 'not in the sample';
export const TEXT_FOR_PEOPLE = 'a text for people';

/** What a mutant stands in place of, as it stands in the source. Lines and columns begin at 0. */
export function originalOf(source, { start, end }) {
	const lines = source.split('\n').slice(start.line, end.line + 1);
	lines[lines.length - 1] = lines.at(-1).slice(0, end.column);
	lines[0] = lines[0].slice(start.column);
	return lines.join('\n');
}

/**
 * Whether a mutant only blanks a text that a person reads: a sentence, or a label of a field. What
 * errors say is held by tests where it matters, word by word it need not be. All other texts count:
 * names, addresses, the vendors' words.
 */
export function isTextForPeople(source, { mutatorName, location }) {
	if (mutatorName !== 'StringLiteral') return false;
	const original = originalOf(source, location);
	const line = source.split('\n')[location.start.line].slice(0, location.start.column);
	return IS_LABEL.test(line) || (WORDS.test(original) && PUNCTUATION.test(original.slice(1, -1)));
}

const IS_LABEL = /\b(displayName|description|placeholder|hint|action|label|subtitle|notice):\s*$/;
/** Three words in a row; without punctuation they may be a list of names. */
const WORDS = /\p{L}[\p{L}’'"]*[,:;]? [\p{L}"(“]+[^ ]* \p{L}/u;
const PUNCTUATION = /[.,:;?!"]/;
