import { InvalidParameterError } from '../invalidParameterError';
import type { Recipient, RecipientKind } from '../recipient';
import type { Adjustment, ResolvedSendTime } from '../sendTime';
import { formatSendTime } from '../sendTime/resolve';
import { instantFrom, localText } from '../sendTime/wallClock';
import { timeZone } from '../sendTime/zone';
import { zonesOfNumber } from './numberZones';
import type { TimezoneSource } from './source';

export { zonesOfNumber } from './numberZones';
export { TIMEZONE_SOURCES, type TimezoneSource } from './source';

/** The option *If Several Timezones Are Possible*. */
export type IfSeveral = 'main' | 'latest' | 'fallback' | 'reject';

/** The option *If the Timezone Is Unknown*. */
export type IfUnknown = 'fallback' | 'reject';

/** How the timezone of one recipient is found. */
export interface TimezoneRules {
	/** The recipient's timezone, if the user knows it; it beats the number. */
	readonly given: string | null;
	/** The timezone if the number does not tell one. */
	readonly fallback: string;
	readonly ifSeveral: IfSeveral;
	readonly ifUnknown: IfUnknown;
}

/** A send time in the recipient's timezone. */
export interface RecipientTime {
	readonly time: ResolvedSendTime;
	readonly source: TimezoneSource;
	/** One timezone for each clock that the number can be on at that time, that of most people first. */
	readonly possible: readonly string[];
}

/**
 * Resolves a send time in the recipient's own timezone. Timezones that show the same time at the instant in
 * question count as one. Several matter only to a clock time: an instant is the same in all of them.
 *
 * @param resolve the send time in a timezone
 * @throws InvalidParameterError naming *Recipient* if a rule rejects it; whatever `resolve` throws
 */
export function resolveForRecipient(
	recipient: Recipient | null,
	{ given, fallback, ifSeveral, ifUnknown }: TimezoneRules,
	resolve: (timezone: string) => ResolvedSendTime,
): RecipientTime {
	if (given !== null) return { time: resolve(given), source: 'given', possible: [] };

	const readings = oneForEachClock(zonesOfNumber(recipient?.phone ?? null).map(resolve));
	const [main] = readings;
	const possible = readings.map(({ timezone }) => timezone);
	if (main === undefined) {
		if (ifUnknown === 'reject') throw unknownTimezone(recipient);
		return { time: resolve(fallback), source: 'fallback', possible };
	}
	const isCertain = readings.every(({ scheduledAt }) => scheduledAt === main.scheduledAt);
	if (isCertain || ifSeveral === 'main') return { time: main, source: 'number', possible };
	if (ifSeveral === 'reject') throw severalTimezones(recipient, possible);

	const several = `The recipient can be in ${possible.length} timezones whose clocks differ`;
	if (ifSeveral === 'fallback') {
		const time = resolve(fallback);
		const note = `${several}, so the fallback timezone, ${time.timezone}, was used.`;
		return { time: movedFrom(main, time, note), source: 'fallback', possible };
	}
	const time = readings.reduce((one, other) =>
		instantFrom(other.scheduledAt) > instantFrom(one.scheduledAt) ? other : one,
	);
	const note = `${several}, so the latest was used, ${formatSendTime(time)}.`;
	return { time: movedFrom(main, time, note), source: 'number', possible };
}

/** The first of those that show the same clock time at the same instant. */
const oneForEachClock = (readings: readonly ResolvedSendTime[]): ResolvedSendTime[] =>
	readings.filter(
		({ local }, at) => readings.findIndex((reading) => reading.local === local) === at,
	);

/** The chosen time, with the step from the one in the main timezone; none if they are the same instant. */
function movedFrom(main: ResolvedSendTime, time: ResolvedSendTime, note: string): ResolvedSendTime {
	if (main.scheduledAt === time.scheduledAt) return time;
	const step: Adjustment = {
		reason: 'severalTimezones',
		from: localText(instantFrom(main.scheduledAt), timeZone(time.timezone)),
		to: time.local,
		note,
	};
	return { ...time, adjusted: [step, ...(time.adjusted ?? [])] };
}

const REMEDY = `Enter it as "Recipient's Timezone", or choose another`;

const unknownTimezone = (recipient: Recipient | null) =>
	new InvalidParameterError(
		'Recipient',
		`"Recipient" is ${recipient === null ? 'not known' : `${recipient.address}, ${KINDS[recipient.kind]}`}, so its timezone is unknown`,
		`${REMEDY} "If the Timezone Is Unknown" under Options.`,
	);

/** What a recipient is whose address tells no timezone. */
const KINDS: Readonly<Record<RecipientKind, string>> = {
	phone: 'a number of no place',
	group: 'a group',
	lid: 'a LID',
	channel: 'a channel',
	unknown: 'which is not a phone number',
};

const severalTimezones = (recipient: Recipient | null, possible: readonly string[]) =>
	new InvalidParameterError(
		'Recipient',
		`"Recipient" is ${recipient?.phone}, which can be in ${possible.length} timezones: ${possible.join(', ')}`,
		`${REMEDY} "If Several Timezones Are Possible" under Options.`,
	);
