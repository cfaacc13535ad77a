import { notPending } from '../../../../gateways/notPending';
import { allowDeletionOption, readAllowDeletion } from '../../fields/cancelOptions';
import { optionsField, readOption, readSimplify, simplifyField } from '../../fields/common';
import { readScheduleId, scheduleIdField } from '../../fields/scheduleId';
import { readStoredIn, storedInFields } from '../../fields/storage';
import { outputTimezoneField, readOutputTimezone } from '../../fields/recipientTimezone';
import type { PostgresRef } from '../../../shared/backendRef';
import { concurrencyByStore, type Operation, type Plan } from '../../operation';
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
	option: {
		name: 'Cancel',
		value: 'cancel',
		description: 'Cancel a message that is still pending',
		action: 'Cancel scheduled message',
	},
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
						name: 'Return Unchanged',
						value: 'return',
						description: 'Return the message with its status',
					},
					{
						name: 'Stop and Report',
						value: 'stop',
						description: 'Report the item with the reason',
					},
				],
				default: 'stop',
				description: 'What to do if the message was already cancelled or sent',
			},
			outputTimezoneField,
		]),
	],

	concurrency: concurrencyByStore,

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
				timezone: readOutputTimezone(context, index, run),
			},
		};
	},

	async perform({ scheduleId, storedIn, allowDeletion, allowNotPending, output }, run, entry) {
		const store = await run.storeForId(scheduleId, storedIn).store();
		const { cancelled, message } = await store.cancel(scheduleId, { allowDeletion }, entry);
		if (!cancelled && !allowNotPending) throw notPending(run.gateway.label, message, 'cancelled');
		return [scheduledItem(message, output)];
	},
};
