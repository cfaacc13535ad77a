import { notPending } from '../../../../gateways/notPending';
import { allowDeletionOption, readAllowDeletion } from '../../fields/cancelOptions';
import { optionsField, readSimplify, simplifyField } from '../../fields/common';
import { defaultCountryOption } from '../../fields/defaultCountry';
import {
	outputTimezoneField,
	readFilterTimezone,
	readOutputTimezone,
} from '../../fields/recipientTimezone';
import type { Operation } from '../../operation';
import { changeMany, hintOf, type ManyMessages } from './many';
import { readSelection, safetyFields, selectionFields } from './many/selection';

interface CancelManyPlan extends ManyMessages {
	readonly allowDeletion: boolean;
}

/** Cancels the pending messages that match filters. */
export const cancelMany: Operation<CancelManyPlan> = {
	option: {
		name: 'Cancel Many',
		value: 'cancelMany',
		description: 'Cancel all messages that match filters and are still pending',
		action: 'Cancel many scheduled messages',
	},
	description: [
		...selectionFields,
		...safetyFields,
		simplifyField,
		optionsField([allowDeletionOption, defaultCountryOption, outputTimezoneField]),
	],

	// One item after the other: their filters may match the same messages.
	concurrency: () => 1,

	prepare(context, index, run) {
		return {
			fingerprint: ['cancelMany', String(index)],
			selection: readSelection(context, index, readFilterTimezone(context, index, run), run),
			allowDeletion: readAllowDeletion(context, index),
			output: {
				simplify: readSimplify(context, index),
				timezone: readOutputTimezone(context, index, run),
			},
			hint: hintOf(context, index),
		};
	},

	async perform(plan, run, entry) {
		const { allowDeletion } = plan;
		return await changeMany(
			plan,
			{
				verb: 'cancelled',
				plan: (messages) =>
					messages.map(({ scheduleId, scheduledAt }) => ({
						scheduleId,
						from: scheduledAt,
						to: null,
					})),
				changeOne: (store) => async (change, attempt) => {
					const { scheduleId } = change;
					const result = await store.cancel(scheduleId, { allowDeletion }, attempt);
					if (result.cancelled) return result.message;
					throw notPending(run.gateway.label, result.message, 'cancelled');
				},
			},
			run,
			entry,
		);
	},
};
