import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { assertSendable } from '../../../../gateways/capabilityChecks';
import { GatewayError } from '../../../../gateways/transport/gatewayError';
import { settle } from '../../../../messages/settle';
import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import {
	RETRYABLE,
	retryMatching,
	retryOne,
	type Retryable,
	type RetryFilter,
	type RetryReport,
	type RetryRules,
} from '../../../../stores/table/retry';
import { assertFileKeptUntil } from '../../../../stores/table/uploadedFile';
import { toOutgoing, toScheduledMessage } from '../../../../stores/table/rows';
import { refusalsOf } from '../../../../stores/doNotContact/refusals';
import type { AccountsTable } from '../../../../stores/table/accounts';
import { accountKey, accountRecords, isInUse } from '../../../../stores/table/served';
import { optionsField, readOption, readSimplify, simplifyField } from '../../fields/common';
import { defaultCountryOption } from '../../fields/defaultCountry';
import {
	commonFilterFields,
	readCommonFilters,
	readFilters,
	readFilterValue,
	readLimit,
} from '../../fields/filters';
import { readBackend, backendFields } from '../../fields/storage';
import { readScheduleId, scheduleIdOnlyField } from '../../fields/scheduleId';
import { readValidFor } from '../../fields/scheduleOptions';
import {
	outputTimezoneField,
	readFilterTimezone,
	readOutputTimezone,
} from '../../fields/recipientTimezone';
import type { BackendRef } from '../../../shared/backendRef';
import type { Operation, Plan } from '../../operation';
import { scheduledItem, type OutputOptions } from '../../output';
import { listOwner } from '../../doNotContact';
import { notInPostgres, type Run } from '../../run';
import { quote } from '../../../../messages/text';

interface RetryPlan extends Plan {
	readonly store: BackendRef;
	/** One message by its id, or all that match. */
	readonly which: { readonly scheduleId: string } | { readonly filter: RetryFilter };
	readonly rules: Pick<RetryRules, 'mayGoOutTwice' | 'validForMinutes' | 'reassignTo'>;
	readonly output: OutputOptions;
	/** Adds an execution hint. */
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
			"Only messages of this account, as Get Many and Statistics return it. By default, this credential's account.",
	},
	{
		displayName: 'Failure Contains',
		name: 'failureContains',
		type: 'string',
		default: '',
		placeholder: 'e.g. timed out',
		description: 'Only messages whose failure contains these words, case-insensitive',
	},
	...commonFilterFields,
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
			'Only messages with one of these statuses. The status unconfirmed requires the option May Go Out Twice.',
	},
];

/** Queues messages of a Data Table or PostgreSQL again that were not sent. */
export const retry: Operation<RetryPlan> = {
	option: {
		name: 'Retry',
		value: 'retry',
		description: 'Queue messages of a Data Table or PostgreSQL again that were not sent',
		action: 'Retry scheduled messages',
	},
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
			description: 'How to select the messages to retry',
		},
		{ ...scheduleIdOnlyField, displayOptions: { show: { selectBy: ['scheduleId'] } } },
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
					'Whether to also retry messages with the status unconfirmed. They may already have been sent, so the recipient may get them twice.',
			},
			{
				displayName: 'Reassign',
				name: 'reassign',
				type: 'boolean',
				default: false,
				description:
					"Whether to move messages of another account, which no credential serves any more, to this credential's account. Also moves messages that are still scheduled. With filters, enter the other account under Account.",
			},
			outputTimezoneField,
			{
				displayName: 'Valid For',
				name: 'validForMinutes',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 1440,
				hint: 'In minutes',
				description:
					'Minutes from now during which the messages may be sent; after that they get the status expired. By default, as many as before.',
			},
		]),
	],

	prepare(context, index, run) {
		const reassign = readOption(context, index, 'reassign') === true;
		const which = readWhich(context, index, readFilterTimezone(context, index, run), run);
		if (reassign && 'filter' in which && which.filter.account === undefined) {
			throw new InvalidParameterError(
				'Account',
				'"Account" is empty, but "Reassign" requires the account whose messages to move',
				'Add the filter "Account" and enter the account as "Statistics" returns it.',
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
			output: {
				simplify: readSimplify(context, index),
				timezone: readOutputTimezone(context, index, run),
			},
			hint: (message) => context.addExecutionHints?.({ message, location: 'outputPane' }),
		};
	},

	async perform({ store, which, rules: given, output, hint }, run) {
		const { messages: table, accounts, now, findDoNotContact } = await run.backend(store);
		const isOwn = (row: { gateway: unknown; account: unknown }) =>
			given.reassignTo !== null ||
			run.senders.some((one) => one.gateway === row.gateway && one.account === row.account);
		const rules: RetryRules = {
			...given,
			assertSendable: (row) => {
				// This credential's gateway cannot check another gateway's messages.
				if (row.gateway !== run.gateway.id) return;
				assertSendable(run.gateway, toOutgoing(row));
				const validity = given.validForMinutes ?? row.valid_for_minutes;
				const retried = { ...row, valid_for_minutes: validity };
				assertFileKeptUntil(retried, run.gateway, new Date(now()).toISOString());
			},
			// Of another account's messages its own runs of Send Due find out.
			refusals: async (rows) =>
				await refusalsOf(
					{ find: findDoNotContact, owner: listOwner(run) },
					rows.filter(isOwn),
					'was not retried',
				),
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

/** Rejects moving messages of an account that runs of *Send Due* still serve. */
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

/** Names the table that has the id, if the given one does not. */
async function inAnotherTable(error: unknown, scheduleId: string, run: Run): Promise<unknown> {
	if (!(error instanceof GatewayError) || error.kind !== 'notFound') return error;
	const name = await run.tableNameOf(scheduleId);
	return name === null
		? error
		: new InvalidParameterError(
				'Data Table',
				`"Data Table" is not the table that stores the scheduled message "${scheduleId}". Enter "${name}".`,
			);
}

/** Which messages were left unchanged, and why. */
function* hintsOf({ unconfirmed, rejected, changed, isMore }: RetryReport): Generator<string> {
	if (unconfirmed > 0) {
		yield `Not retried: ${unconfirmed} with the status unconfirmed, since they may already have been sent. If recipients may get them twice, turn on "May Go Out Twice".`;
	}
	if (rejected.length > 0) {
		const [{ scheduleId, reason }] = rejected;
		yield `Not retried: ${rejected.length} that cannot be sent or moved. The first is ${scheduleId}: ${reason}`;
	}
	if (changed > 0) yield `Not retried: ${changed} that changed meanwhile.`;
	if (isMore) yield 'More messages match. Run the operation again, or increase "Limit".';
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
		`"Select By" is ${quote(by)}. Use one of: filters, scheduleId.`,
	);
}

function readFilter(
	context: IExecuteFunctions,
	index: number,
	timezone: string,
	run: Run,
): RetryFilter {
	const given = readFilters(context, index);
	const failureContains = readFilterValue(given, 'failureContains', 'Failure Contains');
	return {
		statuses: readStatuses(given.statuses),
		senders: run.senders,
		// Without one, only this credential's messages match.
		account: isEmpty(given.account) ? undefined : String(given.account).trim() || undefined,
		...readCommonFilters(context, index, timezone, run),
		failureContains: failureContains === undefined ? undefined : String(failureContains).trim(),
		limit: readLimit(context, index),
	};
}

const isEmpty = (value: unknown) => value === undefined || value === null || value === '';

/** By default, all that can be retried. */
function readStatuses(value: unknown): readonly Retryable[] {
	const given = (Array.isArray(value) ? value : isEmpty(value) ? [] : [value]) as unknown[];
	const wrong = given.find((status) => !RETRYABLE.includes(status as Retryable));
	if (wrong !== undefined) {
		throw new InvalidParameterError(
			'Statuses',
			`"Statuses" has ${quote(wrong)}. Use some of: ${RETRYABLE.join(', ')}.`,
		);
	}
	return given.length === 0 ? RETRYABLE : (given as Retryable[]);
}
