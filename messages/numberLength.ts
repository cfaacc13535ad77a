import { callingCodeOf, lengthsOfNumbers } from './country';
import { withoutMobileOne } from './recipientTime/numberZones';

/**
 * What is wrong with the length of a phone number, as a sentence; null if people have such numbers. It finds
 * a digit too many or too few before a message waits for days. Digits are not judged: such rules age, and
 * the gateway has the last word.
 *
 * @param phone E.164 with `+`; null for a recipient without a number
 */
export function lengthProblem(phone: string | null): string | null {
	if (phone === null) return null;
	const digits = withoutMobileOne(phone.replace(/^\+/, ''));
	const code = callingCodeOf(digits);
	if (code === null) return `"Recipient" is ${phone}, which begins with no country code.`;

	const possible = lengthsOfNumbers(code);
	const length = digits.length - code.length;
	if (possible.includes(length)) return null;
	return `"Recipient" is ${phone}, with ${length} ${length === 1 ? 'digit' : 'digits'} behind +${code}. Numbers there have ${inWords(possible)}.`;
}

/** `7, 9 or 10`. */
const inWords = (numbers: readonly number[]): string =>
	numbers.length === 1
		? `${numbers[0]}`
		: `${numbers.slice(0, -1).join(', ')} or ${numbers[numbers.length - 1]}`;
