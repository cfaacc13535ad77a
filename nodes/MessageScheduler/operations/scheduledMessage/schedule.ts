import type { OutgoingMessage } from '../../../../messages/message';
import {
	spreadSendTimes,
	type IfPassed,
	type ResolvedSendTime,
	type SendingWindow,
} from '../../../../messages/sendTime';
import { optionsField, readOption, readSimplify, simplifyField } from '../../fields/common';
import { holdFields, readHold, sendDueNotice } from '../../fields/holdIn';
import { assertInTime, inTime, readIfPassed, stillInTime } from '../../fields/ifTimePassed';
import { messageFields, readMessage } from '../../fields/message';
import { readSpacing, readWindow, scheduleOptions } from '../../fields/scheduleOptions';
import { readReference } from '../../fields/reference';
import { readSendTime, sendTimeFields } from '../../fields/sendTime';
import type { Operation, Plan } from '../../operation';
import { scheduledItem } from '../../output';
import type { Hold } from '../../run';

interface SchedulePlan extends Plan {
	readonly hold: Hold;
	readonly message: Omit<OutgoingMessage, 'idempotencyKey'>;
	readonly time: ResolvedSendTime;
	readonly ifPassed: IfPassed;
	/** The same for all items; set once they are arranged. */
	readonly window?: SendingWindow;
	readonly reuseExisting: boolean;
	readonly simplify: boolean;
}

/** Schedules a message for later. */
export const schedule: Operation<SchedulePlan> = {
	description: [
		...messageFields,
		...sendTimeFields,
		...holdFields,
		sendDueNotice,
		simplifyField,
		optionsField(scheduleOptions),
	],

	lanes: (context, run) =>
		readHold(context, 0).in === 'dataTable' ? TABLE_LANES : run.maxParallel,

	prepare(context, index, run) {
		const message = { ...readMessage(context, index), reference: readReference(context, index) };
		const hold = readHold(context, index);
		const { limits, assertTakes } = run.holder(hold);
		assertTakes({ ...message, idempotencyKey: '' });
		const ifPassed = readIfPassed(context, index);
		return {
			identity: ['schedule', message.recipient.address, message.type],
			hold,
			message,
			// Counted from the first try, so that each try comes to the same times.
			time: inTime(readSendTime(context, index, run), ifPassed, run.ledger.startedAt, limits),
			ifPassed,
			reuseExisting: readOption(context, index, 'ifAlreadyScheduled') === 'return',
			simplify: readSimplify(context, index),
		};
	},

	arrange(plans, context) {
		const spacing = readSpacing(context);
		const window = readWindow(context);
		if (spacing === undefined && window === undefined) return [...plans];
		const times = spreadSendTimes(
			plans.map((plan) => plan?.time ?? null),
			{ ...(spacing ?? { spacingSeconds: 0 }), window },
		);
		return plans.map((plan, index) => {
			const time = times[index];
			return plan === null || time === null ? null : { ...plan, time, window };
		});
	},

	check({ time, ifPassed, hold, window }, run) {
		assertInTime(time, ifPassed, run.now(), run.holder(hold).limits, window);
	},

	async perform(plan, run, entry) {
		const { hold, message, time: planned, ifPassed, window, reuseExisting, simplify } = plan;
		const { idempotencyKey } = entry;
		const { limits, store } = run.holder(hold);
		// Earlier items may have taken a while.
		const time = stillInTime(planned, ifPassed, run.now(), limits, window);
		const { scheduledAt, timezone, adjusted = [] } = time;
		const holding = await store();
		const held = await holding.schedule({ ...message, scheduledAt, idempotencyKey }, entry, {
			reuseExisting,
		});
		return [scheduledItem(held, { simplify, timezone, adjusted })];
	},
};

/** Rows are written together, so as many items as possible go on at once. */
const TABLE_LANES = 1_000;
