import { parseRecipient } from '../../messages/recipient';

const digits = (count: number) => '1'.repeat(count);

/** How long an id may be, and that nothing may stand before or behind it. */
describe('a chat id', () => {
	it.each([
		`${digits(5)}@g.us`,
		`${digits(31)}@g.us`,
		`${digits(5)}-${digits(5)}@g.us`,
		`${digits(31)}-${digits(20)}@g.us`,
		`${digits(5)}@lid`,
		`${digits(31)}@lid`,
		`${digits(31)}@newsletter`,
	])('is taken: %s', (text) => {
		expect(parseRecipient(text)).toMatchObject({ address: text, phone: null });
	});

	it.each([
		`${digits(4)}@g.us`,
		`${digits(32)}@g.us`,
		`x${digits(9)}@g.us`,
		`${digits(9)}x@g.us`,
		`${digits(9)}-@g.us`,
		`${digits(9)}-${digits(4)}@g.us`,
		`${digits(9)}-${digits(21)}@g.us`,
		`${digits(4)}@lid`,
		`${digits(32)}@lid`,
		`x${digits(9)}@lid`,
		`${digits(9)}x@newsletter`,
		`${digits(9)}-${digits(9)}@lid`,
	])('is refused: %s', (text) => {
		expect(() => parseRecipient(text)).toThrow('which is not a phone number or chat ID');
	});
});

it('takes a number of 7 to 15 digits', () => {
	for (const count of [7, 15]) {
		expect(parseRecipient(digits(count)).phone).toBe(`+${digits(count)}`);
	}
	for (const count of [6, 16]) {
		expect(() => parseRecipient(digits(count))).toThrow('which is not a phone number or chat ID');
	}
});
