import { DAY_MS, HOUR_MS, MINUTE_MS } from '../duration';
import { resolveSendTime } from './resolve';
import type { ResolvedSendTime } from './types';
import { instantFrom, wallTimeAt } from './wallClock';
import { timeZone } from './zone';

/** By how much a time moves; negative: to an earlier time. Days are a whole number. */
export interface Shift {
	readonly amount: number;
	readonly unit: keyof typeof ELAPSED_MS | 'days';
}

const ELAPSED_MS = { minutes: MINUTE_MS, hours: HOUR_MS } as const;

/**
 * A send time, moved. Minutes and hours are elapsed time; days keep the clock time of the zone, by the same
 * rules for clock changes as any clock time.
 *
 * @param scheduledAt ISO 8601, UTC
 * @param parameter the name that the user sees for the shift
 * @throws InvalidParameterError if that leaves the years of send times
 */
export function shiftSendTime(
	scheduledAt: string,
	{ amount, unit }: Shift,
	timezone: string,
	parameter: string,
): ResolvedSendTime {
	const instant = instantFrom(scheduledAt);
	if (unit !== 'days') {
		const moved = new Date(instant + Math.round(amount * ELAPSED_MS[unit]));
		return resolveSendTime(moved, timezone, { parameter });
	}
	const wall = new Date(wallTimeAt(instant, timeZone(timezone)) + amount * DAY_MS);
	// Without its "Z" it is a clock time.
	const clockTime = Number.isNaN(wall.getTime()) ? wall : wall.toISOString().slice(0, -1);
	return resolveSendTime(clockTime, timezone, { parameter });
}
