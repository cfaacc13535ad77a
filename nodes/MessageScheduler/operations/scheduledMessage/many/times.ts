import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { InvalidParameterError } from '../../../../../messages/invalidParameterError';
import type { ScheduledMessage } from '../../../../../messages/scheduledMessage';
import {
	isTimezone,
	resolveSendTime,
	shiftSendTime,
	type IfPassed,
	type ResolvedSendTime,
	type Shift,
} from '../../../../../messages/sendTime';
import { settleSync } from '../../../../../messages/settle';
import { joinSentences } from '../../../../../messages/sentences';
import { quote, shorten } from '../../../../../messages/text';
import type { StoreLimits } from '../../../../../stores/store';
import {
	applyPastTimePolicy,
	assertWithinLimits,
	isStillPossible,
	stillInTime,
} from '../../../fields/ifTimePassed';
import { readTimezone, sendAtField, timezoneField } from '../../../fields/sendTime';
import type { ManyChange } from '../../../ledger';
import type { Run } from '../../../run';

/** The new times of many messages: one for all, or each message's own, moved by so much. */
export type NewTimes = { readonly at: ResolvedSendTime } | { readonly by: Shift };

const MOVE_BY = 'Move By';
const UNITS = ['minutes', 'hours', 'days'] as const;

/** When the messages are to be sent instead. */
export const newTimeFields: INodeProperties[] = [
	{
		displayName: 'Move',
		name: 'move',
		type: 'options',
		options: [
			{
				name: 'By a Duration',
				value: 'by',
				description: 'Each message from its own time',
			},
			{ name: 'To a Time', value: 'to', description: 'All messages to the same time' },
		],
		default: 'by',
		description: 'How to say the new times',
	},
	{
		displayName: MOVE_BY,
		name: 'moveBy',
		type: 'number',
		default: 0,
		description: 'How far to move each message; a negative number moves it to an earlier time',
		displayOptions: { show: { move: ['by'] } },
	},
	{
		displayName: 'Unit',
		name: 'unit',
		type: 'options',
		options: [
			{
				name: 'Days',
				value: 'days',
				description:
					'At the same clock time in Timezone, or in that of the recipient for a message that was scheduled in it, also if the clocks change meanwhile',
			},
			{ name: 'Hours', value: 'hours' },
			{ name: 'Minutes', value: 'minutes' },
		],
		default: 'hours',
		description: 'The unit of Move By',
		displayOptions: { show: { move: ['by'] } },
	},
	{ ...sendAtField, displayOptions: { show: { move: ['to'] } } },
	timezoneField,
];

/** @throws InvalidParameterError naming *Move*, *Move By*, *Unit* or *Send At* */
export function readNewTimes(context: IExecuteFunctions, index: number, run: Run): NewTimes {
	const move: unknown = context.getNodeParameter('move', index, 'by');
	if (move === 'to') {
		const sendAt = context.getNodeParameter('sendAt', index, '');
		const timezone = readTimezone(context, index, run);
		return { at: resolveSendTime(sendAt, timezone, { now: run.ledger.startedAt }) };
	}
	if (move !== 'by') {
		throw new InvalidParameterError('Move', `"Move" is ${quote(move)}. Use one of: by, to.`);
	}
	const given: unknown = context.getNodeParameter('unit', index, 'hours');
	const unit = UNITS.find((one) => one === given);
	if (unit === undefined) {
		throw new InvalidParameterError(
			'Unit',
			`"Unit" is ${quote(given)}. Use one of: ${UNITS.join(', ')}.`,
		);
	}
	return { by: { amount: readAmount(context.getNodeParameter('moveBy', index, 0), unit), unit } };
}

function readAmount(value: unknown, unit: Shift['unit']): number {
	const amount = typeof value === 'object' || value === '' ? Number.NaN : Number(value);
	const isPossible = unit === 'days' ? Number.isInteger(amount) : Number.isFinite(amount);
	if (isPossible && amount !== 0) return amount;
	throw new InvalidParameterError(
		MOVE_BY,
		`"${MOVE_BY}" is ${quote(value)}. Enter ${unit === 'days' ? 'a whole number of days' : `a number of ${unit}`} other than 0, such as 2, or -2 for an earlier time.`,
	);
}

/** What decides the new times. */
export interface TimeRules {
	readonly times: NewTimes;
	readonly timezone: string;
	readonly ifPassed: IfPassed;
	readonly limits: StoreLimits;
}

/** The parameter that a rejected time belongs to. */
const parameterOf = (times: NewTimes) => ('by' in times ? MOVE_BY : 'Send At');

/**
 * The moves of messages.
 *
 * @param startedAt when the first attempt began, and `now`: milliseconds since 1970
 * @throws InvalidParameterError if one of them cannot be at its new time: then none is moved
 */
export function planMoves(
	messages: readonly ScheduledMessage[],
	rules: TimeRules,
	{ startedAt, now }: { readonly startedAt: number; readonly now: number },
): ManyChange[] {
	const { times, ifPassed, limits, timezone } = rules;
	const parameter = parameterOf(times);
	const possible = (time: ResolvedSendTime): ResolvedSendTime => {
		const moved = applyPastTimePolicy(time, ifPassed, startedAt, limits, undefined, parameter);
		assertWithinLimits(moved, ifPassed, now, limits, undefined, parameter);
		return stillInTime(moved, ifPassed, now, limits, undefined, parameter);
	};
	const at = 'at' in times && messages.length > 0 ? possible(times.at) : null;
	const planned = messages.map((message) =>
		settleSync((): ManyChange => {
			const { scheduleId, scheduledAt } = message;
			const zone = zoneOf(message) ?? timezone;
			const time =
				'by' in times ? possible(shiftSendTime(timeOf(scheduledAt), times.by, zone, MOVE_BY)) : at!;
			const { adjusted = [] } = time;
			return {
				scheduleId,
				from: scheduledAt || null,
				to: time.scheduledAt,
				...(adjusted.length > 0 ? { adjusted } : {}),
			};
		}),
	);
	const changes = planned.flatMap((each) => (each.ok ? [each.value] : []));
	if (changes.length === messages.length) return changes;
	const first = planned.findIndex(({ ok }) => !ok);
	const { error } = planned[first] as { readonly error: unknown };
	throw noneMoved(error, messages[first], messages.length - changes.length, messages.length);
}

/** Whose clock a message keeps: its recipient's, if it was scheduled by it. A person may have edited it. */
const zoneOf = ({ timezone, timezoneSource }: ScheduledMessage): string | null =>
	timezoneSource !== undefined && isTimezone(timezone) ? timezone : null;

/** @throws InvalidParameterError if it is not known */
function timeOf(scheduledAt: string | null): string {
	if (scheduledAt) return scheduledAt;
	throw new InvalidParameterError(
		MOVE_BY,
		`"${MOVE_BY}" needs the time of each message, and this one's is not known`,
		'Set "Move" to "To a Time".',
	);
}

function noneMoved(
	error: unknown,
	{ scheduleId }: ScheduledMessage,
	count: number,
	all: number,
): unknown {
	if (!(error instanceof InvalidParameterError)) return error;
	return new InvalidParameterError(
		error.parameter,
		`"${error.parameter}": ${count} of ${all} messages cannot be moved, so none was. The first is "${shorten(scheduleId, 80)}".`,
		`${joinSentences(error.message, error.hint)} Or leave such messages out by filters.`,
	);
}

/** The time to use when a message's turn comes: earlier ones take a while. See `Move.timeNow`. */
export const timeWhenMoved =
	(to: string, { times, ifPassed, limits, timezone }: TimeRules, now: () => number) =>
	(earlier?: string): string => {
		if (earlier !== undefined && isStillPossible(earlier, now(), limits)) return earlier;
		const time = resolveSendTime(to, timezone);
		const parameter = parameterOf(times);
		assertWithinLimits(time, ifPassed, now(), limits, undefined, parameter);
		return stillInTime(time, ifPassed, now(), limits, undefined, parameter).scheduledAt;
	};
