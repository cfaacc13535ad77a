import type { IfPassed, ResolvedSendTime } from '../../../../messages/sendTime';
import { allowDeletionOption, readAllowDeletion } from '../../fields/cancelOptions';
import { optionsField, readSimplify, simplifyField } from '../../fields/common';
import { readScheduleId, scheduleIdField } from '../../fields/scheduleId';
import { readStoredIn, storedInFields } from '../../fields/storage';
import {
	assertWithinLimits,
	ifTimePassedOption,
	applyPastTimePolicy,
	isStillPossible,
	readIfPassed,
	stillInTime,
} from '../../fields/ifTimePassed';
import { windowWarnings } from '../../fields/replacement';
import { readSendTime, sendTimeFields } from '../../fields/sendTime';
import type { PostgresRef } from '../../../shared/backendRef';
import { concurrencyByStore, type Operation, type Plan } from '../../operation';
import { scheduledItem } from '../../output';

interface ReschedulePlan extends Plan {
	readonly scheduleId: string;
	readonly storedIn: PostgresRef | null;
	readonly time: ResolvedSendTime;
	readonly ifPassed: IfPassed;
	readonly allowDeletion: boolean;
	readonly simplify: boolean;
}

/** Moves a scheduled message that is still pending to another time. */
export const reschedule: Operation<ReschedulePlan> = {
	option: {
		name: 'Reschedule',
		value: 'reschedule',
		description: 'Move a message that is still pending to another time',
		action: 'Reschedule message',
	},
	description: [
		scheduleIdField,
		...storedInFields,
		...sendTimeFields,
		simplifyField,
		optionsField([allowDeletionOption, ifTimePassedOption]),
	],

	concurrency: concurrencyByStore,

	prepare(context, index, run) {
		const scheduleId = readScheduleId(context, index);
		const storedIn = readStoredIn(context, index);
		const { limits } = run.storeForId(scheduleId, storedIn);
		const ifPassed = readIfPassed(context, index);
		return {
			fingerprint: ['reschedule', scheduleId],
			scheduleId,
			storedIn,
			time: applyPastTimePolicy(
				readSendTime(context, index, run),
				ifPassed,
				run.ledger.startedAt,
				limits,
			),
			ifPassed,
			allowDeletion: readAllowDeletion(context, index),
			simplify: readSimplify(context, index),
		};
	},

	check({ scheduleId, storedIn, time, ifPassed }, run) {
		assertWithinLimits(time, ifPassed, run.now(), run.storeForId(scheduleId, storedIn).limits);
	},

	async perform(
		{ scheduleId, storedIn, time: planned, ifPassed, allowDeletion, simplify },
		run,
		entry,
	) {
		const { idempotencyKey } = entry;
		const store = await run.storeForId(scheduleId, storedIn).store();
		let time = planned;
		const timeNow = (earlier?: string): string => {
			const now = run.now();
			if (earlier !== undefined && isStillPossible(earlier, now, store.limits)) return earlier;
			assertWithinLimits(planned, ifPassed, now, store.limits);
			time = stillInTime(planned, ifPassed, now, store.limits);
			return time.scheduledAt;
		};
		// An earlier attempt is settled before anything is checked.
		const scheduledAt = entry.unresolved === null ? timeNow() : planned.scheduledAt;
		const move = { scheduleId, scheduledAt, idempotencyKey, allowDeletion, timeNow };
		const moved = await store.reschedule(move, entry);
		const { timezone, adjusted = [] } = time;
		const warnings = windowWarnings(run.gateway, moved);
		return [scheduledItem(moved, { simplify, timezone, adjusted, warnings })];
	},
};
