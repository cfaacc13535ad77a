/**
 * A regular expression of PostgreSQL that a text meets which has these words, in either case. Not `ilike`:
 * with the locale C, that a database may have, it knows the case of A to Z only.
 *
 * https://www.postgresql.org/docs/current/functions-matching.html#FUNCTIONS-POSIX-REGEXP
 *
 * @param words of long ones only the first characters count; the caller compares what is found
 */
export const anyCasePattern = (words: string): string =>
	[...words.replace(DOTTED_I, 'İ')].slice(0, MAX_CHARACTERS).map(inEitherCase).join('');

/** The one letter whose lower case is two characters. */
const DOTTED_I = /[iI]\u0307/g;

/** PostgreSQL refuses an expression that is too complex. */
const MAX_CHARACTERS = 200;

function inEitherCase(character: string): string {
	const forms = new Set([character, character.toLowerCase(), character.toUpperCase()]);
	// What has a case is a letter and has no meaning of its own in an expression.
	return forms.size > 1
		? `(?:${[...forms].join('|')})`
		: character.replace(/[.*+?^${}()|[\]\\]/, '\\$&');
}
