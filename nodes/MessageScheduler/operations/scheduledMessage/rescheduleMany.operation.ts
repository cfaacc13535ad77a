import { InvalidParameterError } from '../../../../messages/invalidParameterError';
import { allowDeletionOption, readAllowDeletion } from '../../fields/cancelOptions';
import { optionsField, readSimplify, simplifyField } from '../../fields/common';
import { defaultCountryOption } from '../../fields/defaultCountry';
import { ifTimePassedOption, readIfPassed } from '../../fields/ifTimePassed';
import { windowWarnings } from '../../fields/replacement';
import { readTimezone } from '../../fields/sendTime';
import { optedOutOf } from '../../optedOut';
import type { Operation } from '../../operation';
import { changeMany, hintOf, type ManyMessages } from './many';
import { readSelection, safetyFields, selectionFields } from './many/selection';
import {
	newTimeFields,
	planMoves,
	readNewTimes,
	timeWhenMoved,
	type TimeRules,
} from './many/times';

interface RescheduleManyPlan extends ManyMessages {
	readonly rules: TimeRules;
	readonly allowDeletion: boolean;
}

/** Moves the pending messages that match filters to another time. */
export const rescheduleMany: Operation<RescheduleManyPlan> = {
	option: {
		name: 'Reschedule Many',
		value: 'rescheduleMany',
		description: 'Move all messages that match filters and are still pending to another time',
		action: 'Reschedule many messages',
	},
	description: [
		...selectionFields,
		...newTimeFields,
		...safetyFields,
		simplifyField,
		optionsField([allowDeletionOption, defaultCountryOption, ifTimePassedOption]),
	],

	// One item after the other: their filters may match the same messages.
	concurrency: () => 1,

	prepare(context, index, run) {
		const timezone = readTimezone(context, index, run);
		const selection = readSelection(context, index, timezone, run);
		const { limits } = run.storeFor(selection.choice);
		return {
			fingerprint: ['rescheduleMany', String(index)],
			selection,
			rules: {
				times: readNewTimes(context, index, run),
				timezone,
				ifPassed: readIfPassed(context, index),
				limits,
			},
			allowDeletion: readAllowDeletion(context, index),
			output: { simplify: readSimplify(context, index), timezone },
			hint: hintOf(context, index),
		};
	},

	async perform(plan, run, entry) {
		const { rules, allowDeletion, selection } = plan;
		const { startedAt } = run.ledger;
		return await changeMany(
			plan,
			{
				verb: 'moved',
				plan: (messages, isMore) => {
					// The next run would select moved ones again.
					if (isMore && !selection.isDryRun) throw tooMany(selection.limit);
					return planMoves(messages, rules, { startedAt, now: run.now() });
				},
				changeOne:
					(store) =>
					async ({ scheduleId, to }, attempt) =>
						await store.reschedule(
							{
								scheduleId,
								scheduledAt: to!,
								idempotencyKey: attempt.idempotencyKey,
								allowDeletion,
								timeNow: timeWhenMoved(to!, rules, () => run.now()),
							},
							attempt,
						),
				warnings: async (messages) => {
					const listed = await optedOutOf(run, selection.choice, messages);
					return (message) => [
						...windowWarnings(run.gateway, message),
						...(listed.has(message) ? [OPTED_OUT_WARNING] : []),
					];
				},
			},
			run,
			entry,
		);
	},
};

const OPTED_OUT_WARNING =
	'The recipient is on Do Not Contact: unless that changes, "Send Due" cancels the message at its time.';

const tooMany = (limit: number) =>
	new InvalidParameterError(
		'Limit',
		`"Limit" is ${limit}, but more messages match, so none was moved: a further run could not tell the moved ones from the others`,
		'Increase "Limit", or select fewer messages by "Scheduled After" and "Scheduled Before".',
	);
