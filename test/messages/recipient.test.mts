import { textOf } from '../../gateways/transport/gatewayError';
import fc from 'fast-check';
import { runs } from '../proof.mts';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import {
	describeAddress,
	parseRecipient,
	phoneDigits,
	sameRecipient,
	type RecipientKind,
} from '../../messages/recipient';

const refusal = (value: unknown): InvalidParameterError => {
	try {
		parseRecipient(value);
	} catch (error) {
		if (error instanceof InvalidParameterError) return error;
		throw error;
	}
	throw new Error(`${String(value)} was taken`);
};

const PHONE = { address: '+14155238886', phone: '+14155238886', kind: 'phone' };

it.each<[string, unknown]>([
	['with a plus', '+14155238886'],
	['as digits', '14155238886'],
	['as a number', 14155238886],
	['with 00', '0014155238886'],
	['with blanks', ' +1 415 523 8886\n'],
	['with hyphens', '+1-415-523-8886'],
	['with brackets', '+1 (415) 523-8886'],
	['with dots', '1.415.523.8886'],
	['with slashes', '00 1/415/5238886'],
	['with typographic hyphens', '+1\u2010415\u2011523\u20128886'],
	['with dashes', '+1\u2013415\u20145238886'],
	['with no-break blanks', '+1\u00a0415\u00a0523\u00a08886'],
	['with marks of direction', '\u202a+1 415 523 8886\u202c'],
	['as a chat id', '14155238886@c.us'],
	['as a chat id with a plus', '+14155238886@c.us'],
	['as a chat id in capitals', '14155238886@C.US'],
	["as WhatsApp's own id", '14155238886@s.whatsapp.net'],
	["as a spreadsheet's float", '14155238886.0'],
	['as a float with two decimals', '14155238886.00'],
	['as a float with a comma', ' 14155238886,0'],
	['as a number in scientific notation', 1.4155238886e10],
])('takes a phone number %s', (_, value) => {
	expect(parseRecipient(value)).toEqual(PHONE);
});

it.each<[RecipientKind, string, string]>([
	['group', '120363039326117111@g.us', '120363039326117111@g.us'],
	['group', '14155238886-1612345678@g.us', '14155238886-1612345678@g.us'],
	['group', ' 120363039326117111@G.US ', '120363039326117111@g.us'],
	['lid', '123456789012345@lid', '123456789012345@lid'],
	['channel', '120363039326117111@newsletter', '120363039326117111@newsletter'],
])('takes a %s: %s', (kind, value, address) => {
	expect(parseRecipient(value)).toEqual({ address, phone: null, kind });
	expect(phoneDigits(parseRecipient(value))).toBeNull();
});

it.each<[string, unknown, string]>([
	['nothing', undefined, '"Recipient" is missing.'],
	['null', null, '"Recipient" is missing.'],
	['an object', { phone: '+14155238886' }, '"Recipient" is missing.'],
	['a list', ['+14155238886'], '"Recipient" is missing.'],
	['a truth', true, '"Recipient" is missing.'],
	['empty text', '', '"Recipient" is empty.'],
	['blanks', ' \n', '"Recipient" is empty.'],
	['a national number', '0171 2345678', 'is "0171 2345678", a number without a country code.'],
	['a trunk zero after 00', '00 0171 2345678', 'a number without a country code.'],
	['a trunk zero after a plus', '+0171 2345678', 'which is not a phone number or chat ID.'],
	['a short number', '+123456', 'which is not a phone number or chat ID.'],
	['a number of 16 digits', '+1234567890123456', 'which is not a phone number or chat ID.'],
	['a name', 'Mum', 'is "Mum", which is not a phone number or chat ID.'],
	['a number and letters', '+1 415 523 TALK', 'which is not a phone number or chat ID.'],
	['two plus signs', '++14155238886', 'which is not a phone number or chat ID.'],
	['a plus inside', '1+4155238886', 'which is not a phone number or chat ID.'],
	['a zero in brackets', '+44 (0)20 7946 0018', 'Remove the "(0)"'],
	['NaN', Number.NaN, 'which is not a phone number or chat ID.'],
	['a negative number', -14155238886, 'which is not a phone number or chat ID.'],
	['a number with a fraction', 1415523888.6, 'is "1415523888.6", a decimal number'],
	['a fraction', 1.5, 'a decimal number as spreadsheets write it'],
	['a huge number', 1e21, 'a decimal number as spreadsheets write it'],
	['a text with a fraction', '14155238886.5', 'Format the column as text.'],
	['a text with a fraction behind a plus', '+14155238886.5', 'Format the column as text.'],
	['a float behind a plus', '+14155238886.0', 'Format the column as text.'],
	['a float with blanks', '1 415 523 8886.0', 'Format the column as text.'],
	['a float that could be a group', '1415523.0000', 'Format the column as text.'],
	['a float without a country code', '01712345678.0', 'Format the column as text.'],
	['a float of too few digits', '123456.0', 'Format the column as text.'],
	['scientific notation', '1.4155238886e10', 'Format the column as text.'],
	["a spreadsheet's scientific notation", '1.41552E+10', 'Format the column as text.'],
	['the same with a comma', '1,41552E+10', 'Format the column as text.'],
	['a float as a chat id', '14155238886.0@c.us', 'which is not a phone number or chat ID.'],
	['two numbers', '+14155238886,+14155238887', 'which is not a phone number or chat ID.'],
	['an e-mail address', 'a@example.com', 'which is not a phone number or chat ID.'],
	['an id at an unknown server', '14155238886@x.us', 'which is not a phone number or chat ID.'],
	['a chat id with blanks', '1 415 523 8886@c.us', 'which is not a phone number or chat ID.'],
	[
		'a chat id with a device',
		'14155238886:12@s.whatsapp.net',
		'which is not a phone number or chat ID.',
	],
	['two @', '14155238886@c.us@c.us', 'which is not a phone number or chat ID.'],
	['a server alone', '@g.us', 'which is not a phone number or chat ID.'],
	['a word as a group', 'family@g.us', 'which is not a phone number or chat ID.'],
	['__proto__', '14155238886@__proto__', 'which is not a phone number or chat ID.'],
	['constructor', '14155238886@constructor', 'which is not a phone number or chat ID.'],
	['toString', 'toString', 'which is not a phone number or chat ID.'],
])('refuses %s, says so and shows the forms', (_, value, sentence) => {
	const error = refusal(value);
	expect(error.parameter).toBe('Recipient');
	// The headline alone names the parameter; what to do stands below it.
	expect(error.message.length).toBeLessThan(140);
	const text = textOf(error);
	expect(text).toContain(sentence);
	expect(text).toMatch(/^"Recipient" is .* country code, e\.g\. \+14155238886/s);
});

it('shortens a long value', () => {
	expect(textOf(refusal('x'.repeat(1_000_000))).length).toBeLessThan(300);
});

const e164 = fc.stringMatching(/^[1-9]\d{6,14}$/);
const marks = fc.constantFrom('', '', ' ', '-', '.', '(', ')', '/', '\u00a0', '\u2011', '\u2013');

it('gives the same phone for any number in any form', () => {
	const written = e164.chain((digits) =>
		fc.record({
			digits: fc.constant(digits),
			prefix: fc.constantFrom('', '+', '00', ' +', '0 0'),
			gaps: fc.array(marks, { minLength: digits.length, maxLength: digits.length }),
		}),
	);
	fc.assert(
		fc.property(written, ({ digits, prefix, gaps }) => {
			const text = prefix + [...digits].map((digit, index) => digit + gaps[index]).join('');
			fc.pre(!text.includes('(0)'));
			// One dot before the last one or two digits is a decimal point.
			fc.pre(!/^\+?\d+\.\d{1,2}$|^[^.]*\.0{1,2}$|^[1-9]\d*\.0+$/.test(text.trim()));
			expect(parseRecipient(text)).toEqual({
				address: `+${digits}`,
				phone: `+${digits}`,
				kind: 'phone',
			});
		}),
		runs(1_000),
	);
});

it('takes no form of a float for another number', () => {
	const forms = (digits: string) => {
		const value = Number(digits);
		return [
			value,
			value + 0.5,
			...[1, 2, 3, 6].map((decimals) => value.toFixed(decimals)),
			...[0, 3, 6, digits.length - 1, 14].map((decimals) => value.toExponential(decimals)),
			`+${value.toFixed(1)}`,
			`${digits},0`,
			`${digits}.5`,
		];
	};
	fc.assert(
		fc.property(e164, (digits) => {
			for (const form of forms(digits)) {
				let phone: string | null;
				try {
					({ phone } = parseRecipient(form));
				} catch (refused) {
					expect(refused).toBeInstanceOf(InvalidParameterError);
					continue;
				}
				expect([form, phone]).toEqual([form, `+${digits}`]);
			}
		}),
		runs(500),
	);
});

it('finds a phone number again in each form in which a gateway tells it', () => {
	const forms = fc.constantFrom<(digits: string) => string>(
		(digits) => digits,
		(digits) => `+${digits}`,
		(digits) => `${digits}@c.us`,
		(digits) => `${digits}@s.whatsapp.net`,
		(digits) => `${digits}:12@s.whatsapp.net`,
	);
	fc.assert(
		fc.property(e164, forms, e164, (digits, form, other) => {
			const told = describeAddress(form(digits));
			expect(told).toEqual({ address: form(digits), phone: `+${digits}`, kind: 'phone' });
			if (told === null) return;
			expect(phoneDigits(told)).toBe(digits);
			expect(sameRecipient(told, parseRecipient(digits))).toBe(true);
			expect(sameRecipient(parseRecipient(other), told)).toBe(other === digits);
		}),
		runs(300),
	);
});

it('finds groups, LIDs and channels again by their address', () => {
	const id = fc.stringMatching(/^\d{5,31}$/);
	fc.assert(
		fc.property(id, fc.constantFrom('g.us', 'lid', 'newsletter'), (digits, server) => {
			const wanted = parseRecipient(`${digits}@${server}`);
			const told = describeAddress(wanted.address);
			expect(told).toEqual(wanted);
			if (told === null) return;
			expect(sameRecipient(told, wanted)).toBe(true);
			const other = server === 'lid' ? 'g.us' : 'lid';
			expect(sameRecipient(told, parseRecipient(`${digits}@${other}`))).toBe(false);
		}),
		runs(300),
	);
});

it('reads anything, or refuses it with a sentence', () => {
	fc.assert(
		fc.property(fc.oneof(fc.anything(), fc.string({ unit: 'binary' })), (value) => {
			try {
				expect(parseRecipient(value).address).not.toBe('');
			} catch (error) {
				expect(error).toBeInstanceOf(InvalidParameterError);
				expect((error as InvalidParameterError).message).toContain('"Recipient"');
			}
		}),
		runs(300),
	);
});

describe('an address that a gateway told', () => {
	it.each<[string, RecipientKind]>([
		['status@broadcast', 'unknown'],
		['14155238886@x.us', 'unknown'],
		['14155238886@__proto__', 'unknown'],
		['14155238886@constructor', 'unknown'],
		['14155238886@hasOwnProperty', 'unknown'],
		['__proto__', 'unknown'],
		['0171@c.us', 'unknown'],
		['SHORTCODE', 'unknown'],
		['@', 'unknown'],
		['120363039326117111@g.us', 'group'],
		['123@lid', 'lid'],
	])('is kept as it is: %s', (address, kind) => {
		expect(describeAddress(address)).toEqual({ address, phone: null, kind });
	});

	it('is null where it is no text', () => {
		for (const value of [undefined, null, '', 14155238886, {}, [], ['14155238886']]) {
			expect(describeAddress(value)).toBeNull();
		}
	});

	it('never makes it throw', () => {
		fc.assert(
			fc.property(fc.oneof(fc.anything(), fc.string({ unit: 'binary' })), (value) => {
				const told = describeAddress(value);
				expect(told === null).toBe(typeof value !== 'string' || value === '');
				if (told === null) return;
				expect(told.address).toBe(value);
				expect(told.phone === null || /^\+[1-9]\d{6,14}$/.test(told.phone)).toBe(true);
				expect(told.kind === 'phone').toBe(told.phone !== null);
			}),
			runs(300),
		);
	});
});
