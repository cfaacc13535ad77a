import { InvalidParameterError } from '../invalidParameterError';
import { parseDateTime } from './dateTimeText';
import { formatSendTime, moveTo, type Step } from './resolve';
import { DAY_MS, formatDuration } from '../duration';
import type { Instant, ResolvedSendTime } from './types';
import type { SendingWindow } from './openingHours';
import { instantFrom, readWallTime, wallTimeAt } from './wallClock';
import { applySendingWindow } from './window';
import { timeZone } from './zone';
import { currentZone, isReported, misreadNote } from './zoneData';

/** The option *If the Time Has Passed*. */
export type IfPassed = 'reject' | 'sendEarliest' | 'nextDay';

export interface PassedRule {
	ifPassed: IfPassed;
	now: Instant;
	/** Minimum lead time of the gateway in milliseconds; null for no limit. */
	minLeadMs?: number | null;
	/** The sending window of the result; any time if absent. */
	window?: SendingWindow;
	/** The name that the user sees for the send time. */
	parameter?: string;
}

/**
 * Applies *If the Time Has Passed*.
 *
 * - `reject` accepts a time that is not before `now`; `assertWithin` checks whether it is far enough ahead.
 * - `sendEarliest` moves a time that the gateway no longer accepts to `now` plus its minimum lead time,
 *   rounded up to a whole second, since some gateways do not accept fractions.
 * - `nextDay` moves a past time to the next day, at the same clock time in its zone, on which the gateway
 *   accepts it. A time that is still ahead, but too soon for the gateway, is not past: the message is sent
 *   as soon as possible, as with `sendEarliest`, and not a day later.
 *
 * The value `now` always means as soon as possible. Whatever the rule, a time outside `window` moves to its
 * next opening.
 *
 * @throws InvalidParameterError if the time is in the past and the rule is `reject`, and if the window's
 *   values are invalid
 */
export function applyPassedRule(resolved: ResolvedSendTime, rule: PassedRule): ResolvedSendTime {
	const moved = movedByRule(resolved, rule);
	return rule.window === undefined ? moved : applySendingWindow(moved, rule.window);
}

function movedByRule(resolved: ResolvedSendTime, rule: PassedRule): ResolvedSendTime {
	const now = Number(rule.now);
	const lead = rule.minLeadMs ?? 0;
	const instant = instantFrom(resolved.scheduledAt);
	const { parameter = 'Send At' } = rule;

	if (rule.ifPassed === 'reject' && !resolved.earliest) {
		if (instant < now) throw passedRefusal(resolved, now, parameter);
		return resolved;
	}
	if (instant >= now + lead) return resolved;

	const reason = instant < now ? 'passed' : 'tooSoon';
	const because =
		instant < now
			? `The time had passed ${formatDuration(now - instant)} before`
			: 'The time was sooner than the gateway accepts messages';
	if (rule.ifPassed === 'nextDay' && reason === 'passed' && !resolved.earliest) {
		return nextDay(resolved, now + lead, parameter, {
			reason,
			note: `${because}, so it was moved to the same time of a later day.`,
		});
	}
	const earliest = Math.ceil((now + lead) / 1000) * 1000;
	const ahead = lead > 0 ? `, ${formatDuration(lead)} ahead` : '';
	return moveTo(resolved, earliest, parameter, {
		reason,
		note: `${because}, so it was moved to the earliest time that the gateway accepts${ahead}.`,
	});
}

function nextDay(
	resolved: ResolvedSendTime,
	earliest: number,
	parameter: string,
	step: Step,
): ResolvedSendTime {
	const zone = timeZone(resolved.timezone);
	const wall = wantedWallTime(resolved);
	let days = Math.max(1, Math.floor((earliest - instantFrom(resolved.scheduledAt)) / DAY_MS) - 1);
	let reading = readWallTime(wall + days * DAY_MS, zone);
	while (reading.instant < earliest) reading = readWallTime(wall + ++days * DAY_MS, zone);

	const current = currentZone(zone);
	const notes: Step[] = [];
	if (current !== undefined && !isReported(resolved, zone.name)) {
		const lateBy = reading.instant - readWallTime(wall + days * DAY_MS, current).instant;
		const note = misreadNote(lateBy, current);
		if (lateBy !== 0) notes.push({ reason: 'outdatedTimezoneData', note });
	}
	const moved = moveTo(resolved, reading.instant, parameter, step, ...notes);
	const { adjustment } = reading;
	return adjustment ? { ...moved, adjusted: [...(moved.adjusted ?? []), adjustment] } : moved;
}

/** The requested clock time: the one before the gap, if a gap moved it. */
function wantedWallTime(resolved: ResolvedSendTime): number {
	const gap = resolved.adjusted?.find(({ reason }) => reason === 'dstGap');
	const wanted = gap?.to === resolved.local ? parseDateTime(gap.from) : undefined;
	if (wanted?.kind === 'read') return wanted.wall;
	return wallTimeAt(instantFrom(resolved.scheduledAt), timeZone(resolved.timezone));
}

/** Rejects a time in the past, with how long ago it was, and in which zone it was read. */
export function passedRefusal(
	resolved: ResolvedSendTime,
	now: number,
	parameter: string,
): InvalidParameterError {
	const ago = formatDuration(now - instantFrom(resolved.scheduledAt));
	return new InvalidParameterError(
		parameter,
		`"${parameter}" is ${formatSendTime(resolved)}, which passed ${ago} ago`,
		`Enter a later time, or choose another "${IF_PASSED}" under Options.`,
	);
}

/** The name that the user sees for the rule. */
export const IF_PASSED = 'If the Time Has Passed';
