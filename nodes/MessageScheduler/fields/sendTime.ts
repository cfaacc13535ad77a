import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { resolveSendTime, timezoneNames, type ResolvedSendTime } from '../../../messages/sendTime';
import type { Run } from '../run';
import { readOption } from './common';

const ZONES = timezoneNames().sort();

/** All zones for a list. @param otherwise the label for no choice, the first of the list */
export const timezoneChoices = (otherwise: string): Array<{ name: string; value: string }> => [
	{ name: otherwise, value: '' },
	...['UTC', ...ZONES.filter((zone) => zone !== 'UTC')].map((zone) => ({
		name: zone,
		value: zone,
	})),
];

/** The timezone of a clock time. */
export const timezoneField: INodeProperties = {
	displayName: 'Timezone',
	name: 'timezone',
	type: 'options',
	options: timezoneChoices("Workflow's Timezone"),
	default: '',
	description:
		"Timezone of times without an offset, and of times in the output. Can be an expression, such as the recipient's timezone.",
};

/** When to send a message. */
export const sendTimeFields: INodeProperties[] = [
	{
		displayName: 'Send At',
		name: 'sendAt',
		type: 'dateTime',
		required: true,
		default: '',
		description:
			'When to send. A time without an offset is clock time in "Timezone". As an expression, also text such as 2026-02-01 15:00, 2026-02-01T15:00:00+02:00, "in 2 hours" or "tomorrow 09:00".',
	},
	timezoneField,
];

/** The timezone of one item's times: a parameter, or an option in operations without *Send At*. */
export function readTimezone(context: IExecuteFunctions, index: number, run: Run): string {
	const given =
		readOption(context, index, 'timezone') ?? context.getNodeParameter('timezone', index, '');
	return String(given).trim() || run.timezone;
}

/**
 * Reads *Send At* of one item. Relative times count from the first attempt of the run.
 *
 * @throws InvalidParameterError
 */
export const readSendTime = (
	context: IExecuteFunctions,
	index: number,
	run: Run,
): ResolvedSendTime =>
	resolveSendTime(
		context.getNodeParameter('sendAt', index, ''),
		readTimezone(context, index, run),
		{ now: run.ledger.startedAt },
	);
