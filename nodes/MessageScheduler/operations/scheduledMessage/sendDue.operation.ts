import type { IDataObject, IExecuteFunctions, INodeProperties } from 'n8n-workflow';
import { connect } from '../../../../gateways/transport/connection';
import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { formatLocalTime, toLocalTime } from '../../../../messages/sendTime';
import { dispatchDue, type DispatchEntry, type DispatchRules } from '../../../../stores/dispatcher';
import { createLeaseStore } from '../../../../stores/table/accounts';
import { resolveMessageIds } from '../../../../stores/table/resolveMessageIds';
import { optionsField, readOption, readSimplify, simplifyField } from '../../fields/common';
import { addOptOutsOption, readAddOptOuts } from '../../fields/doNotContact';
import { readBackend, backendFields } from '../../fields/storage';
import type { BackendRef } from '../../../shared/backendRef';
import type { Operation, Plan } from '../../operation';
import { scheduledItem } from '../../output';
import { gatewayOptOut, listOf } from '../../doNotContact';
import { giveRecent } from '../../recentHints';
import type { Run } from '../../run';
import { hintUnserved } from './unserved';
import { SECOND_MS } from '../../../../messages/duration';

interface SendDuePlan extends Plan {
	readonly store: BackendRef;
	readonly rules: Pick<DispatchRules, 'budgetMs' | 'ifOutcomeUnknown' | 'messagesPerMinute'>;
	readonly addsOptOuts: boolean;
	readonly simplify: boolean;
	/** Adds an execution hint, also if there is no output. */
	hint(message: string): void;
	/** Whether a person started the run. */
	readonly isManual: boolean;
}

/** Default: with a Schedule Trigger of one minute, runs then follow one another. */
const DEFAULT_RUN_FOR_SECONDS = 50;
/** Time that a run needs beside its budget and its last request: writes, and releasing the lease. */
const WRAP_UP_MS = 10 * SECOND_MS;

const options: INodeProperties[] = [
	{
		displayName: 'If Outcome Unknown',
		name: 'ifOutcomeUnknown',
		type: 'options',
		options: [
			{
				name: 'Mark for Manual Review',
				value: 'markUnconfirmed',
				description: 'The message gets the status unconfirmed and is not sent again',
			},
			{
				name: 'Send Again',
				value: 'sendAgain',
				description: 'The recipient may get it twice',
			},
		],
		default: 'markUnconfirmed',
		description: 'What to do if it is unknown whether a message was sent',
	},
	{
		displayName: 'Messages per Minute',
		name: 'messagesPerMinute',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 30,
		description:
			'Maximum number of messages of the account to send per minute. By default, as many as the gateway documents, or otherwise as many as it accepts.',
	},
	{
		displayName: 'Run For At Most',
		name: 'runForAtMost',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: DEFAULT_RUN_FOR_SECONDS,
		hint: 'In seconds',
		description:
			'Seconds after which a run sends no further message. The next run continues. Set it a little shorter than the interval of the Schedule Trigger.',
	},
];

/** Sends the due messages of a store, of this credential's account. */
export const sendDue: Operation<SendDuePlan> = {
	option: {
		name: 'Send Due',
		value: 'sendDue',
		description: 'Send the due messages of a Data Table or PostgreSQL',
		action: 'Send due scheduled messages',
	},
	description: [...backendFields, simplifyField, optionsField([addOptOutsOption, ...options])],

	prepare(context, index, run) {
		const store = readBackend(context, index);
		const rules = readRules(context, index, run);
		assertTimeLeft(context, rules.budgetMs, run.timeoutMs);
		return {
			fingerprint: ['sendDue', String(index)],
			store,
			rules,
			addsOptOuts: readAddOptOuts(context, index),
			simplify: readSimplify(context, index),
			hint: (message) => context.addExecutionHints?.({ message, location: 'outputPane' }),
			isManual: context.getMode() === 'manual',
		};
	},

	async perform({ store, rules, addsOptOuts, simplify, hint, isManual }, run) {
		const { gateway, runtime, timezone } = run;
		const backend = await run.backend(store);
		const senders = run.senders;
		const accounts = await backend.accounts();
		// No retry here: the dispatcher decides for the whole account what follows a fault.
		const connection = connect(gateway, run.connection.credential, runtime, {
			maxParallel: UNBOUNDED,
			policy: { maxAttempts: 1, baseDelayMs: 0, maxDelayMs: 0 },
		});
		const report = await dispatchDue({
			gateway,
			connection,
			queue: backend.queue(senders, { gateway, accounts: async () => accounts }),
			lease: createLeaseStore(accounts, senders),
			rules: { ...rules, maxParallel: run.maxParallel, timeoutMs: run.timeoutMs },
			resolveMessageIds: async () =>
				await resolveMessageIds({
					gateway,
					connection,
					table: backend.messages,
					senders,
					now: () => backend.now(),
				}),
			addOptOut: addsOptOuts
				? async (person, reason) =>
						void (await (await listOf(run, store)).add(gatewayOptOut(person, reason)))
				: undefined,
			now: () => backend.now(),
			random: () => runtime.random(),
			isCancelled: () => runtime.isCancelled?.() === true,
			sleep: async (ms) => await run.sleep(ms),
		});
		const { entries, idle, error } = report;
		if (error !== undefined && entries.length === 0) throw error;
		if (error !== undefined) {
			hint(
				`The run ended early: ${error instanceof Error ? error.message : String(error)} The next run continues.`,
			);
		}
		if (idle !== null) hint(idleHint(idle, run));
		// The run that has the lease reports it, and an error comes before any other hint.
		if (idle?.why !== 'leaseTaken' && error === undefined) {
			const look = async (say: typeof hint) => await hintUnserved(backend, run, say);
			const { sender } = run;
			const key = JSON.stringify([backend.messages.id, sender.gateway, sender.account]);
			await (isManual ? look(hint) : giveRecent(key, run.now(), look, hint));
		}
		return entries.map((entry) => toItem(entry, run, { simplify, timezone }));
	},
};

/** The dispatcher itself bounds the requests in flight. */
const UNBOUNDED = 1_000;

/** A message, or the begin or end of a pause, as an item. */
function toItem(
	entry: DispatchEntry,
	{ sender }: Run,
	output: { readonly simplify: boolean; readonly timezone: string },
): IDataObject {
	if (!('event' in entry)) {
		const more = {
			lateBySeconds: Math.round(entry.lateByMs / 100) / 10,
			attempts: entry.attempts,
		};
		return scheduledItem(entry.message, { ...output, more });
	}
	const { timezone } = output;
	const pausedAt = new Date(entry.pausedAt).toISOString();
	const pausedUntil = entry.event === 'paused' ? new Date(entry.pausedUntil).toISOString() : null;
	const { local, timezone: zone } = toLocalTime(pausedAt, timezone);
	return {
		event: entry.event,
		reason: entry.reason,
		credential: sender.credential,
		pausedAtLocal: local,
		pausedUntilLocal: formatLocalTime(pausedUntil, timezone),
		timezone: zone,
		pausedAt,
		pausedUntil,
		gateway: sender.gateway,
		account: sender.account || null,
	};
}

function idleHint(
	idle: NonNullable<Awaited<ReturnType<typeof dispatchDue>>['idle']>,
	{ gateway, sender, timezone }: Run,
): string {
	const account = `${gateway.label} account "${sender.account}"`;
	switch (idle.why) {
		case 'leaseTaken':
			return `Nothing was sent by this run: another run of "Send Due" is sending for the ${account}.`;
		case 'paused':
			return `Nothing was sent: the ${account} is paused until ${shown(idle.until, timezone)}. ${idle.reason}`;
		case 'pausedByPerson':
			return `Nothing was sent: the ${account} was paused with the operation "Pause"${idle.note === null ? '' : ` ("${idle.note}")`}. Use "Resume" to continue.`;
	}
}

/** `Sat, 21 Nov 2026, 15:40 (Europe/Berlin)`. `at`: milliseconds since 1970. */
function shown(at: number, timezone: string): string {
	const { local, timezone: zone } = toLocalTime(new Date(at).toISOString(), timezone);
	return `${local} (${zone})`;
}

function readRules(context: IExecuteFunctions, index: number, run: Run): SendDuePlan['rules'] {
	const number = (name: string, label: string): number | undefined => {
		const given = readOption(context, index, name);
		if (given === undefined) return undefined;
		const value = Number(given);
		if (Number.isFinite(value) && value >= 1) return value;
		throw new InvalidParameterError(
			label,
			`"${label}" is "${String(given)}". Enter a number from 1.`,
		);
	};
	const seconds = number('runForAtMost', 'Run For At Most') ?? DEFAULT_RUN_FOR_SECONDS;
	return {
		budgetMs: seconds * SECOND_MS,
		messagesPerMinute:
			number('messagesPerMinute', 'Messages per Minute') ??
			run.gateway.capabilities.messagesPerMinute,
		ifOutcomeUnknown:
			readOption(context, index, 'ifOutcomeUnknown') === 'sendAgain'
				? 'sendAgain'
				: 'markUnconfirmed',
	};
}

/**
 * After a workflow's timeout n8n blocks access to tables, so a run that it ends could not write the
 * results of its messages.
 */
function assertTimeLeft(context: IExecuteFunctions, budgetMs: number, timeoutMs: number): void {
	// Older versions of n8n do not have it.
	const settings = (
		context as { getWorkflowSettings?: () => { executionTimeout?: number } }
	).getWorkflowSettings?.();
	const seconds = settings?.executionTimeout ?? -1;
	const needed = (budgetMs + timeoutMs + WRAP_UP_MS) / SECOND_MS;
	if (seconds <= 0 || seconds >= needed) return;
	throw new InvalidParameterError(
		'Run For At Most',
		`The workflow times out after ${seconds} seconds, but with "Run For At Most" the operation "Send Due" may take ${needed}`,
		`Increase "Timeout Workflow" in the workflow's settings, or reduce "Run For At Most". The ${needed} seconds are "Run For At Most" (${budgetMs / SECOND_MS}) + "Timeout" (${timeoutMs / SECOND_MS}) + ${WRAP_UP_MS / SECOND_MS}.`,
	);
}
