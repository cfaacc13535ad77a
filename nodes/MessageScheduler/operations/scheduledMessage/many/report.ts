import type { IDataObject } from 'n8n-workflow';
import { textOf } from '../../../../../gateways/transport/gatewayError';
import type { ScheduledMessage } from '../../../../../messages/scheduledMessage';
import type { ManyChange, ManyPlan } from '../../../ledger';
import { isGone, type Changed } from './change';
import type { Selection } from './selection';

/** What the hints below the output say. */
export interface Report {
	readonly selection: Selection;
	/** `cancelled`, `moved`. */
	readonly verb: string;
	readonly plan: ManyPlan;
	readonly changed: Changed;
	/** Messages that another item of this run has moved. */
	readonly movedBefore: number;
}

/** How many messages were left, and why; nothing if all went as asked. */
export function* hintsOf({
	selection: { isDryRun, limit },
	verb,
	plan,
	changed,
	movedBefore,
}: Report): Generator<string> {
	if (plan.changes.length === 0 && movedBefore === 0) {
		yield `No message that is still to be sent matches, so none was ${verb}.`;
	}
	if (isDryRun && plan.changes.length > 0) {
		yield `Dry Run: ${plan.changes.length} ${plan.changes.length === 1 ? 'message' : 'messages'} would be ${verb}. Nothing was changed.`;
	}
	const errors = changed.flatMap((result) => (result.ok ? [] : [result.error]));
	const gone = errors.filter(isGone).length;
	if (gone > 0) {
		yield `Not ${verb}: ${gone} that changed meanwhile, such as by being sent.`;
	}
	const others = errors.filter((error) => !isGone(error));
	if (others.length > 0) {
		yield `Not ${verb}: ${others.length} that cannot be. The first: ${textOf(others[0])}`;
	}
	if (movedBefore > 0) {
		yield `Not ${verb}: ${movedBefore} that an earlier item of this run has moved. In one run each message is moved once.`;
	}
	if (plan.isMore) {
		yield `More than ${limit} messages match, the value of "Limit". ${isDryRun ? 'Increase it to select them all.' : 'Run the operation again for the others, or increase it.'}`;
	}
}

/** The fields that these operations add to a message. */
export const addedFields = (
	{ from, to }: ManyChange,
	{ isDryRun }: Selection,
	{ isMore }: ManyPlan,
): IDataObject => ({
	...(to === null ? {} : { movedFrom: from, movedTo: to }),
	dryRun: isDryRun,
	isMore,
});

/** The messages that were changed, with their changes. */
export const changedMessages = (
	{ changes }: ManyPlan,
	changed: Changed,
): Array<{ readonly change: ManyChange; readonly message: ScheduledMessage }> =>
	changed.flatMap((result, index) =>
		result.ok ? [{ change: changes[index], message: result.value }] : [],
	);
