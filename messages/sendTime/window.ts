import { openingHours, type OpeningHours, type SendingWindow } from './openingHours';
import { addSteps, moveTo, type Step } from './resolve';
import type { ResolvedSendTime } from './types';
import { instantFrom } from './wallClock';
import { isReported } from './zoneData';

/**
 * Moves a time that is outside the window to its next opening, and says so in `adjusted`; says
 * there too where the time zone data of this process is too old to keep the window.
 *
 * @throws InvalidParameterError when the window's values cannot be used
 */
export function applySendingWindow(
	resolved: ResolvedSendTime,
	window: SendingWindow,
): ResolvedSendTime {
	const hours = openingHours(window);
	const instant = instantFrom(resolved.scheduledAt);
	const opening = hours.nextOpen(instant);
	const outdated = outdatedStep(resolved, hours, instant, opening);
	if (opening === instant) return addSteps(resolved, outdated);
	const step: Step = { reason: 'sendingWindow', note: hours.note(opening) };
	return moveTo(resolved, opening, 'Sending Window', step, ...outdated);
}

/** The note that the window is not kept exactly; none if it is, or if it was already noted. */
export function outdatedStep(
	item: ResolvedSendTime,
	hours: OpeningHours,
	wanted: number,
	instant: number,
): Step[] {
	const note = isReported(item, hours.timezone) ? null : hours.outdatedNote(wanted, instant);
	return note === null ? [] : [{ reason: 'outdatedTimezoneData', note }];
}

/** The window that a message keeps. */
export interface KeptWindow {
	readonly window: SendingWindow;
	/** Why it is not kept in all its zones, as a sentence; null if it is. */
	readonly note: string | null;
}

/**
 * The window as a message keeps it: in all zones in which its recipient may be, or in the first one alone
 * if these have no hour in common. Decided once, so that the message does not wait for a later season.
 *
 * @param instant milliseconds since 1970: when the message is wanted
 * @throws InvalidParameterError when the window's values cannot be used, or if it never opens
 */
export function keptWindow(window: SendingWindow, instant: number): KeptWindow {
	const hours = openingHours(window);
	if (hours.hasCommonHours(instant)) return { window, note: null };
	const { otherTimezones = [], ...alone } = window;
	openingHours(alone).nextOpen(instant);
	const note = `The sending window is never open at the same time in all ${otherTimezones.length + 1} timezones in which the recipient may be, so only ${window.timezone} counts.`;
	return { window: alone, note };
}
