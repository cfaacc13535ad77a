import { anyInstantFrom, wallText } from './wallClock';
import { timeZone } from './zone';

/** Fixed names: those of ICU change with its version (Sep, Sept). */
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A clock time for people, with the zone that it is in. */
export interface LocalTime {
	/** `Sat, 21 Nov 2026, 15:40`; null if the text is not an instant. */
	readonly local: string | null;
	/** The zone's name in its usual spelling: `Asia/Kolkata`, or `UTC+2` for an offset. */
	readonly timezone: string;
}

/**
 * An instant for people: English, with 24 hours and digits 0–9, independent of the process's language and
 * ICU. Seconds only if they are not zero. Never throws for a time that somebody typed into a table.
 *
 * @param instantIso ISO 8601 with `Z`, of any year; null and anything but an instant return null
 * @returns `Sat, 21 Nov 2026, 15:40`, `Sat, 21 Nov 2026, 15:40:23`, or null
 * @throws InvalidParameterError for an unknown timezone
 */
export function formatLocalTime(instantIso: string | null, timezone: string): string | null {
	const zone = timeZone(timezone);
	if (instantIso === null) return null;
	const instant = anyInstantFrom(instantIso);
	const clock = new Date(instant + zone.offsetAt(instant));
	// At either end of a Date's range, the clock time of the zone is out of that range.
	if (Number.isNaN(clock.getTime())) return null;
	const date = [
		clock.getUTCDate(),
		MONTHS[clock.getUTCMonth()],
		String(clock.getUTCFullYear()).padStart(4, '0'),
	].join(' ');
	const time = wallText(clock.getTime()).slice(-12, clock.getUTCSeconds() === 0 ? -7 : -4);
	return `${DAYS[clock.getUTCDay()]}, ${date}, ${time}`;
}

/** {@link formatLocalTime}, with the name of the zone. @throws InvalidParameterError for an unknown timezone */
export const toLocalTime = (instantIso: string | null, timezone: string): LocalTime => ({
	local: formatLocalTime(instantIso, timezone),
	timezone: timeZone(timezone).name,
});
