import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { Spacing } from '../../../messages/sendTime';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { allowDeletionOption } from './cancelOptions';
import { readOption } from './common';
import { ifListedOption } from './contactCheck';
import { defaultCountryOption } from './defaultCountry';
import { deduplicationKeyOption, deduplicationTableOption } from './deduplication';
import { frequencyCapOptions } from './frequencyCap';
import { groupOption } from './group';
import { ifTimePassedOption } from './ifTimePassed';
import { ifNumberLengthOption } from './numberLength';
import { recipientTimezoneOptions } from './recipientTimezone';
import { referenceOption } from './reference';
import { sendingWindowOption } from './sendingWindow';
import { quote } from '../../../messages/text';

/** Options of *Schedule*: rules for times, and for messages that are already scheduled. */
export const scheduleOptions: INodeProperties[] = [
	allowDeletionOption,
	deduplicationKeyOption,
	deduplicationTableOption,
	defaultCountryOption,
	...frequencyCapOptions,
	{
		displayName: 'If Already Scheduled',
		name: 'ifAlreadyScheduled',
		type: 'options',
		options: [
			{
				name: 'Reject',
				value: 'reject',
				description:
					'Stop and report the status of the message with this key. Requires a Deduplication Key.',
			},
			{
				name: 'Replace Its Content and Time',
				value: 'replace',
				description:
					'Only while it is still scheduled; otherwise it is returned unchanged. Requires a Deduplication Key.',
			},
			{
				name: 'Return the Scheduled One',
				value: 'return',
				description:
					'With a Deduplication Key: the message that has it, whatever its status. Without: a pending message with the same recipient, content and requested time.',
			},
			{
				name: 'Schedule Anyway',
				value: 'schedule',
				description: 'Each item creates a message. Not with a Deduplication Key.',
			},
		],
		default: 'return',
		description: 'For workflows that may run again with the same data',
	},
	groupOption,
	ifListedOption,
	ifNumberLengthOption,
	...recipientTimezoneOptions,
	ifTimePassedOption,
	referenceOption,
	sendingWindowOption,
	{
		displayName: 'Spacing',
		name: 'spacing',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 86400 },
		default: 60,
		hint: 'In seconds',
		description: 'Seconds between consecutive items, e.g. 60. Taken from the first item.',
	},
	{
		displayName: 'Spacing Jitter',
		name: 'jitter',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 86400 },
		default: 0,
		hint: 'In seconds',
		description:
			'Random delay of up to this many seconds added to each item, so that messages are not sent at exact intervals. Taken from the first item.',
	},
	{
		displayName: 'Valid For',
		name: 'validForMinutes',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 1440,
		hint: 'In minutes',
		description:
			'Minutes after its time during which a message may still be sent; after that it gets the status expired. Only for messages in an n8n Data Table or PostgreSQL, since the gateways document no such limit for their own schedulers.',
	},
];

/**
 * Minutes during which one item's message may be sent; undefined if the user did not add the option.
 *
 * @throws InvalidParameterError naming *Valid For*
 */
export function readValidFor(context: IExecuteFunctions, index: number): number | undefined {
	const value = readOption(context, index, 'validForMinutes');
	if (value === undefined) return undefined;
	const minutes = Math.ceil(Number(value));
	if (value !== '' && minutes >= 1 && minutes <= MAX_MINUTES) return minutes;
	throw new InvalidParameterError(
		'Valid For',
		`"Valid For" is ${quote(value)}. Enter a number of minutes from 1.`,
	);
}

/** A hundred years: more is a typing error. */
const MAX_MINUTES = 52_596_000;

/** *Spacing* of the first item; its jitter is the same on each attempt of the execution. */
export function readSpacing(context: IExecuteFunctions): Spacing | undefined {
	const spacing = readOption(context, 0, 'spacing');
	const jitter = readOption(context, 0, 'jitter');
	if (spacing === undefined && jitter === undefined) return undefined;
	return {
		spacingSeconds: Number(spacing ?? 0),
		jitterSeconds: Number(jitter ?? 0),
		seed: `${context.getWorkflow().id ?? ''}/${context.getExecutionId() ?? ''}/${context.getNode().id}`,
	};
}
