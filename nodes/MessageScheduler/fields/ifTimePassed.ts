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

/** What to do if the time is in the past or too soon. */
export const ifTimePassedOption: INodeProperties = {
	displayName: 'If the Time Has Passed',
	name: 'ifTimePassed',
	type: 'options',
	options: [
		{ name: 'Reject', value: 'reject', description: 'Report it and schedule nothing' },
		{
			name: 'Same Time Next Day',
			value: 'nextDay',
			description:
				'At the same clock time on the next day. If the time is still ahead but too soon, the message is sent as soon as possible.',
		},
		{
			name: 'Send as Soon as Possible',
			value: 'sendEarliest',
			description: 'As soon as the gateway accepts it',
		},
	],
	default: 'reject',
	description: 'What to do if the time is in the past or too soon',
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

/** A request takes a while: a time exactly at the limit would be too soon when it arrives. */
const LATENCY_MARGIN_MS = 5_000;

/** Applies the rule to a requested time, with the store's minimum lead time. */
export const applyPastTimePolicy = (
	time: ResolvedSendTime,
	ifPassed: IfPassed,
	now: number,
	{ minLeadMs }: StoreLimits,
	window?: SendingWindow,
	parameter?: string,
): ResolvedSendTime =>
	applyPassedRule(time, {
		ifPassed,
		now,
		minLeadMs: (minLeadMs ?? 0) + LATENCY_MARGIN_MS,
		window,
		parameter,
	});

/**
 * Applies the rule again to a time that `applyPastTimePolicy` accepted, since earlier items take a while.
 * If the run itself was too slow, the message is sent as soon as possible and not a day later.
 */
export const stillInTime: typeof applyPastTimePolicy = (time, ifPassed, ...rest) =>
	applyPastTimePolicy(time, ifPassed === 'nextDay' ? 'sendEarliest' : ifPassed, ...rest);

/** @throws InvalidParameterError if the store does not accept a message for that time */
export function assertWithinLimits(
	time: ResolvedSendTime,
	ifPassed: IfPassed,
	now: number,
	limits: StoreLimits,
	window?: SendingWindow,
	parameter?: string,
): void {
	const { label, minLeadMs, maxLeadMs } = limits;
	assertWithin(stillInTime(time, ifPassed, now, limits, window, parameter), {
		parameter,
		now,
		minLeadMs,
		maxLeadMs,
		gatewayLabel: label,
		elsewhere: 'set "Store Messages In" to "n8n Data Table" or "PostgreSQL", which accept any time',
	});
}

/** Whether the store still accepts a message for that time (ISO 8601). */
export const isStillPossible = (
	scheduledAt: string,
	now: number,
	{ minLeadMs, maxLeadMs }: StoreLimits,
): boolean => {
	const ahead = Date.parse(scheduledAt) - now;
	return ahead >= (minLeadMs ?? 0) && ahead <= (maxLeadMs ?? Infinity);
};
