/**
 * Mobile numbers that WhatsApp knows by another form than people write: its ids lack the `1` behind Mexico's
 * 52, the `9` behind Argentina's 54, and, where the rest begins with 7 to 9, the ninth digit of Brazil.
 * Senders rewrite them (gateways' facts: `formatMXOrARNumber`, `formatBRNumber` of a Baileys server; its
 * issues 2062, 2687, 447), so that an answer may come from the other form.
 *
 * Each: the longer form, where its additional digit stands, and which it is.
 */
const FORMS = [
	{ long: /^\+521\d{10}$/, short: /^\+52\d{10}$/, at: 3, digit: '1' },
	{ long: /^\+549\d{10}$/, short: /^\+54\d{10}$/, at: 3, digit: '9' },
	{ long: /^\+55\d{2}9[7-9]\d{7}$/, short: /^\+55\d{2}[7-9]\d{7}$/, at: 5, digit: '9' },
] as const;

/**
 * All forms of a person's number, the given one first: `+5215512345678` and `+525512345678` reach the same
 * person. What has one form only, or is no number in E.164, is alone.
 */
export function sameRecipientForms(person: string): readonly string[] {
	for (const { long, short, at, digit } of FORMS) {
		if (long.test(person)) return [person, person.slice(0, at) + person.slice(at + 1)];
		if (short.test(person)) return [person, person.slice(0, at) + digit + person.slice(at)];
	}
	return [person];
}

/** The form by which people are compared: the shortest. */
export const sameRecipientKey = (person: string): string =>
	sameRecipientForms(person).reduce((one, other) => (other.length < one.length ? other : one));
