/** Hides phone numbers from who passes by a screen. */
export interface Mask {
	/** A text of a vendor or a message: what looks like a phone number in it is masked. */
	text(text: string): string;
	/** A user's own id, whose digits stay unless they are the recipient's. */
	id(text: string, recipient: string | null): string;
}

/** Digits that stay visible are enough to tell two recipients apart, not to call them. */
const HIDDEN = 4;
const BULLET = '•';

/** With + also what people write between digits; without, at least so many that no date or price fits. */
const NUMBER = /\+\d(?:[\s().\-/\u00a0\u2010-\u2015]{0,2}\d){6,18}|\d{8,}/g;

export function createMask(isOn: boolean): Mask {
	if (!isOn) return { text: (text) => text, id: (text) => text };
	return {
		text: (text) => text.replace(NUMBER, hideLast),
		id: (text, recipient) => {
			const digits = (recipient ?? '').replace(/\D/g, '');
			return digits.length < 7 ? text : text.replaceAll(digits, hideLast(digits));
		},
	};
}

/** The last digits, wherever other characters stand between them. */
function hideLast(number: string): string {
	let left = HIDDEN;
	return [...number]
		.reverse()
		.map((sign) => (/\d/.test(sign) && left-- > 0 ? BULLET : sign))
		.reverse()
		.join('');
}
