import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { timezoneNames } from '../../../messages/sendTime';
import type { Run } from '../run';
import { readOption } from './common';

const ZONES = timezoneNames().sort();

/** A choice of a list. */
interface Choice {
	readonly name: string;
	readonly value: string;
}

/**
 * All zones for a list.
 *
 * @param otherwise the label for no choice, the first of the list
 * @param more further choices that are no zones
 */
export const timezoneChoices = (otherwise: string, ...more: readonly Choice[]): Choice[] => [
	{ name: otherwise, value: '' },
	...more,
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
export const sendAtField: INodeProperties = {
	displayName: 'Send At',
	name: 'sendAt',
	type: 'dateTime',
	required: true,
	default: '',
	description:
		'When to send. A time without an offset is clock time in "Timezone". As an expression, also text such as 2026-02-01 15:00, 2026-02-01T15:00:00+02:00, "in 2 hours" or "tomorrow 09:00".',
};

/** The value of *Timezone*: a parameter, or an option in operations without *Send At*. */
export const readTimezoneValue = (context: IExecuteFunctions, index: number): string =>
	String(
		readOption(context, index, 'timezone') ?? context.getNodeParameter('timezone', index, ''),
	).trim();

/** The timezone of one item's times. */
export const readTimezone = (context: IExecuteFunctions, index: number, run: Run): string =>
	readTimezoneValue(context, index) || run.timezone;
