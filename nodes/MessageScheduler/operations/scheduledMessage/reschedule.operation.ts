import type { IfPassed } from '../../../../messages/sendTime';
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
import {
	readSendTime,
	recipientTimezoneOptions,
	sendTimeFields,
	type MessageFor,
	type SendTime,
} from '../../fields/recipientTimezone';
import type { PostgresRef } from '../../../shared/backendRef';
import { concurrencyByStore, type Operation, type Plan } from '../../operation';
import { scheduledItem } from '../../output';

interface ReschedulePlan extends Plan {
	readonly scheduleId: string;
	readonly storedIn: PostgresRef | null;
	/** For whoever the message is for. @throws InvalidParameterError */
	timeFor(message: MessageFor): NewTime;
	/** The same, where the recipient does not matter; null where the message has to be looked up first. */
	readonly time: NewTime | null;
	readonly ifPassed: IfPassed;
	readonly allowDeletion: boolean;
	readonly simplify: boolean;
}

/** The new time, after *If the Time Has Passed*, and whose timezone it is in. */
type NewTime = ReturnType<SendTime['for']>;

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
		optionsField([allowDeletionOption, ifTimePassedOption, ...recipientTimezoneOptions]),
	],

	concurrency: concurrencyByStore,

	prepare(context, index, run) {
		const scheduleId = readScheduleId(context, index);
		const storedIn = readStoredIn(context, index);
		const { limits } = run.storeForId(scheduleId, storedIn);
		const ifPassed = readIfPassed(context, index);
		const sendTime = readSendTime(context, index, run);
		const timeFor = (message: MessageFor): NewTime => {
			const wanted = sendTime.for(message);
			const time = applyPastTimePolicy(wanted.time, ifPassed, run.ledger.startedAt, limits);
			return { ...wanted, time };
		};
		return {
			fingerprint: ['reschedule', scheduleId],
			scheduleId,
			storedIn,
			timeFor,
			time: sendTime.isRecipients ? null : timeFor({ recipient: null }),
			ifPassed,
			allowDeletion: readAllowDeletion(context, index),
			simplify: readSimplify(context, index),
		};
	},

	check({ scheduleId, storedIn, time, ifPassed }, run) {
		if (time === null) return;
		const { limits } = run.storeForId(scheduleId, storedIn);
		assertWithinLimits(time.time, ifPassed, run.now(), limits);
	},

	async perform(plan, run, entry) {
		const { scheduleId, storedIn, ifPassed, allowDeletion, simplify } = plan;
		const { idempotencyKey, unresolved } = entry;
		const store = await run.storeForId(scheduleId, storedIn).store();
		// An earlier attempt may have cancelled the message that it moves, but it knows whom it is for.
		const planned = plan.time ?? plan.timeFor(unresolved?.message ?? (await store.get(scheduleId)));
		const { source, time: wanted } = planned;
		let time = wanted;
		const timeNow = (earlier?: string): string => {
			const now = run.now();
			if (earlier !== undefined && isStillPossible(earlier, now, store.limits)) return earlier;
			assertWithinLimits(wanted, ifPassed, now, store.limits);
			time = stillInTime(wanted, ifPassed, now, store.limits);
			return time.scheduledAt;
		};
		// An earlier attempt is settled before anything is checked.
		const scheduledAt = unresolved === null ? timeNow() : wanted.scheduledAt;
		const zone =
			source === null ? undefined : { timezone: wanted.timezone, timezoneSource: source };
		const move = { scheduleId, scheduledAt, zone, idempotencyKey, allowDeletion, timeNow };
		const moved = await store.reschedule(move, entry);
		const { timezone, adjusted = [] } = time;
		const warnings = windowWarnings(run.gateway, moved);
		const said = { recipientTime: planned, adjusted, warnings };
		return [scheduledItem(moved, { simplify, timezone, ...said })];
	},
};
