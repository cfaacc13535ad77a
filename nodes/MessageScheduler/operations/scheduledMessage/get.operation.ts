import { optionsField, readSimplify, simplifyField } from '../../fields/common';
import { readScheduleId, scheduleIdField } from '../../fields/scheduleId';
import { readTimezone, timezoneField } from '../../fields/sendTime';
import type { Operation, Plan } from '../../operation';
import { scheduledItem, type OutputOptions } from '../../output';

interface GetPlan extends Plan {
	readonly scheduleId: string;
	readonly output: OutputOptions;
}

/** Reads one scheduled message. */
export const get: Operation<GetPlan> = {
	description: [scheduleIdField, simplifyField, optionsField([timezoneField])],

	prepare(context, index, run) {
		const scheduleId = readScheduleId(context, index);
		run.storeForId(scheduleId);
		return {
			fingerprint: ['get', scheduleId],
			scheduleId,
			output: {
				simplify: readSimplify(context, index),
				timezone: readTimezone(context, index, run),
			},
		};
	},

	async perform({ scheduleId, output }, run) {
		const store = await run.storeForId(scheduleId).store();
		return [scheduledItem(await store.get(scheduleId), output)];
	},
};
