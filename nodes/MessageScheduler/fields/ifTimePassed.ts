import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import {
	applyPassedRule,
	assertWithin,
	type IfPassed,
	type ResolvedSendTime,
	type SendingWindow,
} from '../../../messages/sendTime';
import type { StoreLimits } from '../../../stores/store';
import { readOption } from './common';

/** What to do with a time that is over. */
export const ifTimePassedOption: INodeProperties = {
	displayName: 'If the Time Has Passed',
	name: 'ifTimePassed',
	type: 'options',
	options: [
		{ name: 'Reject', value: 'reject', description: 'Say so and schedule nothing' },
		{
			name: 'Same Time Next Day',
			value: 'nextDay',
			description:
				'At the same clock time of the next day. A time that is still ahead, but too near, goes out at the earliest moment.',
		},
		{
			name: 'Send as Soon as Possible',
			value: 'sendEarliest',
			description: 'As soon as the gateway takes it',
		},
	],
	default: 'reject',
	description: 'What to do with a time that is over or too near',
};

const RULES: readonly IfPassed[] = ['reject', 'sendEarliest', 'nextDay'];

/** @throws InvalidParameterError naming *If the Time Has Passed* */
export function readIfPassed(context: IExecuteFunctions, index: number): IfPassed {
	const value = readOption(context, index, 'ifTimePassed') ?? 'reject';
	const known = RULES.find((rule) => rule === value);
	if (known === undefined) {
		throw new InvalidParameterError(
			'If the Time Has Passed',
			`"If the Time Has Passed" is "${String(value)}". Use one of: ${RULES.join(', ')}.`,
		);
	}
	return known;
}

/** A request takes a moment: a time at the very limit would be too late when it arrives. */
const LATENCY_MARGIN_MS = 5_000;

/** Applies the rule to a time as it was asked for, with what the store asks for at least. */
export const applyPastTimePolicy = (
	time: ResolvedSendTime,
	ifPassed: IfPassed,
	now: number,
	{ minLeadMs }: StoreLimits,
	window?: SendingWindow,
): ResolvedSendTime =>
	applyPassedRule(time, {
		ifPassed,
		now,
		minLeadMs: (minLeadMs ?? 0) + LATENCY_MARGIN_MS,
		window,
	});

/**
 * Applies the rule again to a time that `inTime` let through, since earlier items take a while. What
 * the run itself was too slow for goes out as soon as possible, and not a day later.
 */
export const stillInTime: typeof applyPastTimePolicy = (time, ifPassed, ...rest) =>
	applyPastTimePolicy(time, ifPassed === 'nextDay' ? 'sendEarliest' : ifPassed, ...rest);

/** @throws InvalidParameterError where the store does not take a message for that time */
export function assertWithinLimits(
	time: ResolvedSendTime,
	ifPassed: IfPassed,
	now: number,
	limits: StoreLimits,
	window?: SendingWindow,
): void {
	const { label, minLeadMs, maxLeadMs } = limits;
	assertWithin(stillInTime(time, ifPassed, now, limits, window), {
		now,
		minLeadMs,
		maxLeadMs,
		gatewayLabel: label,
		elsewhere:
			'schedule the message with "Store Messages In" set to "n8n Data Table", which takes any time',
	});
}

/** Whether the store still takes a message for that time (ISO 8601). */
export const isStillPossible = (
	scheduledAt: string,
	now: number,
	{ minLeadMs, maxLeadMs }: StoreLimits,
): boolean => {
	const ahead = Date.parse(scheduledAt) - now;
	return ahead >= (minLeadMs ?? 0) && ahead <= (maxLeadMs ?? Infinity);
};
