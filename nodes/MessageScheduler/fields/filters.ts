import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { parseGroup } from '../../../messages/group';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import { parseRecipient } from '../../../messages/recipient';
import { resolveSendTime } from '../../../messages/sendTime';
import { quote } from '../../../messages/text';
import type { Run } from '../run';
import { readDefaultCountry } from './defaultCountry';

/** The filters that each operation with *Filters* has. */
export const commonFilterFields: readonly INodeProperties[] = [
	{
		displayName: 'Group',
		name: 'group',
		type: 'string',
		default: '',
		placeholder: 'e.g. spring-campaign',
		description: 'Only messages of this group, in the same upper and lower case',
	},
	{
		displayName: 'Recipient',
		name: 'recipient',
		type: 'string',
		default: '',
		placeholder: 'e.g. +14155238886',
		description: 'Only messages for this recipient',
	},
	{
		displayName: 'Reference',
		name: 'reference',
		type: 'string',
		default: '',
		placeholder: 'e.g. order-1042',
		description: 'Only messages with this reference, in the same upper and lower case',
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
];

/** What stands under *Filters*. */
export const readFilters = (context: IExecuteFunctions, index: number) =>
	context.getNodeParameter('filters', index, {}) as Readonly<Record<string, unknown>>;

/** The values of {@link commonFilterFields}. */
export function readCommonFilters(
	context: IExecuteFunctions,
	index: number,
	timezone: string,
	run: Run,
) {
	const filters = readFilters(context, index);
	const instant = (name: string, parameter: string) => {
		const value = readFilterValue(filters, name, parameter);
		return value === undefined
			? undefined
			: resolveSendTime(value, timezone, { now: run.ledger.startedAt, parameter }).scheduledAt;
	};
	const recipient = readFilterValue(filters, 'recipient', 'Recipient');
	const reference = readFilterValue(filters, 'reference', 'Reference');
	return {
		group: parseGroup(readFilterValue(filters, 'group', 'Group')) ?? undefined,
		reference: reference === undefined ? undefined : readId(reference),
		recipient:
			recipient === undefined
				? undefined
				: parseRecipient(recipient, readDefaultCountry(context, index)),
		scheduledAfter: instant('scheduledAfter', 'Scheduled After'),
		scheduledBefore: instant('scheduledBefore', 'Scheduled Before'),
	};
}

/**
 * The value of a filter; undefined for one that the user did not add. One that was added and is empty is
 * rejected: an expression that finds nothing would list, cancel or retry everybody's messages.
 *
 * @param filters the values of *Filters*
 * @throws InvalidParameterError naming the filter
 */
export function readFilterValue(
	filters: Readonly<Record<string, unknown>>,
	name: string,
	displayName: string,
): unknown {
	if (!(name in filters)) return undefined;
	const value = filters[name];
	const isEmpty = value === undefined || value === null || !/[^\s\p{Cc}]/u.test(String(value));
	if (!isEmpty) return value;
	throw new InvalidParameterError(
		displayName,
		`"${displayName}" under "Filters" is empty, so all messages would match`,
		'Enter a value, or remove the filter. If it is an expression, check that the input item has the field that it names.',
	);
}

function readId(value: unknown): string {
	if (typeof value !== 'object') return String(value).trim();
	throw new InvalidParameterError(
		'Reference',
		`"Reference" under "Filters" is ${quote(value)}. Enter text.`,
	);
}

/**
 * How many messages at the most.
 *
 * @param orElse what else the user can do, as it follows the advice
 */
export function readLimit(context: IExecuteFunctions, index: number, orElse = ''): number {
	const value: unknown = context.getNodeParameter('limit', index, 50);
	const limit = Number(value);
	if (Number.isInteger(limit) && limit >= 1) return limit;
	throw new InvalidParameterError(
		'Limit',
		`"Limit" is ${quote(value)}. Enter a whole number from 1${orElse}.`,
	);
}
