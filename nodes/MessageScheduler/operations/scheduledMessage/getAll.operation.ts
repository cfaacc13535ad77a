import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { ListFilter } from '../../../../gateways/gateway';
import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { parseRecipient } from '../../../../messages/recipient';
import { resolveSendTime } from '../../../../messages/sendTime';
import { isStatus, STATUS_NAMES } from '../../../../messages/status';
import { optionsField, readSimplify, simplifyField } from '../../fields/common';
import { defaultCountryOption, readDefaultCountry } from '../../fields/defaultCountry';
import { readFilterValue } from '../../fields/filters';
import { listedFields, readStore } from '../../fields/storage';
import { readTimezone, timezoneField } from '../../fields/sendTime';
import type { Operation, Plan } from '../../operation';
import { scheduledItem, type OutputOptions } from '../../output';
import type { StoreChoice, Run } from '../../run';
import { tellUnserved } from './unserved';

interface GetAllPlan extends Plan {
	readonly hold: StoreChoice;
	readonly filter: ListFilter;
	/** Null for all. */
	readonly limit: number | null;
	readonly output: OutputOptions;
	/** Says something below the output; only the first item does. */
	hint?(message: string): void;
}

const filterFields: INodeProperties[] = [
	{
		displayName: 'Recipient',
		name: 'recipient',
		type: 'string',
		default: '',
		placeholder: 'e.g. +14155238886',
		description: 'Only messages for this recipient',
	},
	{
		displayName: 'Scheduled After',
		name: 'scheduledAfter',
		type: 'dateTime',
		default: '',
		description: 'Only messages for this time or later',
	},
	{
		displayName: 'Scheduled Before',
		name: 'scheduledBefore',
		type: 'dateTime',
		default: '',
		description: 'Only messages for this time or earlier',
	},
	{
		displayName: 'Status',
		name: 'status',
		type: 'options',
		options: [
			{ name: 'Cancelled', value: 'cancelled' },
			{ name: 'Delivered', value: 'delivered' },
			{ name: 'Expired', value: 'expired' },
			{ name: 'Failed', value: 'failed' },
			{ name: 'Queued', value: 'queued' },
			{ name: 'Read', value: 'read' },
			{ name: 'Scheduled', value: 'scheduled' },
			{ name: 'Sent', value: 'sent' },
			{ name: 'Unconfirmed', value: 'unconfirmed' },
		],
		default: 'scheduled',
		description: 'Only messages with this status',
	},
	{
		displayName: 'Text',
		name: 'text',
		type: 'string',
		default: '',
		placeholder: 'e.g. appointment',
		description:
			'Only messages with these words in the text or the caption, in upper or lower case',
	},
];

/** Lists scheduled messages, the earliest first. */
export const getAll: Operation<GetAllPlan> = {
	description: [
		...listedFields,
		{
			displayName: 'Return All',
			name: 'returnAll',
			type: 'boolean',
			default: false,
			description: 'Whether to return all results or only up to a given limit',
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 50,
			description: 'Max number of results to return',
			displayOptions: { show: { returnAll: [false] } },
		},
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add filter',
			default: {},
			options: filterFields,
		},
		simplifyField,
		optionsField([defaultCountryOption, timezoneField]),
	],

	prepare(context, index, run) {
		const hold = readStore(context, index, 'Stored In');
		run.storeFor(hold);
		const timezone = readTimezone(context, index, run);
		const returnAll = context.getNodeParameter('returnAll', index, false) === true;
		return {
			fingerprint: ['getAll', String(index)],
			hold,
			filter: readFilter(context, index, timezone, run),
			limit: returnAll ? null : readLimit(context.getNodeParameter('limit', index, 50)),
			output: { simplify: readSimplify(context, index), timezone },
			hint:
				index > 0
					? undefined
					: (message) => context.addExecutionHints?.({ message, location: 'outputPane' }),
		};
	},

	async perform({ hold, filter, limit, output, hint }, run) {
		const store = await run.storeFor(hold).store();
		const messages = await store.list(filter, limit ?? undefined);
		if (hold.in !== 'gateway' && hint !== undefined) {
			await tellUnserved(await run.backend(hold), run, hint);
		}
		return messages
			.slice(0, limit ?? messages.length)
			.map((message) => scheduledItem(message, output));
	},
};

function readLimit(value: unknown): number {
	const limit = Number(value);
	if (Number.isInteger(limit) && limit >= 1) return limit;
	throw new InvalidParameterError(
		'Limit',
		`"Limit" is "${String(value)}". Enter a whole number from 1, or turn on "Return All".`,
	);
}

function readFilter(
	context: IExecuteFunctions,
	index: number,
	timezone: string,
	run: Run,
): ListFilter {
	const given = context.getNodeParameter('filters', index, {}) as Record<string, unknown>;
	const instant = (name: string, parameter: string) => {
		const value = readFilterValue(given, name, parameter);
		return value === undefined
			? undefined
			: resolveSendTime(value, timezone, { now: run.ledger.startedAt, parameter }).scheduledAt;
	};
	const status = readFilterValue(given, 'status', 'Status');
	const recipient = readFilterValue(given, 'recipient', 'Recipient');
	const text = readFilterValue(given, 'text', 'Text');
	return {
		status: status === undefined ? undefined : readStatus(status),
		recipient:
			recipient === undefined
				? undefined
				: parseRecipient(recipient, readDefaultCountry(context, index)),
		scheduledAfter: instant('scheduledAfter', 'Scheduled After'),
		scheduledBefore: instant('scheduledBefore', 'Scheduled Before'),
		text: text === undefined ? undefined : String(text).trim(),
	};
}

function readStatus(value: unknown) {
	if (isStatus(value)) return value;
	throw new InvalidParameterError(
		'Status',
		`"Status" is "${String(value).slice(0, 40)}". Use one of: ${STATUS_NAMES.join(', ')}.`,
	);
}
