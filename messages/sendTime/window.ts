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

/** A send time, and the window that its message keeps. */
export interface KeptWindow {
	readonly window: SendingWindow;
	readonly time: ResolvedSendTime;
}

/**
 * The window as a message keeps it: in all timezones in which its recipient may be, or, if these have no
 * hour in common, in the first one alone, which `adjusted` then says. Decided once: otherwise a message
 * might wait for a season in which they have one.
 *
 * @throws InvalidParameterError when the window's values cannot be used, or if it never opens
 */
export function keptWindow(window: SendingWindow, time: ResolvedSendTime): KeptWindow {
	const { otherTimezones = [], ...alone } = window;
	if (otherTimezones.length === 0) return { window, time };
	if (openingHours(window).hasCommonHours(instantFrom(time.scheduledAt))) return { window, time };
	const note = `The sending window is never open in all ${otherTimezones.length + 1} timezones in which the recipient may be, so it is kept in ${window.timezone} alone.`;
	return { window: alone, time: addSteps(time, [{ reason: 'sendingWindow', note }]) };
}
