import { DateTime } from 'luxon';
import { anyInstantFrom } from './wallClock';
import { timeZone } from './zone';

/** A clock time for people, with the zone that it is in. */
export interface LocalTime {
	/** `Sat, 21 Nov 2026, 15:40`; null for a text that is no instant. */
	readonly local: string | null;
	/** The zone's name in its usual spelling: `Asia/Kolkata`, or `UTC+2` for an offset. */
	readonly timezone: string;
}

/**
 * An instant as people read it: English, with 24 hours and digits 0–9, whatever the process's own
 * language is. Seconds only where they are not zero. Never throws for a time that somebody typed into
 * a table.
 *
 * @param instantIso ISO 8601 with `Z`, of any year; null and what is no instant give null
 * @returns `Sat, 21 Nov 2026, 15:40`, `Sat, 21 Nov 2026, 15:40:23`, or null
 * @throws InvalidParameter for an unknown timezone
 */
export function formatLocalTime(instantIso: string | null, timezone: string): string | null {
	const zone = timeZone(timezone);
	if (instantIso === null) return null;
	const instant = anyInstantFrom(instantIso);
	const wall = instant + zone.offsetAt(instant);
	// At either end of what a Date holds, the zone's clock shows what none can.
	if (Number.isNaN(new Date(wall).getTime())) return null;
	const clock = DateTime.fromMillis(wall, {
		zone: 'utc',
		locale: 'en-US',
		numberingSystem: 'latn',
		outputCalendar: 'gregory',
	});
	return clock.toFormat(`ccc, d LLL yyyy, HH:mm${clock.second === 0 ? '' : ':ss'}`);
}

/** {@link formatLocalTime}, with the name of the zone. @throws InvalidParameter for an unknown timezone */
export const toLocalTime = (instantIso: string | null, timezone: string): LocalTime => ({
	local: formatLocalTime(instantIso, timezone),
	timezone: timeZone(timezone).name,
});
