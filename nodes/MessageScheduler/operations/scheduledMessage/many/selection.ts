import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import type { ListFilter } from '../../../../../gateways/gateway';
import { unsupported } from '../../../../../gateways/transport/gatewayError';
import { InvalidParameterError } from '../../../../../messages/invalidParameterError';
import { quote } from '../../../../../messages/text';
import type { StoreChoice } from '../../../../shared/backendRef';
import { commonFilterFields, readCommonFilters, readFilters } from '../../../fields/filters';
import { listedFields, readStore } from '../../../fields/storage';
import type { Run } from '../../../run';

/** Which pending messages of the credential's account to change. */
export interface Selection {
	readonly choice: StoreChoice;
	readonly filter: ListFilter;
	readonly limit: number;
	/** Whether only to show them. */
	readonly isDryRun: boolean;
}

/** Where the messages are, and which of them: shown first. */
export const selectionFields: INodeProperties[] = [
	...listedFields,
	{
		displayName: 'Select By',
		name: 'selectBy',
		type: 'options',
		options: [
			{
				name: 'All Scheduled Messages',
				value: 'all',
				description: "All messages of this credential's account that are still to be sent",
			},
			{
				name: 'Filters',
				value: 'filters',
				description: 'Those of them that match all filters',
			},
		],
		default: 'filters',
		description: 'How to select the messages',
	},
	{
		displayName: 'Filters',
		name: 'filters',
		type: 'collection',
		placeholder: 'Add filter',
		default: {},
		options: [...commonFilterFields],
		displayOptions: { show: { selectBy: ['filters'] } },
	},
];

/** How many, and whether really: shown behind what to do with them. */
export const safetyFields: INodeProperties[] = [
	{
		displayName: 'Limit',
		name: 'maxMessages',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 1000,
		description: 'Max number of messages to change, those with the earliest times first',
	},
	{
		displayName: 'Dry Run',
		name: 'dryRun',
		type: 'boolean',
		default: false,
		description: 'Whether to only return the messages that would be changed, and change nothing',
	},
];

/**
 * @throws InvalidParameterError naming *Filters*, one of them, *Limit* or *Select By*; GatewayError of kind
 *   `unsupported` if the gateway cannot list messages
 */
export function readSelection(
	context: IExecuteFunctions,
	index: number,
	timezone: string,
	run: Run,
): Selection {
	const choice = readStore(context, index, 'Stored In');
	run.storeFor(choice);
	if (choice.in === 'gateway') assertLists(run);
	return {
		choice,
		filter: { ...readFilter(context, index, timezone, run), status: 'scheduled' },
		limit: readLimit(context.getNodeParameter('maxMessages', index, 1000)),
		isDryRun: context.getNodeParameter('dryRun', index, false) === true,
	};
}

function readFilter(
	context: IExecuteFunctions,
	index: number,
	timezone: string,
	run: Run,
): ListFilter {
	const by: unknown = context.getNodeParameter('selectBy', index, 'filters');
	if (by === 'all') return {};
	if (by !== 'filters') {
		throw new InvalidParameterError(
			'Select By',
			`"Select By" is ${quote(by)}. Use one of: all, filters.`,
		);
	}
	const given = readFilters(context, index);
	if (commonFilterFields.some(({ name }) => name in given))
		return readCommonFilters(context, index, timezone, run);
	throw new InvalidParameterError(
		'Filters',
		'"Filters" is empty, so all scheduled messages of the account would match, and nothing was changed',
		'Add a filter. If you do mean all of them, set "Select By" to "All Scheduled Messages".',
	);
}

function readLimit(value: unknown): number {
	const limit = Number(value);
	if (Number.isInteger(limit) && limit >= 1) return limit;
	throw new InvalidParameterError(
		'Limit',
		`"Limit" is ${quote(value)}. Enter a whole number from 1.`,
	);
}

function assertLists({ gateway }: Run): void {
	if (gateway.scheduler?.list !== undefined) return;
	throw unsupported(
		`${gateway.label} documents no list of its scheduled messages, so they cannot be selected by filters`,
		'Use "Cancel" or "Reschedule" for each message, with the "scheduleId" that "Schedule" gave. To select by filters, store messages in an n8n Data Table or PostgreSQL.',
	);
}
