import type { Country } from './country';
import { InvalidParameterError } from './invalidParameterError';
import { toInternationalDigits } from './nationalNumber';
import { shorten } from './text';

/** What an address names. A `lid` is WhatsApp's hidden id of a person; a `channel` is a newsletter. */
export type RecipientKind = 'phone' | 'group' | 'lid' | 'channel' | 'unknown';

/** Who receives a message. */
export interface Recipient {
	/** As it goes to, or came from, the gateway: `919988066776`, `…@s.whatsapp.net`, `…@g.us`. */
	readonly address: string;
	/** E.164 with `+`, or null if the address is not a phone number (a group, a LID). */
	readonly phone: string | null;
	readonly kind: RecipientKind;
}

/** What the part behind the `@` of a chat id names. */
function kindOf(server: string): RecipientKind {
	switch (server) {
		case 'c.us':
		case 's.whatsapp.net':
			return 'phone';
		case 'g.us':
			return 'group';
		case 'lid':
			return 'lid';
		case 'newsletter':
			return 'channel';
		default:
			return 'unknown';
	}
}

const E164_DIGITS = /^[1-9]\d{6,14}$/;
const GROUP_ID = /^\d{5,31}(-\d{5,20})?$/;
const OTHER_ID = /^\d{5,31}$/;
/**
 * Characters that people write between the digits of a phone number, and the invisible marks of writing
 * direction that are copied from address books.
 */
const PUNCTUATION = /[\s().\-/\u00a0\u2010-\u2015\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
/** `+44 (0)20 …`: the zero is dialled inside the country only, and is not part of the number. */
const TRUNK_ZERO = /\(\s*0\s*\)/;

/** A whole number that a spreadsheet has written as a float; no phone number ends like this. */
const WHOLE_FLOAT = /^[1-9]\d{6,14}[.,]0{1,2}$/;
/** Any other decimal or scientific form, in which digits may be missing or added. */
const NUMERIC =
	/^(?:[+-]?\d+[.,]\d{1,2}|[^.,]*[.,]0{1,2}|[1-9]\d*[.,]0+|[+-]?\d+(?:[.,]\d*)?e[+-]?\d+)$/i;

/** What to do about an invalid recipient. */
const FORMS =
	'Use the international form with country code, e.g. +14155238886, or a WhatsApp chat id such as 14155238886@c.us or 120363039326117111@g.us.';

/**
 * Reads a recipient in any form that a supported gateway documents: a phone number with country
 * code (`+…`, `00…` or digits only, punctuation ignored), or a chat id ending in `@c.us`,
 * `@s.whatsapp.net`, `@g.us`, `@lid` or `@newsletter`.
 *
 * A whole number with a decimal point behind it, `14155238886.0`, is what spreadsheets make of a phone
 * number, and is read as that number. Every other decimal or scientific form is rejected: `1.4155E+10`
 * has lost digits.
 *
 * The result's `address` is neutral: `+` and digits for a phone number, otherwise the chat id. Each
 * gateway turns it into its own form.
 *
 * @param defaultCountry whose numbers are meant by digits without `+` and `00`; null for none
 * @throws InvalidParameterError naming *Recipient*
 */
export function parseRecipient(value: unknown, defaultCountry: Country | null = null): Recipient {
	if (typeof value !== 'string' && typeof value !== 'number') {
		throw new InvalidParameterError('Recipient', '"Recipient" is missing', FORMS);
	}
	if (typeof value === 'number' && !(value > 0 && Number.isSafeInteger(value))) {
		throw NUMERIC.test(String(value)) ? notWhole(String(value)) : notUnderstood(String(value));
	}
	const text = String(value).trim();
	if (text === '') throw new InvalidParameterError('Recipient', '"Recipient" is empty', FORMS);
	const at = text.indexOf('@');
	return at === -1 ? parsePhone(text, defaultCountry) : parseChatId(text, at);
}

/**
 * The recipient as the user entered it, if a default country changes the number; otherwise null.
 *
 * @param recipient the result of `parseRecipient` for the value and that country
 */
export function recipientAsGiven(value: unknown, recipient: Recipient): string | null {
	try {
		if (sameRecipient(parseRecipient(value), recipient)) return null;
	} catch {
		// Without a country it is not a number.
	}
	return String(value).trim();
}

function parsePhone(text: string, defaultCountry: Country | null): Recipient {
	if (TRUNK_ZERO.test(text)) {
		throw new InvalidParameterError(
			'Recipient',
			`"Recipient" is "${shorten(text)}", whose "(0)" is not dialled after a country code`,
			`Remove the "(0)". ${FORMS}`,
		);
	}
	if (NUMERIC.test(text) && !WHOLE_FLOAT.test(text)) throw notWhole(text);
	const compact = text.replace(WHOLE_FLOAT.test(text) ? /[.,]0+$/ : PUNCTUATION, '');
	const isNational = defaultCountry !== null && /^(?!00)\d+$/.test(compact);
	const international = isNational ? toInternationalDigits(compact, defaultCountry, text) : null;
	const digits = international ?? compact.replace(/^\+|^00/, '');
	if (/^0\d+$/.test(digits) && /^\d+$/.test(compact)) {
		throw new InvalidParameterError(
			'Recipient',
			`"Recipient" is "${shorten(text)}", a number without a country code`,
			`${FORMS} Or choose its country as "Default Country" under Options.`,
		);
	}
	if (!E164_DIGITS.test(digits)) throw notUnderstood(text);
	return { address: `+${digits}`, phone: `+${digits}`, kind: 'phone' };
}

function parseChatId(text: string, at: number): Recipient {
	const id = text.slice(0, at).replace(/^\+/, '');
	const server = text.slice(at + 1).toLowerCase();
	const kind = kindOf(server);
	if (kind === 'phone' && E164_DIGITS.test(id)) {
		return { address: `+${id}`, phone: `+${id}`, kind };
	}
	if (kind === 'group' && GROUP_ID.test(id)) return { address: `${id}@g.us`, phone: null, kind };
	if ((kind === 'lid' || kind === 'channel') && OTHER_ID.test(id)) {
		return { address: `${id}@${server}`, phone: null, kind };
	}
	throw notUnderstood(text);
}

/**
 * Describes an address that a gateway reported: unchanged, with the phone number if it is one. Never throws:
 * an unknown form has kind `unknown`. Null if it is not text.
 */
export function describeAddress(address: unknown): Recipient | null {
	if (typeof address !== 'string' || address === '') return null;
	const at = address.indexOf('@');
	const kind = at === -1 ? 'phone' : kindOf(address.slice(at + 1));
	if (kind !== 'phone') return { address, phone: null, kind };
	const id = at === -1 ? address : address.slice(0, at);
	// A device suffix (`…:12@s.whatsapp.net`) is not part of the number.
	const digits = E164_DIGITS.test(id) ? id : id.replace(/^\+/, '').replace(/:\d+$/, '');
	return E164_DIGITS.test(digits)
		? { address, phone: `+${digits}`, kind }
		: { address, phone: null, kind: 'unknown' };
}

/** The digits of a phone recipient, without `+`. Null for all other kinds. */
export const phoneDigits = (recipient: Recipient): string | null =>
	recipient.phone === null ? null : recipient.phone.slice(1);

/** Whether two recipients are the same, in any form. */
export const sameRecipient = (a: Recipient, b: Recipient): boolean =>
	a.phone === null && b.phone === null ? a.address === b.address : a.phone === b.phone;

const notWhole = (text: string) =>
	new InvalidParameterError(
		'Recipient',
		`"Recipient" is "${shorten(text)}", a decimal number as spreadsheets write it, whose digits may not be the phone number's`,
		`Format the column as text. ${FORMS}`,
	);

const notUnderstood = (text: string) =>
	new InvalidParameterError(
		'Recipient',
		`"Recipient" is "${shorten(text)}", which is not a phone number or chat ID`,
		FORMS,
	);
