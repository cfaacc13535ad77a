import { COUNTRY_LINES, NUMBERING_PLAN_LINES } from './countries';

/** A country as far as its phone numbers go. */
export interface Country {
	/** ISO 3166, two capital letters. */
	readonly id: string;
	/** In English. */
	readonly name: string;
	/** Digits, without `+`. */
	readonly callingCode: string;
	/** What is dialled before a national number, such as `0`; empty if nothing is. */
	readonly trunkPrefixes: readonly string[];
	/** Whether mobile numbers are always written with a trunk prefix inside the country. */
	readonly alwaysWritesTrunkPrefix: boolean;
}

/** What a number is for: a mobile phone, or anything else that people are reached by. */
export type NumberKind = 'mobile' | 'other';

const linesOf = (text: string) => text.trim().split('\n');

/** All countries, in the order of their English names. */
export const countries: readonly Country[] = linesOf(COUNTRY_LINES).map((line) => {
	const [id, name, callingCode, trunk, always] = line.split('|');
	return {
		id,
		name,
		callingCode,
		trunkPrefixes: trunk === '' ? [] : trunk.split(','),
		alwaysWritesTrunkPrefix: always === 'always',
	};
});

/** The country of an ISO code in any case; null for any other text. */
export const findCountry = (code: string): Country | null =>
	countries.find(({ id }) => id === code.trim().toUpperCase()) ?? null;

/** A country as users see it: `Germany (+49)`. */
export const countryLabel = ({ name, callingCode }: Country): string => `${name} (+${callingCode})`;

/** For each calling code: `1/10` for ten digits that begin with 1. */
const plans = new Map(
	linesOf(NUMBERING_PLAN_LINES).map((line) => {
		const [callingCode, mobile, other] = line.split('|');
		return [callingCode, { mobile: shapesOf(mobile), other: shapesOf(other) }] as const;
	}),
);

/** Reads `1:10-11 2-9:5-15`. */
function shapesOf(text: string): ReadonlySet<string> {
	const shapes = text.split(' ').flatMap((group) => {
		const [firsts = '', lengths = ''] = group.split(':');
		return numbersOf(firsts).flatMap((first) =>
			numbersOf(lengths).map((length) => `${first}/${length}`),
		);
	});
	return new Set(shapes);
}

/** Reads `2-4,7`. */
function numbersOf(ranges: string): number[] {
	if (ranges === '') return [];
	return ranges.split(',').flatMap((range) => {
		const [from, to = from] = range.split('-').map(Number);
		return Array.from({ length: to - from + 1 }, (_, index) => from + index);
	});
}

/**
 * What a national number (its digits, without a trunk prefix) is for, by its first digit and length; null if
 * the calling code has no such number. Finer rules age: numbers are assigned anew each month.
 */
export function kindOfNumber(callingCode: string, nationalDigits: string): NumberKind | null {
	const plan = plans.get(callingCode);
	const shape = `${nationalDigits.charAt(0)}/${nationalDigits.length}`;
	if (plan === undefined) return null;
	if (plan.mobile.has(shape)) return 'mobile';
	return plan.other.has(shape) ? 'other' : null;
}

/**
 * How many digits there are behind a calling code in numbers that people are reached by: of mobile phones,
 * fixed lines, VoIP and personal numbers; ascending.
 */
export function lengthsOfNumbers(callingCode: string): readonly number[] {
	const { mobile = [], other = [] } = plans.get(callingCode) ?? {};
	const lengths = [...mobile, ...other].map((shape) => Number(shape.split('/')[1]));
	return [...new Set(lengths)].sort((one, another) => one - another);
}

/** The calling code with which digits begin; null if they begin with none. No code begins with another one. */
export function callingCodeOf(digits: string): string | null {
	for (const length of [1, 2, 3]) {
		const code = digits.slice(0, length);
		if (plans.has(code)) return code;
	}
	return null;
}
