import { InvalidParameterError } from '../../messages/invalidParameterError';
import { formatWallClock, parseWallClock } from '../../messages/sendTime';
import { textAt, type JsonObject } from '../json';

/** docs.hypersender.com/api-reference/sms/messages/send-message: `2025-01-08 19:47:00`. */
const FORMAT = 'yyyy-MM-dd HH:mm:ss';

/** The vendor's format ends at seconds: what lies between two goes to the later, so never early. */
export const wholeSecond = (instant: string): string =>
	new Date(Math.ceil(Date.parse(instant) / 1000) * 1000).toISOString();

/**
 * The account's clock time of an instant (a whole second), for `schedule_send_at`.
 *
 * If the clock is set back, it shows an hour twice and the vendor's format cannot express which of
 * the two is meant. Which one it takes is documented nowhere; most readers take the first. So the
 * first goes out, and the second, which would be sent an hour early, is refused.
 *
 * @throws InvalidParameterError naming *Send At*
 */
export function toWallClock(instant: string, timezone: string): string {
	const text = formatWallClock(instant, timezone, FORMAT);
	if (parseWallClock(text, timezone) !== instant) {
		throw new InvalidParameterError(
			'Send At',
			`"Send At" is the second ${text} in ${timezone}, when the clock is set back that night`,
			'Choose a time outside that hour: Hypersender SMS accepts clock times only and could send it an hour early.',
		);
	}
	return text;
}

/**
 * The instant at a key as ISO 8601 in UTC, or null.
 *
 * No page says in which zone the times of answers and webhooks are. They are UTC: the ids of the
 * vendor's own samples (github.com/hypersender/hypersender-laravel, tests/fixtures/Sms) are UUIDs that
 * carry the time at which they were made, and each agrees with its `created_at` read as UTC. The
 * `timezone` beside them is the phone's. A text with an offset is an instant already.
 *
 * @param clock a zone that `isTimezone` takes, where the text may be on another clock than UTC
 */
export function instantAt(record: JsonObject, key: string, clock = 'UTC'): string | null {
	const text = textAt(record, key);
	return text === null || text.length > 40 ? null : parseWallClock(text, clock);
}
