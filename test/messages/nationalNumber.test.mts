import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import {
	parsePhoneNumber,
	parsePhoneNumberFromString,
	type CountryCode,
} from 'libphonenumber-js/max';
import { countries, countryLabel, findCountry, type Country } from '../../messages/country';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { parseRecipient, recipientAsGiven } from '../../messages/recipient';
import { projectRoot } from '../../harness/folders.mts';
import { countriesFile, englishName, shapeOf } from '../../scripts/countriesFile.mts';
import { runs } from '../proof.mts';

/** What *Default Country* makes of national numbers, with libphonenumber-js as the oracle. */
const EXAMPLES = JSON.parse(
	readFileSync(join(projectRoot(), 'node_modules/libphonenumber-js/examples.mobile.json'), 'utf8'),
) as Record<string, string>;

const country = (id: string): Country => {
	const found = findCountry(id);
	if (found === null) throw new Error(`No country ${id}`);
	return found;
};

/** The number, or the sentence of the refusal. */
function outcome(value: unknown, id: string): string {
	try {
		return parseRecipient(value, country(id)).address;
	} catch (error) {
		if (!(error instanceof InvalidParameterError)) throw error;
		expect(error.parameter).toBe('Recipient');
		return error.message;
	}
}

describe('the table of countries', () => {
	it('is what scripts/countries.mts makes', () => {
		const committed = readFileSync(join(projectRoot(), 'messages/countries.ts'), 'utf8');
		// Names are Node's, and another Node may spell one anew: those of the file count.
		const nameOf = (id: string) => findCountry(id)?.name ?? englishName(id);
		expect(countriesFile(nameOf)).toBe(committed);
		expect(englishName('DE')).toBe(country('DE').name);
	});

	it('has each country once, in the order of their names', () => {
		const labels = countries.map(countryLabel);
		expect(labels).toContain('Germany (+49)');
		expect(new Set(labels).size).toBe(245);
		expect([...labels].sort((a, b) => a.localeCompare(b, 'en'))).toEqual(labels);
		for (const { id, callingCode } of countries) {
			expect(id).toMatch(/^[A-Z]{2}$/);
			expect(callingCode).toMatch(/^[1-9]\d{0,2}$/);
		}
	});

	it('is found by an ISO code in any case', () => {
		expect(findCountry(' de ')?.name).toBe('Germany');
		for (const code of ['', 'D', 'DEU', 'Germany', '49', '+49', 'ZZ', '__proto__']) {
			expect(findCountry(code)).toBeNull();
		}
	});

	it.each([
		['(?:1[5-7]|2)\\d{3}', { '1': [5], '2': [4] }],
		['0?[12]{2,3}', { '0': [3, 4], '1': [2, 3], '2': [2, 3] }],
		['8|9(?:0|1\\d)?', { '8': [1], '9': [1, 2, 3] }],
	])('reads the pattern %s', (pattern, wanted) => {
		const shape = [...shapeOf(pattern)].map(([first, lengths]) => [first, [...lengths].sort()]);
		expect(Object.fromEntries(shape)).toEqual(wanted);
	});

	it.each(['1+', '1*', '(?=1)2', '1(2', '[^1]', 'a'])(
		'does not guess at the pattern %s',
		(pattern) => {
			expect(() => shapeOf(pattern)).toThrow('Not understood');
		},
	);
});

/** Four digits, which nobody dials from abroad. */
const TOO_SHORT = ['TA'];

describe.each(countries.filter(({ id }) => id in EXAMPLES && !TOO_SHORT.includes(id)))(
	'$name',
	({ id }) => {
		const number = parsePhoneNumber(EXAMPLES[id], id as CountryCode);

		it('makes an international number of its example in national form', () => {
			expect(outcome(number.formatNational(), id)).toBe(number.number);
			expect(outcome(number.format('NATIONAL', { nationalPrefix: false }), id)).toBe(number.number);
		});

		it('leaves an international number as it is', () => {
			for (const form of [number.number, number.formatInternational()]) {
				expect(outcome(form, id)).toBe(number.number);
				expect(outcome(form.replace('+', '00'), id)).toBe(number.number);
			}
			expect(outcome(`${number.number.slice(1)}@c.us`, id)).toBe(number.number);
		});

		it('takes digits with its calling code, or asks for the plus', () => {
			const given = outcome(number.number.slice(1), id);
			if (given !== number.number) expect(given).toContain(`or ${number.number}.`);
		});
	},
);

it('agrees with the oracle wherever a number is written as in its country, or refuses', () => {
	// An example, with other digits at its end.
	const numbers = fc
		.constantFrom(...countries.filter(({ id }) => id in EXAMPLES && !TOO_SHORT.includes(id)))
		.chain(({ id, callingCode }) =>
			fc
				.tuple(
					fc.integer({ min: 0, max: 6 }),
					fc.stringMatching(/^\d{10}$/),
					fc.integer({ min: -1, max: 2 }),
				)
				.map(([kept, digits, more]) => {
					const { length } = EXAMPLES[id];
					const national = `${EXAMPLES[id].slice(0, kept)}${digits}`.slice(
						0,
						length + Math.max(more, -1),
					);
					return [id, parsePhoneNumberFromString(`+${callingCode}${national}`)] as const;
				}),
		);
	const counts = { taken: 0, refused: 0 };
	fc.assert(
		fc.property(numbers, ([id, number]) => {
			fc.pre(number !== undefined && number.isValid() && number.country === id);
			const national = number!.formatNational();
			// Gabon's numbers of 2019 and before are written like the new ones.
			fc.pre(parsePhoneNumber(national, id as CountryCode).number === number!.number);
			const result = outcome(national, id);
			if (result.startsWith('+')) expect([id, result]).toEqual([id, number!.number]);
			else expect([id, result]).toEqual([id, expect.stringContaining('"Recipient" is "')]);
			counts[result.startsWith('+') ? 'taken' : 'refused'] += 1;
		}),
		runs(2_000),
	);
	expect(counts.taken).toBeGreaterThan(20 * counts.refused);
});

it('never changes what has a plus or 00, is a chat id, or is refused without a country and not digits', () => {
	const anything = fc.oneof(
		fc.stringMatching(/^(\+|00)[1-9]\d{4,14}$/),
		fc.stringMatching(/^\d{5,15}@(c\.us|g\.us|lid|newsletter|s\.whatsapp\.net)$/),
		fc.string(),
	);
	const read = (text: string, by: Country | null) => {
		try {
			return parseRecipient(text, by).address;
		} catch (error) {
			return (error as Error).message;
		}
	};
	fc.assert(
		fc.property(anything, fc.constantFrom(...countries), (text, by) => {
			fc.pre(!/^[\d\s().,\-/]*$/.test(text) || /^00/.test(text));
			expect(read(text, by)).toBe(read(text, null));
		}),
		runs(1_000),
	);
});

it.each([
	['DE', '0151 2345678', '+491512345678'],
	['DE', '(0151) 2345678', '+491512345678'],
	['DE', '030/901820', '+4930901820'],
	// A spreadsheet has made a number of it.
	['DE', 1512345678, '+491512345678'],
	['DE', '1512345678.0', '+491512345678'],
	['GB', '07911 123456', '+447911123456'],
	['GB', 7911123456, '+447911123456'],
	// Digits that begin with the country's own code: no German mobile number begins with 4.
	['DE', '491512345678', '+491512345678'],
	['IN', '919876543210', '+919876543210'],
	['IT', '06 1234 5678', '+390612345678'],
	['IT', '393 123 4567', '+393931234567'],
	['IT', '393931234567', '+393931234567'],
	['RU', '8 912 345-67-89', '+79123456789'],
	['RU', '912 345-67-89', '+79123456789'],
	['RU', '79123456789', '+79123456789'],
	['KZ', '8 701 234 5678', '+77012345678'],
	['MX', '55 1234 5678', '+525512345678'],
	['AR', '011 15-2345-6789', '+5491123456789'],
	['AR', '0221 15-512-3456', '+5492215123456'],
	['AR', '02944 15-123456', '+5492944123456'],
	['AR', '9 11 2345 6789', '+5491123456789'],
	['BR', '(11) 91234-5678', '+5511912345678'],
	['BR', '011 91234-5678', '+5511912345678'],
	['US', '(646) 555-0123', '+16465550123'],
	['US', '1 646 555 0123', '+16465550123'],
	['CA', '416-555-0123', '+14165550123'],
	['HU', '06 20 123 4567', '+36201234567'],
	['BY', '8 029 491-19-11', '+375294911911'],
	['BY', '029 491-19-11', '+375294911911'],
	['LT', '8 612 34567', '+37061234567'],
	['LT', '0 612 34567', '+37061234567'],
	['ES', '612 34 56 78', '+34612345678'],
	['NO', '406 12 345', '+4740612345'],
	['DK', '32 12 34 56', '+4532123456'],
	['PL', '512 345 678', '+48512345678'],
	['CI', '01 23 45 67 89', '+2250123456789'],
	['AD', '312 345', '+376312345'],
])('%s: %s is %s', (id, given, wanted) => {
	expect(outcome(given, id)).toBe(wanted);
});

it.each<[string, string, string]>([
	['DE', '0151 23', 'Germany (+49), the "Default Country", has no such number.'],
	['ES', '0612 34 56 78', 'Spain (+34)'],
	['US', '646 555 01234', 'United States (+1)'],
	['MX', '044 55 1234 5678', 'Mexico (+52)'],
	['MX', '045 55 1234 5678', 'Mexico (+52)'],
	['MX', '01 55 1234 5678', 'Mexico (+52)'],
	// A 1 too many, or New Jersey: nobody abroad gets a mistyped number.
	['MX', '1 55 1234 5678', 'Mexico (+52)'],
	// 0, a carrier, the area code.
	['BR', '0 15 11 91234 5678', 'Brazil (+55)'],
	['BR', '0 15 11 2345 6789', 'Brazil (+55)'],
	// Japan's 010 is what 00 is elsewhere.
	['JP', '010 1 415 523 8886', 'Japan (+81)'],
	['DE', '0110', 'Germany (+49)'],
	// Toll-free: a 9 would be invented.
	['AR', '0800 555 1234', 'Argentina (+54)'],
])('%s: refuses %s, which is no number there', (id, given, place) => {
	const sentence = outcome(given, id);
	expect(sentence).toContain(`"Recipient" is "${given}", and `);
	expect(sentence).toContain(place);
	expect(sentence).toContain('or write it with + and its country code.');
});

it.each<[string, string, string]>([
	['DE', '15123456789', '+4915123456789 or +15123456789'],
	['DE', '33612345678', '+4933612345678 or +33612345678'],
	['DE', '492112345', '+49492112345 or +492112345'],
	['IT', '3906123456', '+393906123456 or +3906123456'],
	['AR', '011 2345-6789', '+541123456789 or +5491123456789'],
	['AR', '11 2345-6789', '+541123456789 or +5491123456789'],
])('%s: refuses %s, which can be two numbers', (id, given, numbers) => {
	expect(outcome(given, id)).toBe(
		`"Recipient" is "${given}". With "Default Country" ${countryLabel(country(id))} it can be ${numbers}. Write it with + and its country code.`,
	);
});

it.each<[string, string]>([
	// Berlin's, as people dial it there: with a 0 before it, it is somebody's elsewhere.
	['DE', '90182000'],
	['DE', '2345678'],
	['AT', '5331234'],
	['SE', '8123456'],
	['RS', '1234567'],
	// A date, and a 0 too many behind the country code.
	['DE', '2026-02-01'],
	['DE', '4901512345678'],
])('%s: refuses %s, which may lack its area code', (id, given) => {
	expect(outcome(given, id)).toBe(
		`"Recipient" is "${given}". In ${countryLabel(country(id))}, the "Default Country", that may be a number without its area code. Write it with its leading 0, or with + and its country code.`,
	);
});

it.each(['22000', '911', '12345', 'Mum', '+0151 2345678', '00 0151 2345678', '1.41552E+10'])(
	'says of %s what it says without a country',
	(given) => {
		let sentence = '';
		try {
			parseRecipient(given);
		} catch (error) {
			sentence = (error as Error).message;
		}
		expect(sentence).not.toBe('');
		for (const id of ['DE', 'US', 'IN']) expect(outcome(given, id)).toBe(sentence);
	},
);

it('hints at the option where a number lacks its country code', () => {
	try {
		parseRecipient('0151 2345678');
	} catch (error) {
		expect((error as InvalidParameterError).hint).toContain('"Default Country" under Options');
	}
	expect.assertions(1);
});

it('tells what was given only where the country made another number of it', () => {
	const told = (value: unknown) => recipientAsGiven(value, parseRecipient(value, country('DE')));
	expect(told(' 0151 2345678 ')).toBe('0151 2345678');
	expect(told(1512345678)).toBe('1512345678');
	for (const same of [
		'+491512345678',
		'00491512345678',
		'491512345678',
		'120363039326117111@g.us',
	]) {
		expect(told(same)).toBeNull();
	}
});
