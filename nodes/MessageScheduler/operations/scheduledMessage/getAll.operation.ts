import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { ListFilter } from '../../../../gateways/gateway';
import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { MINUTE_MS } from '../../../../messages/duration';
import { isStatus, STATUS_NAMES } from '../../../../messages/status';
import { optionsField, readSimplify, simplifyField } from '../../fields/common';
import { defaultCountryOption } from '../../fields/defaultCountry';
import {
	commonFilterFields,
	readCommonFilters,
	readFilters,
	readFilterValue,
} from '../../fields/filters';
import { readReturnAll, returnAllFields } from '../../fields/returnAll';
import { listedFields, readStore } from '../../fields/storage';
import {
	outputTimezoneField,
	readFilterTimezone,
	readOutputTimezone,
} from '../../fields/recipientTimezone';
import type { Operation, Plan } from '../../operation';
import { scheduledItem, type OutputOptions } from '../../output';
import type { StoreChoice } from '../../../shared/backendRef';
import type { Run } from '../../run';
import { hintUnserved } from './unserved';
import { quote } from '../../../../messages/text';

interface GetAllPlan extends Plan {
	readonly choice: StoreChoice;
	readonly filter: ListFilter;
	/** Null for all. */
	readonly limit: number | null;
	readonly output: OutputOptions;
	/** Adds an execution hint; of the first item only. */
	hint?(message: string): void;
}

const filterFields: INodeProperties[] = [
	...commonFilterFields,
	{
		displayName: 'Not Delivered For',
		name: 'notDeliveredForMinutes',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 60,
		hint: 'In minutes',
		description:
			'Only messages that the gateway took at least this many minutes ago, and that were not reported as delivered, read or failed since. The statuses come from Record Status. Only for messages in an n8n Data Table or PostgreSQL.',
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
		description: 'Only messages with these words in the text or the caption, case-insensitive',
	},
];

/** Lists scheduled messages, the earliest first. */
export const getAll: Operation<GetAllPlan> = {
	option: {
		name: 'Get Many',
		value: 'getAll',
		description: 'Retrieve a list of scheduled messages, the earliest first',
		action: 'Get many scheduled messages',
	},
	description: [
		...listedFields,
		...returnAllFields,
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add filter',
			default: {},
			options: filterFields,
		},
		simplifyField,
		optionsField([defaultCountryOption, outputTimezoneField]),
	],

	prepare(context, index, run) {
		const choice = readStore(context, index, 'Stored In');
		run.storeFor(choice);
		return {
			fingerprint: ['getAll', String(index)],
			choice,
			filter: readFilter(context, index, readFilterTimezone(context, index, run), run),
			limit: readReturnAll(context, index),
			output: {
				simplify: readSimplify(context, index),
				timezone: readOutputTimezone(context, index, run),
			},
			hint:
				index > 0
					? undefined
					: (message) => context.addExecutionHints?.({ message, location: 'outputPane' }),
		};
	},

	async perform({ choice, filter, limit, output, hint }, run) {
		const store = await run.storeFor(choice).store();
		const hinted =
			choice.in === 'gateway' || hint === undefined
				? null
				: hintUnserved(await run.backend(choice), run, hint);
		// Meanwhile: in PostgreSQL the two share an access.
		const [messages] = await Promise.all([store.list(filter, limit ?? undefined), hinted]);
		return messages
			.slice(0, limit ?? messages.length)
			.map((message) => scheduledItem(message, output));
	},
};

function readFilter(
	context: IExecuteFunctions,
	index: number,
	timezone: string,
	run: Run,
): ListFilter {
	const given = readFilters(context, index);
	const status = readFilterValue(given, 'status', 'Status');
	const text = readFilterValue(given, 'text', 'Text');
	const minutes = readFilterValue(given, 'notDeliveredForMinutes', NOT_DELIVERED_FOR);
	return {
		status: status === undefined ? undefined : readStatus(status),
		...readCommonFilters(context, index, timezone, run),
		text: text === undefined ? undefined : String(text).trim(),
		notDeliveredSince:
			minutes === undefined
				? undefined
				: new Date(run.ledger.startedAt - readMinutes(minutes) * MINUTE_MS).toISOString(),
	};
}

const NOT_DELIVERED_FOR = 'Not Delivered For';
/** A hundred years: more is a typing error. */
const MAX_MINUTES = 52_596_000;

function readMinutes(value: unknown): number {
	const minutes = typeof value === 'object' ? Number.NaN : Number(value);
	if (minutes > 0 && minutes <= MAX_MINUTES) return minutes;
	throw new InvalidParameterError(
		NOT_DELIVERED_FOR,
		`"${NOT_DELIVERED_FOR}" is ${quote(value)}. Enter a number of minutes above 0.`,
	);
}

function readStatus(value: unknown) {
	if (isStatus(value)) return value;
	throw new InvalidParameterError(
		'Status',
		`"Status" is ${quote(value)}. Use one of: ${STATUS_NAMES.join(', ')}.`,
	);
}
