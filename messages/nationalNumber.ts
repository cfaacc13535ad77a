import {
	callingCodeOf,
	countryLabel,
	kindOfNumber,
	type Country,
	type NumberKind,
} from './country';
import { InvalidParameterError } from './invalidParameterError';
import { shorten } from './text';

/** What digits may mean: an international number, without `+`. */
interface Reading {
	readonly digits: string;
	readonly kind: NumberKind;
}

/** E.164 allows no more, country code included. */
const MAX_DIGITS = 15;
/** Shorter ones are service numbers in most countries. */
const MIN_BARE_DIGITS = 7;

/**
 * Reads digits that were written without `+` and `00` as a number of a country.
 *
 * - Written as it is inside the country (with its trunk prefix, or without where mobile numbers are often
 *   written so), it is a national number.
 * - A number that has lost its trunk prefix, as in a spreadsheet, counts only if it can be nothing else, and
 *   is a mobile number: digits of a landline may lack their area code, too, and be dialled in another town.
 * - Digits that begin with the country's own calling code are an international number if they can be one.
 * - Of other countries' numbers none is taken: a digit too many would reach somebody abroad.
 *
 * Where two readings are possible none is chosen, so that nobody gets what was meant for another person.
 *
 * @param digits without punctuation
 * @param given as the user wrote it, for the messages
 * @returns digits without `+`; null for a short number that is not dialled with a country code
 * @throws InvalidParameterError naming *Recipient*, the country and the number
 */
export function toInternationalDigits(
	digits: string,
	country: Country,
	given: string,
): string | null {
	const { callingCode, trunkPrefixes, alwaysWritesTrunkPrefix } = country;
	const bare = nationalReadings(country, digits);
	const written = [
		...trunkPrefixes
			.filter((prefix) => digits.startsWith(prefix))
			.flatMap((prefix) => nationalReadings(country, digits.slice(prefix.length))),
		...(alwaysWritesTrunkPrefix ? [] : bare),
	];
	const isShort = digits.length < MIN_BARE_DIGITS && !digits.startsWith('0');
	if (isShort && !written.some(({ kind }) => kind === 'mobile')) return null;

	const code = callingCodeOf(digits);
	const international = code === null ? [] : readings(code, [digits.slice(code.length)]);
	const own = code === callingCode ? international : [];
	if (written.length > 0) return theOnlyOne([...written, ...own], country, given);

	// Without the trunk prefix that is always written, few landline numbers stay: a mobile one is meant.
	if (own.some(({ kind }) => kind === 'mobile') && bare.every(({ kind }) => kind === 'other')) {
		return theOnlyOne(own, country, given);
	}
	if (bare.length === 0 && own.length === 0) throw notPossible(country, given);
	const only = theOnlyOne([...bare, ...international], country, given);
	if (bare.every(({ kind }) => kind === 'other') && own.length === 0)
		throw townless(country, given);
	return only;
}

/** What is possible of national numbers. */
const readings = (callingCode: string, nationalNumbers: readonly string[]): Reading[] =>
	nationalNumbers.flatMap((national) => {
		const kind = kindOfNumber(callingCode, national);
		const digits = `${callingCode}${national}`;
		return kind === null || digits.length > MAX_DIGITS ? [] : [{ digits, kind }];
	});

const nationalReadings = (country: Country, national: string): Reading[] =>
	readings(country.callingCode, country.id === 'AR' ? argentine(national) : [national]);

/**
 * Argentina's mobile numbers have a 15 behind the area code (11, or three or four digits that begin with 2 or
 * 3) inside the country, and a 9 before it from abroad. Ten digits without them may be a landline, or a mobile
 * number whose 15 was left out: only the user can know.
 */
function argentine(national: string): string[] {
	const [, area, subscriber] =
		/^(11)15(\d{8})$/.exec(national) ??
		/^([23]\d{2})15(\d{7})$/.exec(national) ??
		/^([23]\d{3})15(\d{6})$/.exec(national) ??
		[];
	if (area !== undefined) return [`9${area}${subscriber}`];
	return /^(?:11|[23]\d)\d{8}$/.test(national) ? [national, `9${national}`] : [national];
}

function theOnlyOne(possible: readonly Reading[], country: Country, given: string): string {
	const numbers = [...new Set(possible.map(({ digits }) => digits))];
	if (numbers.length === 1) return numbers[0];
	throw new InvalidParameterError(
		'Recipient',
		`"Recipient" is "${shorten(given)}". With "Default Country" ${countryLabel(country)} it can be ${numbers.map((number) => `+${number}`).join(' or ')}. Write it with + and its country code.`,
	);
}

const notPossible = (country: Country, given: string) =>
	new InvalidParameterError(
		'Recipient',
		`"Recipient" is "${shorten(given)}", and ${countryLabel(country)}, the "Default Country", has no such number. Check its digits, or write it with + and its country code.`,
	);

const townless = (country: Country, given: string) =>
	new InvalidParameterError(
		'Recipient',
		`"Recipient" is "${shorten(given)}". In ${countryLabel(country)}, the "Default Country", that may be a number without its area code. Write it with its leading ${country.trunkPrefixes[0]}, or with + and its country code.`,
	);
