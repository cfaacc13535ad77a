import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { isTimezone, resolveSendTime, type ResolvedSendTime } from '../../../messages/sendTime';
import type { Run } from '../run';
import { readOption } from './common';

/** Names of today, which the server's own tables list under older ones, such as Asia/Calcutta. */
const RENAMED = [
	'Africa/Asmara',
	'America/Argentina/Buenos_Aires',
	'America/Argentina/Cordoba',
	'America/Argentina/Mendoza',
	'America/Atikokan',
	'America/Indiana/Indianapolis',
	'America/Kentucky/Louisville',
	'America/Nuuk',
	'Asia/Ho_Chi_Minh',
	'Asia/Kathmandu',
	'Asia/Kolkata',
	'Asia/Yangon',
	'Atlantic/Faroe',
	'Europe/Kyiv',
	'Pacific/Chuuk',
	'Pacific/Kanton',
	'Pacific/Pohnpei',
];

/** IANA names: those that the server's own tables list, and those of today. */
const ZONES = [
	...new Set([...Intl.supportedValuesOf('timeZone'), ...RENAMED.filter(isTimezone)]),
].sort();

/** All zones for a list. @param otherwise what it means to choose none, the first of the list */
export const timezoneChoices = (otherwise: string): Array<{ name: string; value: string }> => [
	{ name: otherwise, value: '' },
	...['UTC', ...ZONES.filter((zone) => zone !== 'UTC')].map((zone) => ({
		name: zone,
		value: zone,
	})),
];

/** The zone of a clock time. */
export const timezoneField: INodeProperties = {
	displayName: 'Timezone',
	name: 'timezone',
	type: 'options',
	options: timezoneChoices("Workflow's Timezone"),
	default: '',
	description:
		'The zone that times without an offset are in, and in which times are shown. Takes an expression, e.g. a zone that comes with the recipient.',
};

/** When a message is to go out. */
export const sendTimeFields: INodeProperties[] = [
	{
		displayName: 'Send At',
		name: 'sendAt',
		type: 'dateTime',
		required: true,
		default: '',
		description:
			'When to send. A time without an offset is clock time in "Timezone". As an expression also text such as 2026-02-01 15:00, 2026-02-01T15:00:00+02:00, "in 2 hours" or "tomorrow 09:00".',
	},
	timezoneField,
];

/** The zone that one item's times are in; a field of its own where a time has to be entered. */
export function readTimezone(context: IExecuteFunctions, index: number, run: Run): string {
	const given =
		readOption(context, index, 'timezone') ?? context.getNodeParameter('timezone', index, '');
	return String(given).trim() || run.timezone;
}

/**
 * Reads *Send At* of one item. Relative times count from the first try of the run.
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
