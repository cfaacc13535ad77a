import { DAY_MS, HOUR_MS } from './duration';
import { InvalidParameterError } from './invalidParameterError';
import { quote } from './text';

/** At most so many messages to one recipient in any period of that length: the option *Frequency Cap*. */
export interface FrequencyLimit {
	/** Messages, from 1. */
	readonly messages: number;
	/** Milliseconds: whole hours, at most {@link MAX_PERIOD_MS}. The period is a rolling one. */
	readonly periodMs: number;
	/** What happens to a message over the cap: it waits until it is no longer, or it is not sent. */
	readonly over: OverTheCap;
}

/** The option *Over the Cap*. */
export type OverTheCap = 'hold' | 'skip';

/** What a message obeys, and whether it counts for others that obey one. */
export interface FrequencyCap {
	/** Null: it obeys none. */
	readonly limit: FrequencyLimit | null;
	/** The option *Counts Toward the Cap*. */
	readonly counts: boolean;
}

/** Longest period. Messages have to be kept for as long. */
export const MAX_PERIOD_MS = 31 * DAY_MS;
const MAX_MESSAGES = 1_000;
const PARAMETER = 'Frequency Cap';
const NOT_COUNTED = 'not counted';
const EXAMPLE = '3 in 24 h, hold';

const FORM = /^(\d+) in (\d+) ?(h|d), *(hold|skip)(?:, *(not counted))?$/i;

/** The values that a cap may have. @throws InvalidParameterError naming *Frequency Cap* */
export function checkedLimit({ messages, periodMs, over }: FrequencyLimit): FrequencyLimit {
	if (!(Number.isInteger(messages) && messages >= 1 && messages <= MAX_MESSAGES)) {
		throw refusal(
			`has ${quote(messages)} as "Messages". Enter a whole number from 1 to ${MAX_MESSAGES}`,
		);
	}
	if (!(periodMs >= HOUR_MS && periodMs <= MAX_PERIOD_MS && periodMs % HOUR_MS === 0)) {
		throw refusal(
			`has a period of ${quote(periodMs / HOUR_MS)} hours. Enter whole hours from 1 to ${MAX_PERIOD_MS / HOUR_MS}, or days from 1 to ${MAX_PERIOD_MS / DAY_MS}`,
		);
	}
	return { messages, periodMs, over };
}

/** A cap in a few words, for people: `3 in 24 h`, `1 in 7 d`. */
export const limitInWords = ({ messages, periodMs }: FrequencyLimit): string =>
	periodMs % DAY_MS === 0 && periodMs > DAY_MS
		? `${messages} in ${periodMs / DAY_MS} d`
		: `${messages} in ${periodMs / HOUR_MS} h`;

/** A cap as a person reads and edits it: `3 in 24 h, hold`; null for a message that just counts. */
export function formatFrequencyCap({ limit, counts }: FrequencyCap): string | null {
	const parts = [
		...(limit === null ? [] : [limitInWords(limit), limit.over]),
		...(counts ? [] : [NOT_COUNTED]),
	];
	return parts.length === 0 ? null : parts.join(', ');
}

/**
 * Reads what {@link formatFrequencyCap} wrote and a person may have edited; an empty cell is a message that
 * obeys none, and counts.
 *
 * @throws InvalidParameterError naming *Frequency Cap*
 */
export function parseFrequencyCap(text: string | null): FrequencyCap {
	const given = (text ?? '').trim();
	if (given === '') return { limit: null, counts: true };
	if (given.toLowerCase() === NOT_COUNTED) return { limit: null, counts: false };
	const match = FORM.exec(given);
	if (match === null) {
		throw refusal(`is ${quote(given)}. Enter a cap such as ${EXAMPLE}`);
	}
	const [, messages, count, unit, over, notCounted] = match;
	const limit = checkedLimit({
		messages: Number(messages),
		periodMs: Number(count) * (unit.toLowerCase() === 'd' ? DAY_MS : HOUR_MS),
		over: over.toLowerCase() as OverTheCap,
	});
	return { limit, counts: notCounted === undefined };
}

/**
 * When one more message may go out.
 *
 * @param sentAt when the recipient's messages of the last period went out, in milliseconds since 1970
 * @returns `now`, or when enough of them are older than the period
 */
export function allowedFrom(
	{ messages, periodMs }: FrequencyLimit,
	sentAt: readonly number[],
	now: number,
): number {
	const recent = sentAt.filter((at) => at + periodMs > now).sort((a, b) => a - b);
	const over = recent.length - messages;
	return over < 0 ? now : recent[over] + periodMs;
}

const refusal = (what: string) => new InvalidParameterError(PARAMETER, `"${PARAMETER}" ${what}.`);
