import { notPending } from '../../../../stores/notPending';
import { allowDeletionOption, readAllowDeletion } from '../../fields/cancelOptions';
import { optionsField, readOption, readSimplify, simplifyField } from '../../fields/common';
import { readScheduleId, scheduleIdField } from '../../fields/scheduleId';
import { readStoredIn, storedInFields } from '../../fields/storage';
import { readTimezone, timezoneField } from '../../fields/sendTime';
import type { PostgresRef } from '../../../shared/backendRef';
import { GATHERED_CONCURRENCY, type Operation, type Plan } from '../../operation';
import { scheduledItem, type OutputOptions } from '../../output';

interface CancelPlan extends Plan {
	readonly scheduleId: string;
	readonly storedIn: PostgresRef | null;
	readonly allowDeletion: boolean;
	readonly allowNotPending: boolean;
	readonly output: OutputOptions;
}

/** Cancels a scheduled message that is still pending. */
export const cancel: Operation<CancelPlan> = {
	description: [
		scheduleIdField,
		...storedInFields,
		simplifyField,
		optionsField([
			allowDeletionOption,
			{
				displayName: 'If No Longer Pending',
				name: 'ifNotPending',
				type: 'options',
				options: [
					{
						name: 'Return It as It Is',
						value: 'return',
						description:
							'A message that is cancelled already, or sent, is returned with its status',
					},
					{
						name: 'Stop and Say Why',
						value: 'stop',
						description: 'The item is reported with the reason',
					},
				],
				default: 'stop',
				description: 'What to do with a message that is cancelled already, or sent',
			},
			timezoneField,
		]),
	],

	concurrency: (plans, run) =>
		plans.every((plan) => plan === null || plan.storedIn !== null)
			? GATHERED_CONCURRENCY
			: run.maxParallel,

	prepare(context, index, run) {
		const scheduleId = readScheduleId(context, index);
		const storedIn = readStoredIn(context, index);
		run.storeForId(scheduleId, storedIn);
		return {
			fingerprint: ['cancel', scheduleId],
			scheduleId,
			storedIn,
			allowDeletion: readAllowDeletion(context, index),
			allowNotPending: readOption(context, index, 'ifNotPending') === 'return',
			output: {
				simplify: readSimplify(context, index),
				timezone: readTimezone(context, index, run),
			},
		};
	},

	async perform({ scheduleId, storedIn, allowDeletion, allowNotPending, output }, run, entry) {
		const store = await run.storeForId(scheduleId, storedIn).store();
		const { cancelled, message } = await store.cancel(scheduleId, { allowDeletion }, entry);
		if (!cancelled && !allowNotPending) throw notPending(run.gateway, message, 'cancelled');
		return [scheduledItem(message, output)];
	},
};
