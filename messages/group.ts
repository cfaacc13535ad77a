import { InvalidParameterError } from './invalidParameterError';
import { quote, shorten } from './text';

/** Maximum length of a group's name, in characters. */
export const MAX_GROUP_LENGTH = 200;

/**
 * The name of a group of messages, such as a campaign: one line, without spaces around it, and composed, so
 * that the same word written by two keyboards is one group. Null for none.
 *
 * @throws InvalidParameterError naming *Group*
 */
export function parseGroup(value: unknown): string | null {
	if (value === undefined || value === null) return null;
	if (typeof value === 'object') {
		throw new InvalidParameterError('Group', `"Group" is ${quote(value)}. Enter text.`);
	}
	const name = String(value)
		.replace(/[\s\p{Cc}]+/gu, ' ')
		.replace(/\p{Cs}/gu, '\uFFFD')
		.normalize('NFC')
		.trim();
	const { length } = [...name];
	if (length <= MAX_GROUP_LENGTH) return name === '' ? null : name;
	throw new InvalidParameterError(
		'Group',
		`"Group" is "${shorten(name)}", which has ${length} characters`,
		`Enter a name of at most ${MAX_GROUP_LENGTH} characters, such as an ID.`,
	);
}
