/** Send times lie in these years (UTC): a mix-up of seconds and milliseconds falls outside. */
export const FIRST_YEAR = 2000;
export const LAST_YEAR = 2100;
const FIRST = Date.UTC(FIRST_YEAR, 0, 1);
const AFTER_LAST = Date.UTC(LAST_YEAR + 1, 0, 1);

/** Whether an instant (milliseconds) lies in the years that a send time may have. */
export function isInRange(instant: number): boolean {
	return instant >= FIRST && instant < AFTER_LAST;
}

/** What a text with a date and a time of day says; see `WallTime` for `wall`. */
export type DateTimeText =
	| {
			kind: 'read';
			/** The clock time that is written, as UTC milliseconds. */
			wall: number;
			/** The offset from UTC that is written, in milliseconds; absent when none is. */
			offset?: number;
			/** The zone in brackets, as written. */
			zoneName?: string;
	  }
	/** It has the form, but no calendar has that date or no clock that time. */
	| { kind: 'impossible' }
	/** The year is outside 2000 to 2100. */
	| { kind: 'outOfRange' }
	/** It has another form. */
	| { kind: 'other' };

const OFFSET = '(Z|[+\\-\\u2212]\\d{2}(?::?\\d{2})?)';

/** 2026-02-01T15:00, 2026-02-01 15:00:30.5, 2026/2/1 9:00, …+02:00, …Z, …[Europe/Berlin] */
const EXTENDED = new RegExp(
	`^(\\d{4})([-/])(\\d{1,2})\\2(\\d{1,2})[T ](\\d{1,2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?(?: ?${OFFSET})?(?: ?\\[([^\\]]{1,64})\\])?$`,
	'i',
);

/** 20260201T150000Z, as calendar files have it */
const BASIC = new RegExp(`^(\\d{4})(\\d{2})(\\d{2})T(\\d{2})(\\d{2})(\\d{2})?${OFFSET}?$`, 'i');

/**
 * Reads ISO 8601 and SQL-like text with the year first, and nothing else: what `Date.parse` makes
 * of other texts differs between machines.
 */
export function parseDateTime(text: string): DateTimeText {
	const extended = EXTENDED.exec(text);
	if (extended) {
		const [, year, , month, day, hour, minute, second, fraction, offset, zoneName] = extended;
		return assemble([year, month, day, hour, minute, second], fraction, offset, zoneName);
	}
	const basic = BASIC.exec(text);
	if (basic) {
		const [, year, month, day, hour, minute, second, offset] = basic;
		return assemble([year, month, day, hour, minute, second], undefined, offset, undefined);
	}
	return { kind: 'other' };
}

function assemble(
	fields: Array<string | undefined>,
	fraction: string | undefined,
	offsetSign: string | undefined,
	zoneName: string | undefined,
): DateTimeText {
	const [year, month, day, hour, minute, second] = fields.map((field) => Number(field ?? 0));
	if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 59) {
		return { kind: 'impossible' };
	}
	if (year < FIRST_YEAR || year > LAST_YEAR) return { kind: 'outOfRange' };

	const milliseconds = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
	const wall = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
	// Date.UTC carries 31 February on into March.
	if (day < 1 || new Date(wall).getUTCDate() !== day) return { kind: 'impossible' };

	const offset = offsetSign === undefined ? undefined : parseOffset(offsetSign);
	if (offset === null) return { kind: 'impossible' };
	if (offset !== undefined && !isInRange(wall - offset)) return { kind: 'outOfRange' };
	return {
		kind: 'read',
		wall,
		...(offset !== undefined && { offset }),
		...(zoneName !== undefined && { zoneName }),
	};
}

/** Null for an offset that no place on earth has. */
function parseOffset(text: string): number | null {
	if (text.toUpperCase() === 'Z') return 0;

	const digits = text.replace(/\D/g, '').padEnd(4, '0');
	const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2));
	if (minutes > 14 * 60 || Number(digits.slice(2)) > 59) return null;
	return (text[0] === '+' ? minutes : -minutes) * 60_000;
}
