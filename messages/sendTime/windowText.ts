import { InvalidParameterError } from '../invalidParameterError';
import { quote } from '../text';
import { openingHours, type SendingWindow } from './window';

const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Hours in each form that the option takes; a weekday may have a comma behind it. */
const FORM =
	/^((?:[A-Za-z]{3}(?:, *| +))+)(\d{1,2}:\d{2}(?::\d{2})?) *[-–] *(\d{1,2}:\d{2}(?::\d{2})?) +(\S+)$/;

/** 1 for Monday to 7 for Sunday, 0 for what is no weekday. */
const weekdayOf = (name: string): number =>
	1 + DAY_NAMES.findIndex((day) => day.toLowerCase() === name.toLowerCase());

/** A window as one line that a person can read and edit: `Mon Tue Wed 09:00-18:00 Europe/Berlin`. */
export const formatWindow = ({ from, to, weekdays, timezone }: SendingWindow): string =>
	`${DAY_NAMES.filter((_, index) => weekdays.includes(index + 1)).join(' ')} ${from}-${to} ${timezone}`;

/**
 * Reads a window that {@link formatWindow} wrote and a person may have edited.
 *
 * @throws InvalidParameterError naming *Sending Window*
 */
export function parseWindow(text: string): SendingWindow {
	const match = FORM.exec(text.trim());
	const names = (match?.[1] ?? '').split(/[ ,]+/).filter((name) => name !== '');
	const weekdays = [...new Set(names.map(weekdayOf))];
	if (match === null || weekdays.includes(0)) {
		throw new InvalidParameterError(
			'Sending Window',
			`"Sending Window" is ${quote(text)}. Enter a window such as Mon Tue Wed Thu Fri 09:00-18:00 Europe/Berlin.`,
		);
	}
	const window = { weekdays, from: match[2], to: match[3], timezone: match[4] };
	openingHours(window);
	return window;
}
