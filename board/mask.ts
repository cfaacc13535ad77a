/** Hides phone numbers from who passes by a screen. */
export interface Mask {
	/** A text of a vendor or a message: what looks like a phone number, or is the recipient's, is masked. */
	text(text: string, recipient?: string | null): string;
	/** A user's own id, whose digits stay unless they are the recipient's. */
	id(text: string, recipient: string | null): string;
}

/** Digits that stay visible are enough to tell two recipients apart, not to call them. */
const HIDDEN = 4;
const BULLET = '•';
/** So many last digits are the recipient's, however the number is written before them. */
const OWN_DIGITS = 7;

/** What people write between digits, and signs that cannot be seen. */
const BETWEEN = '[\\s().\\-/_·\\u2010-\\u2015\\u2212\\p{Cf}]{0,3}';
const more = (least: number, most: number) => `(?:${BETWEEN}\\p{Nd}){${least},${most}}`;
/** `01.02.2026`. */
const DATE = '0[1-9]([./-])(?:0[1-9]|[12]\\d|3[01])\\1(?:19|20)\\d\\d(?!\\d)';

/** The forms of phone numbers; without a sign that begins one, so many digits that no date or price fits. */
const NUMBER = new RegExp(
	[
		`\\+[\\s(]{0,2}\\p{Nd}${more(6, 18)}`,
		`\\(\\p{Nd}{2,5}\\)${more(6, 12)}`,
		`(?<!\\p{Nd}[.:/-]?)(?!${DATE})0${more(8, 16)}`,
		'(?<!\\p{Nd})\\p{Nd}{3}[ .-]\\p{Nd}{3}[ .-]\\p{Nd}{4}(?!\\p{Nd})',
		'\\p{Nd}{8,}',
	].join('|'),
	'gu',
);

export function createMask(isOn: boolean): Mask {
	if (!isOn) return { text: (text) => text, id: (text) => text };
	return {
		text: (text, recipient = null) => hideNumbers(hideRecipient(text, recipient)),
		id: hideRecipient,
	};
}

const hideNumbers = (text: string): string =>
	text.replace(NUMBER, (number: string, _separator: unknown, at: number) =>
		HIDDEN_END.test(text.slice(at + number.length)) ? number : hideLast(number),
	);

/** The last digits, wherever other characters stand between them. */
function hideLast(number: string): string {
	let left = HIDDEN;
	return [...number]
		.reverse()
		.map((sign) => (DIGIT.test(sign) && left-- > 0 ? BULLET : sign))
		.reverse()
		.join('');
}

const DIGIT = /\p{Nd}/u;
/** What follows a number whose end is hidden already. */
const HIDDEN_END = new RegExp(`^${BETWEEN}${BULLET}`, 'u');
const ONLY_BETWEEN = new RegExp(`^${BETWEEN}$`, 'u');

/** Hides the end of the recipient's number in whatever form it stands: national, with spaces, in other digits. */
function hideRecipient(text: string, recipient: string | null): string {
	const own = digitsOf(recipient ?? '').slice(-OWN_DIGITS);
	if (own.length < OWN_DIGITS) return text;
	const signs = [...text];
	const places = signs.flatMap((sign, index) => (DIGIT.test(sign) ? [index] : []));
	const digits = places.map((index) => digitOf(signs[index])).join('');
	const isOneNumber = (begin: number): boolean =>
		places
			.slice(begin, begin + OWN_DIGITS - 1)
			.every((place, index) =>
				ONLY_BETWEEN.test(signs.slice(place + 1, places[begin + index + 1]).join('')),
			);
	for (let at = digits.indexOf(own); at >= 0; at = digits.indexOf(own, at + 1)) {
		if (!isOneNumber(at)) continue;
		const end = at + OWN_DIGITS;
		for (const place of places.slice(end - HIDDEN, end)) signs[place] = BULLET;
	}
	return signs.join('');
}

/** The digits of a phone number or of a chat's id, as ASCII; what follows @ or : is no part of the number. */
const digitsOf = (recipient: string): string =>
	[...recipient.split(/[@:]/)[0]]
		.filter((sign) => DIGIT.test(sign))
		.map(digitOf)
		.join('');

/** The value of a digit of any script: each has its ten in a row. */
function digitOf(sign: string): number {
	const code = sign.codePointAt(0)!;
	let before = 0;
	while (DIGIT.test(String.fromCodePoint(code - before - 1))) before++;
	return before % 10;
}
