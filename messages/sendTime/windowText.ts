import { InvalidParameterError } from '../invalidParameterError';
import { quote } from '../text';
import { hoursOf, openingHours, type DailyHours, type SendingWindow } from './openingHours';
import { formatWeekdays, weekdayOf } from './weekdays';

/** Hours in each form that the option takes; a weekday may have a comma behind it. */
const HOURS =
	/^((?:[A-Za-z]{3}(?:, *| +))+)(\d{1,2}:\d{2}(?::\d{2})?) *[-–] *(\d{1,2}:\d{2}(?::\d{2})?)/;
const ZONES = /^ +([^\s,;]+(?: *, *[^\s,;]+)*)/;
const CLOSED_ON = /^ +not on +(\S+(?: *[ ,] *\S+)*)$/i;
/** Longer text is no window of anybody's: hours, 11 zones and a year of dates have less. */
const MAX_LENGTH = 10_000;

/** Hours as a person reads them: `Mon Tue 09:00-18:00; Sat 10:00-14:00`. */
export const formatHours = (hours: readonly DailyHours[]): string =>
	hours.map(({ from, to, weekdays }) => `${formatWeekdays(weekdays)} ${from}-${to}`).join('; ');

/**
 * A window as one line that a person can read and edit: `Mon Tue Wed 09:00-18:00 Europe/Berlin`, or
 * `Mon 09:00-18:00; Sat 10:00-14:00 Europe/Madrid, Atlantic/Canary not on 2026-12-25, 2026-12-26`.
 */
export const formatWindow = (window: SendingWindow): string => {
	const { timezone, otherTimezones = [], closedOn = [] } = window;
	const zones = [timezone, ...otherTimezones].join(', ');
	const days = closedOn.length === 0 ? '' : ` not on ${closedOn.join(', ')}`;
	return `${formatHours(hoursOf(window))} ${zones}${days}`;
};

/**
 * Reads a window that {@link formatWindow} wrote and a person may have edited.
 *
 * @throws InvalidParameterError naming *Sending Window*
 */
export function parseWindow(text: string): SendingWindow {
	const given = text.trim();
	const read = given.length > MAX_LENGTH ? null : readHours(given);
	const zones = read && ZONES.exec(read.rest);
	const behind = zones ? read.rest.slice(zones[0].length) : '';
	const closed = CLOSED_ON.exec(behind);
	if (!read || !zones || (behind !== '' && closed === null)) {
		throw new InvalidParameterError(
			'Sending Window',
			`"Sending Window" is ${quote(text)}. Enter a window such as Mon Tue Wed Thu Fri 09:00-18:00 Europe/Berlin.`,
		);
	}
	const [hours, ...moreHours] = read.hours;
	const [timezone, ...otherTimezones] = new Set(zones[1].split(/ *, */));
	const closedOn = closed === null ? [] : [...new Set(closed[1].split(/[ ,]+/))];
	const window: SendingWindow = {
		...hours,
		timezone,
		...(moreHours.length > 0 && { moreHours }),
		...(otherTimezones.length > 0 && { otherTimezones }),
		...(closedOn.length > 0 && { closedOn }),
	};
	openingHours(window);
	return window;
}

/** Hours as {@link formatHours} writes them. @throws for a text that is none: ours always are */
export function parseHours(text: string): readonly DailyHours[] {
	const read = readHours(text);
	if (read === null || read.rest !== '') throw new RangeError(`No hours: ${text}`);
	return read.hours;
}

/** The hours with which a text begins, and what is behind them; null if it begins with none. */
function readHours(
	text: string,
): { readonly hours: readonly DailyHours[]; readonly rest: string } | null {
	const hours: DailyHours[] = [];
	for (let rest = text; ; rest = rest.replace(/^ *; */, '')) {
		const match = HOURS.exec(rest);
		const names = (match?.[1] ?? '').split(/[ ,]+/).filter((name) => name !== '');
		const weekdays = [...new Set(names.map(weekdayOf))];
		if (match === null || weekdays.includes(0)) return null;
		hours.push({ weekdays, from: match[2], to: match[3] });
		rest = rest.slice(match[0].length);
		if (!/^ *;/.test(rest)) return { hours, rest };
	}
}
