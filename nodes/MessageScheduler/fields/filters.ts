import { InvalidParameterError } from '../../../messages/invalidParameterError';

/**
 * The value of a filter; undefined for one that the user did not add. One that was added and is empty is
 * rejected: an expression that finds nothing would list, cancel or retry everybody's messages.
 *
 * @param filters the values of *Filters*
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
		`"${displayName}" under "Filters" is empty, so all messages would match`,
		'Enter a value, or remove the filter. If it is an expression, check that the input item has the field that it names.',
	);
}
