import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { Metadata, type MetadataJson } from 'libphonenumber-js/core';
import {
	getCountries,
	getCountryCallingCode,
	getExampleNumber,
	type CountryCode,
} from 'libphonenumber-js/max';
import { lengthProblem } from '../../messages/numberLength';
import { projectRoot } from '../../harness/folders.mts';
import { runs } from '../proof.mts';

const readJson = (name: string): unknown =>
	JSON.parse(readFileSync(join(projectRoot(), 'node_modules/libphonenumber-js', name), 'utf8'));
const EXAMPLES = readJson('examples.mobile.json') as Parameters<typeof getExampleNumber>[1];

it('accepts a mobile number of each country', () => {
	for (const country of getCountries()) {
		const { number } = getExampleNumber(country, EXAMPLES)!;
		expect([number, lengthProblem(number)]).toEqual([number, null]);
	}
});

it.each([
	['+1415523888', 'with 9 digits behind +1. Numbers there have 10.'],
	['+919988066', 'with 7 digits behind +91. Numbers there have 10.'],
	['+91998806677', 'with 9 digits behind +91. Numbers there have 10.'],
	['+336123456789', 'with 10 digits behind +33. Numbers there have 9.'],
	['+44791112345678', 'with 12 digits behind +44. Numbers there have 9 or 10.'],
	['+141', 'with 2 digits behind +1. Numbers there have 10.'],
	['+14', 'with 1 digit behind +1. Numbers there have 10.'],
	['+999123456', 'which begins with no country code.'],
])('says what is wrong with %s', (phone, problem) => {
	expect(lengthProblem(phone)).toBe(`"Recipient" is ${phone}, ${problem}`);
});

it('says nothing of a group, or of a Mexican number with the 1 of mobile numbers', () => {
	expect(lengthProblem(null)).toBeNull();
	expect(lengthProblem('+5216641234567')).toBeNull();
	expect(lengthProblem('+52166412345678')).not.toBeNull();
});

/** The lengths that libphonenumber has for the numbers of people, of all countries of a calling code. */
function lengthsOf(code: string): ReadonlySet<number> {
	const metadata = new Metadata(readJson('metadata.max.json') as MetadataJson);
	const countries = getCountries().filter((id) => getCountryCallingCode(id) === code);
	const lengths = countries.flatMap((id: CountryCode) => {
		metadata.selectNumberingPlan(id);
		const plan = metadata.numberingPlan!;
		return ['MOBILE', 'FIXED_LINE', 'VOIP', 'PERSONAL_NUMBER'].flatMap((type) => {
			const of = (plan as unknown as { type(name: string): TypeOfNumber | undefined }).type(type);
			return of === undefined ? [] : (of.possibleLengths() ?? plan.possibleLengths());
		});
	});
	return new Set(lengths);
}
interface TypeOfNumber {
	possibleLengths(): number[] | undefined;
}

it('agrees with libphonenumber about the length of any number', () => {
	const codes = [...new Set(getCountries().map((id) => getCountryCallingCode(id) as string))];
	const known = new Map(codes.map((code) => [code, lengthsOf(code)]));
	fc.assert(
		fc.property(
			fc.constantFrom(...codes),
			fc.stringMatching(/^[2-79]\d{2,12}$/),
			(code, national) => {
				fc.pre(code.length + national.length <= 15);
				const isFine = lengthProblem(`+${code}${national}`) === null;
				expect([code, national.length, isFine]).toEqual([
					code,
					national.length,
					known.get(code)!.has(national.length),
				]);
			},
		),
		runs(1_000),
	);
});
