import { InvalidParameterError } from '../../../messages/invalidParameterError';

/**
 * The value of a filter; undefined for one that the user did not add. One that was added and is empty is
 * refused: an expression that finds nothing would list, cancel or retry the messages of everybody.
 *
 * @param filters what stands under *Filters*
 * @throws InvalidParameterError naming the filter
 */
export function readFilterValue(
	filters: Readonly<Record<string, unknown>>,
	name: string,
	displayName: string,
): unknown {
	if (!(name in filters)) return undefined;
	const value = filters[name];
	const isEmpty = value === undefined || value === null || String(value).trim() === '';
	if (!isEmpty) return value;
	throw new InvalidParameterError(
		displayName,
		`"${displayName}" under "Filters" is empty, so it would let all messages through`,
		'Enter a value, or remove the filter. If it is an expression, look whether the input item has what it names.',
	);
}
