import { InvalidParameter } from '../invalidParameter';
import { quote } from './text';
import { openingHours, type SendingWindow } from './window';

const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** A window as one line that a person can read and edit: `Mon Tue Wed 09:00-18:00 Europe/Berlin`. */
export const formatWindow = ({ from, to, weekdays, timezone }: SendingWindow): string =>
	`${DAY_NAMES.filter((_, index) => weekdays.includes(index + 1)).join(' ')} ${from}-${to} ${timezone}`;

/**
 * Reads a window that {@link formatWindow} wrote and a person may have edited.
 *
 * @throws InvalidParameter naming *Sending Window*
 */
export function parseWindow(text: string): SendingWindow {
	const match = /^((?:[A-Za-z]{3},? +)+)(\d\d:\d\d) *[-–] *(\d\d:\d\d) +(\S+)$/.exec(text.trim());
	const weekdays = (match?.[1] ?? '')
		.split(/[ ,]+/)
		.filter((name) => name !== '')
		.map((name) => 1 + DAY_NAMES.findIndex((day) => day.toLowerCase() === name.toLowerCase()));
	if (match === null || weekdays.includes(0)) {
		throw new InvalidParameter(
			'Sending Window',
			`"Sending Window" is ${quote(text)}. Write it as Mon Tue Wed Thu Fri 09:00-18:00 Europe/Berlin.`,
		);
	}
	const window = { weekdays, from: match[2], to: match[3], timezone: match[4] };
	openingHours(window);
	return window;
}
