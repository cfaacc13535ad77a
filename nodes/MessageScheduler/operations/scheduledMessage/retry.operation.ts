import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { assertSendable } from '../../../../gateways/capabilityChecks';
import { GatewayError } from '../../../../gateways/transport/gatewayError';
import { settle } from '../../../../stores/settle';
import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { parseRecipient } from '../../../../messages/recipient';
import { resolveSendTime } from '../../../../messages/sendTime';
import {
	RETRYABLE,
	retryMatching,
	retryOne,
	type Retryable,
	type RetryFilter,
	type RetryReport,
	type RetryRules,
} from '../../../../stores/table/retry';
import { toOutgoing, toScheduledMessage } from '../../../../stores/table/rows';
import type { AccountsTable } from '../../../../stores/table/accounts';
import { accountKey, accountRecords, isInUse } from '../../../../stores/table/served';
import { optionsField, readOption, readSimplify, simplifyField } from '../../fields/common';
import { defaultCountryOption, readDefaultCountry } from '../../fields/defaultCountry';
import { readFilterValue } from '../../fields/filters';
import { readBackend, backendFields } from '../../fields/storage';
import { readScheduleId, scheduleIdField } from '../../fields/scheduleId';
import { readValidFor } from '../../fields/scheduleOptions';
import { readTimezone, timezoneField } from '../../fields/sendTime';
import type { BackendRef } from '../../../shared/backendRef';
import type { Operation, Plan } from '../../operation';
import { scheduledItem, type OutputOptions } from '../../output';
import { notInPostgres, type Run } from '../../run';

interface RetryPlan extends Plan {
	readonly store: BackendRef;
	/** Which: one by its id, or all that match. */
	readonly which: { readonly scheduleId: string } | { readonly filter: RetryFilter };
	readonly rules: Pick<RetryRules, 'mayGoOutTwice' | 'validForMinutes' | 'reassignTo'>;
	readonly output: OutputOptions;
	/** Says something below the output. */
	hint(message: string): void;
}

const filterFields: INodeProperties[] = [
	{
		displayName: 'Account',
		name: 'account',
		type: 'string',
		default: '',
		placeholder: 'e.g. MANTIS-M72HC',
		description:
			'Only messages of this account, as Get Many and Statistics give it. Unless given: of this credential.',
	},
	{
		displayName: 'Failure Contains',
		name: 'failureContains',
		type: 'string',
		default: '',
		placeholder: 'e.g. timed out',
		description: 'Only messages whose failure has these words, in upper or lower case',
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
		displayName: 'Statuses',
		name: 'statuses',
		type: 'multiOptions',
		options: [
			{ name: 'Expired', value: 'expired' },
			{ name: 'Failed', value: 'failed' },
			{ name: 'Unconfirmed', value: 'unconfirmed' },
		],
		default: ['failed', 'expired', 'unconfirmed'],
		description:
			'Only messages with one of these statuses. Those with the status unconfirmed only with the option May Go Out Twice.',
	},
];

/** Puts messages of a Data Table that were not sent back to be sent. */
export const retry: Operation<RetryPlan> = {
	description: [
		...backendFields,
		{
			displayName: 'Select By',
			name: 'selectBy',
			type: 'options',
			options: [
				{ name: 'Filters', value: 'filters', description: 'All messages that match the filters' },
				{ name: 'Scheduled Message', value: 'scheduleId', description: 'One message by its ID' },
			],
			default: 'filters',
			description: 'Which messages to put back',
		},
		{
			...scheduleIdField,
			default: { mode: 'id', value: '' },
			// The list shows what is pending at the gateway, and none of that can be retried.
			modes: scheduleIdField.modes?.filter(({ name }) => name === 'id'),
			displayOptions: { show: { selectBy: ['scheduleId'] } },
		},
		{
			displayName: 'Limit',
			name: 'limit',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: 50,
			description: 'Max number of results to return',
			displayOptions: { show: { selectBy: ['filters'] } },
		},
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add filter',
			default: {},
			options: filterFields,
			displayOptions: { show: { selectBy: ['filters'] } },
		},
		simplifyField,
		optionsField([
			defaultCountryOption,
			{
				displayName: 'May Go Out Twice',
				name: 'mayGoOutTwice',
				type: 'boolean',
				default: false,
				description:
					'Whether to put messages with the status unconfirmed back, too. They may have been sent already, so the recipient may get them twice.',
			},
			{
				displayName: 'Reassign',
				name: 'reassign',
				type: 'boolean',
				default: false,
				description:
					"Whether to move messages of another account, which no credential serves any more, to this credential's account. Moves those that are still scheduled, too. By filters, enter the other account under Account.",
			},
			timezoneField,
			{
				displayName: 'Valid For',
				name: 'validForMinutes',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 1440,
				hint: 'In minutes',
				description:
					'Minutes from now for which the messages are worth sending; after that they end as expired. Unless given: as many as before.',
			},
		]),
	],

	prepare(context, index, run) {
		const timezone = readTimezone(context, index, run);
		const reassign = readOption(context, index, 'reassign') === true;
		const which = readWhich(context, index, timezone, run);
		if (reassign && 'filter' in which && which.filter.account === undefined) {
			throw new InvalidParameterError(
				'Account',
				'"Account" is empty, but with "Reassign" the node has to know whose messages to move',
				'Add the filter "Account" and enter the account as "Statistics" gives it.',
			);
		}
		return {
			fingerprint: ['retry', ...('scheduleId' in which ? [which.scheduleId] : [String(index)])],
			store: readBackend(context, index),
			which,
			rules: {
				mayGoOutTwice: readOption(context, index, 'mayGoOutTwice') === true,
				validForMinutes: readValidFor(context, index),
				reassignTo: reassign ? run.sender : null,
			},
			output: { simplify: readSimplify(context, index), timezone },
			hint: (message) => context.addExecutionHints?.({ message, location: 'outputPane' }),
		};
	},

	async perform({ store, which, rules: given, output, hint }, run) {
		const { messages: table, accounts, now } = await run.backend(store);
		const rules: RetryRules = {
			...given,
			assertSendable: (row) => {
				// Of another gateway's messages this credential knows nothing.
				if (row.gateway === run.gateway.id) assertSendable(run.gateway, toOutgoing(row));
			},
			notFound: store.in === 'postgres' ? notInPostgres(store) : undefined,
			assertMovable:
				given.reassignTo === null ? () => {} : await movable(await accounts(), run, now()),
		};
		const toItem = (row: Parameters<typeof toScheduledMessage>[0]) =>
			scheduledItem(toScheduledMessage(row), output);
		if ('scheduleId' in which) {
			const retried = await settle(retryOne(table, which.scheduleId, rules, now()));
			if (retried.ok) return [toItem(retried.value)];
			if (store.in !== 'dataTable') throw retried.error;
			throw await inAnotherTable(retried.error, which.scheduleId, run);
		}
		const report = await retryMatching(table, which.filter, rules, now());
		for (const message of hintsOf(report)) hint(message);
		return report.rows.map(toItem);
	},
};

/** Refuses to take messages from an account for which runs of *Send Due* go on. */
async function movable(
	accounts: AccountsTable,
	run: Run,
	now: number,
): Promise<RetryRules['assertMovable']> {
	const records = await accountRecords(accounts);
	const served = new Set(run.senders.map(accountKey));
	return (row) => {
		const key = accountKey(row);
		if (served.has(key) || !isInUse(records.get(key), now)) return;
		throw new InvalidParameterError(
			'Reassign',
			`"Reassign" moves nothing: the account "${String(row.account)}" is in use, since "Send Due" ran for it within the last five minutes`,
			'To move its messages, unpublish that workflow or change its credential, wait five minutes, and run this operation again.',
		);
	};
}

/** An id that the table does not have may be of another table. */
async function inAnotherTable(error: unknown, scheduleId: string, run: Run): Promise<unknown> {
	if (!(error instanceof GatewayError) || error.kind !== 'notFound') return error;
	const name = await run.tableNameOf(scheduleId);
	return name === null
		? error
		: new InvalidParameterError(
				'Data Table',
				`"Data Table" is not the table that holds the scheduled message "${scheduleId}". Enter "${name}".`,
			);
}

/** What was left as it is, and why. */
function* hintsOf({ unconfirmed, refused, changed, isMore }: RetryReport): Generator<string> {
	if (unconfirmed > 0) {
		yield `Not retried: ${unconfirmed} with the status unconfirmed, since they may have been sent already. If they may go out twice, turn on "May Go Out Twice".`;
	}
	if (refused.length > 0) {
		const [{ scheduleId, reason }] = refused;
		yield `Not retried: ${refused.length} that cannot be sent or moved. The first is ${scheduleId}: ${reason}`;
	}
	if (changed > 0) yield `Not retried: ${changed} that changed meanwhile.`;
	if (isMore) yield 'More messages match. Run the operation again, or raise "Limit".';
}

function readWhich(
	context: IExecuteFunctions,
	index: number,
	timezone: string,
	run: Run,
): RetryPlan['which'] {
	const by: unknown = context.getNodeParameter('selectBy', index, 'filters');
	if (by === 'scheduleId') return { scheduleId: readScheduleId(context, index) };
	if (by === 'filters') return { filter: readFilter(context, index, timezone, run) };
	throw new InvalidParameterError(
		'Select By',
		`"Select By" is "${String(by).slice(0, 40)}". Use one of: filters, scheduleId.`,
	);
}

function readFilter(
	context: IExecuteFunctions,
	index: number,
	timezone: string,
	run: Run,
): RetryFilter {
	const given = context.getNodeParameter('filters', index, {}) as Record<string, unknown>;
	const instant = (name: string, parameter: string) => {
		const value = readFilterValue(given, name, parameter);
		return value === undefined
			? undefined
			: resolveSendTime(value, timezone, { now: run.ledger.startedAt, parameter }).scheduledAt;
	};
	const recipient = readFilterValue(given, 'recipient', 'Recipient');
	const failureContains = readFilterValue(given, 'failureContains', 'Failure Contains');
	return {
		statuses: readStatuses(given.statuses),
		senders: run.senders,
		// Without one, only this credential's messages match.
		account: isEmpty(given.account) ? undefined : String(given.account).trim() || undefined,
		recipient:
			recipient === undefined
				? undefined
				: parseRecipient(recipient, readDefaultCountry(context, index)),
		scheduledAfter: instant('scheduledAfter', 'Scheduled After'),
		scheduledBefore: instant('scheduledBefore', 'Scheduled Before'),
		failureContains: failureContains === undefined ? undefined : String(failureContains).trim(),
		limit: readLimit(context.getNodeParameter('limit', index, 50)),
	};
}

const isEmpty = (value: unknown) => value === undefined || value === null || value === '';

/** Unless given: all that can be put back. */
function readStatuses(value: unknown): readonly Retryable[] {
	const given = (Array.isArray(value) ? value : isEmpty(value) ? [] : [value]) as unknown[];
	const wrong = given.find((status) => !RETRYABLE.includes(status as Retryable));
	if (wrong !== undefined) {
		throw new InvalidParameterError(
			'Statuses',
			`"Statuses" has "${String(wrong).slice(0, 40)}". Use some of: ${RETRYABLE.join(', ')}.`,
		);
	}
	return given.length === 0 ? RETRYABLE : (given as Retryable[]);
}

function readLimit(value: unknown): number {
	const limit = Number(value);
	if (Number.isInteger(limit) && limit >= 1) return limit;
	throw new InvalidParameterError(
		'Limit',
		`"Limit" is "${String(value).slice(0, 40)}". Enter a whole number from 1.`,
	);
}
