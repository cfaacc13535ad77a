import { optionsField, readSimplify, simplifyField } from '../../fields/common';
import { readScheduleId, scheduleIdField } from '../../fields/scheduleId';
import { readStoredIn, storedInFields } from '../../fields/storage';
import { outputTimezoneField, readOutputTimezone } from '../../fields/recipientTimezone';
import type { PostgresRef } from '../../../shared/backendRef';
import { concurrencyByStore, type Operation, type Plan } from '../../operation';
import { scheduledItem, type OutputOptions } from '../../output';

interface GetPlan extends Plan {
	readonly scheduleId: string;
	readonly storedIn: PostgresRef | null;
	readonly output: OutputOptions;
}

/** Reads one scheduled message. */
export const get: Operation<GetPlan> = {
	option: {
		name: 'Get',
		value: 'get',
		description: 'Retrieve a scheduled message and its status',
		action: 'Get scheduled message',
	},
	description: [
		scheduleIdField,
		...storedInFields,
		simplifyField,
		optionsField([outputTimezoneField]),
	],

	concurrency: concurrencyByStore,

	prepare(context, index, run) {
		const scheduleId = readScheduleId(context, index);
		const storedIn = readStoredIn(context, index);
		run.storeForId(scheduleId, storedIn);
		return {
			fingerprint: ['get', scheduleId],
			scheduleId,
			storedIn,
			output: {
				simplify: readSimplify(context, index),
				timezone: readOutputTimezone(context, index, run),
			},
		};
	},

	async perform({ scheduleId, storedIn, output }, run) {
		const store = await run.storeForId(scheduleId, storedIn).store();
		return [scheduledItem(await store.get(scheduleId), output)];
	},
};
