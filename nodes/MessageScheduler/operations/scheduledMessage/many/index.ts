import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import type { ScheduledMessage } from '../../../../../messages/scheduledMessage';
import type { MessageStore } from '../../../../../stores/store';
import type { LedgerEntry, ManyChange, ManyPlan } from '../../../ledger';
import type { Plan } from '../../../operation';
import { scheduledItem, type OutputOptions } from '../../../output';
import type { Run } from '../../../run';
import { changeAll, isGone, type ChangeOptions } from './change';
import { addedFields, changedMessages, hintsOf } from './report';
import type { Selection } from './selection';

/** What *Cancel Many* and *Reschedule Many* have in common. */
export interface ManyMessages extends Plan {
	readonly selection: Selection;
	readonly output: OutputOptions;
	/** Adds an execution hint; of the first items only. */
	hint?(message: string): void;
}

/** What is to be done to the messages that match. */
export interface Work extends Omit<ChangeOptions, 'maxParallel' | 'changeOne'> {
	/**
	 * The changes of these messages. @throws an error if they cannot all be made: then none is
	 *
	 * @param isMore whether more match than the limit allows
	 */
	plan(messages: readonly ScheduledMessage[], isMore: boolean): ManyChange[];
	changeOne(store: MessageStore): ChangeOptions['changeOne'];
	/** What else to say of messages that are changed, looked up for all of them together. */
	warnings?(
		messages: readonly ScheduledMessage[],
	): Promise<(message: ScheduledMessage) => readonly string[]>;
}

/** Items of which each tells what was left, and why. */
const MAX_HINTED_ITEMS = 5;

/** Hints of one item, or none for the many items behind the first ones. */
export const hintOf = (context: IExecuteFunctions, index: number): ManyMessages['hint'] =>
	index >= MAX_HINTED_ITEMS
		? undefined
		: (message) => context.addExecutionHints?.({ message, location: 'outputPane' });

/**
 * Changes the messages that match, in three steps: which ones and how is decided, and recorded in the
 * ledger, before the first is changed; then each is changed only while it is as it was; then it is said
 * what was left. So an attempt after an interrupted one finishes the same changes, and makes none twice.
 */
export async function changeMany(
	{ selection, output, hint }: ManyMessages,
	work: Work,
	run: Run,
	entry: LedgerEntry,
): Promise<IDataObject[]> {
	const store = await run.storeFor(selection.choice).store();
	const isAgain = entry.plan !== null;
	const { plan, messages, movedBefore } = isAgain
		? { plan: entry.plan!, messages: [], movedBefore: 0 }
		: await select(store, selection, work, run);
	const toItems = async (made: ReturnType<typeof changedMessages>): Promise<IDataObject[]> => {
		const warnings = await work.warnings?.(made.map(({ message }) => message));
		return made.map(({ change, message }) =>
			scheduledItem(message, {
				...output,
				...(change.to === null ? {} : { adjusted: change.adjusted ?? [] }),
				...(warnings === undefined ? {} : { warnings: warnings(message) }),
				more: addedFields(change, selection, plan),
			}),
		);
	};
	const report = { selection, verb: work.verb, plan, movedBefore };
	const tell = (changed: Parameters<typeof changedMessages>[1]) => {
		for (const each of hintsOf({ ...report, changed })) hint?.(each);
	};
	if (selection.isDryRun) {
		tell([]);
		return await toItems(
			messages.map((message, index) => ({ change: plan.changes[index], message })),
		);
	}
	if (!isAgain) entry.beginMany(plan);
	const changed = await changeAll(store, plan, entry, {
		verb: work.verb,
		isAgain,
		maxParallel: run.maxParallel,
		changeOne: work.changeOne(store),
	});
	const made = changedMessages(plan, changed);
	// One reason for all of them is no detail but the result.
	const refused = changed.find((result) => !result.ok && !isGone(result.error));
	if (made.length === 0 && refused !== undefined && !refused.ok) throw refused.error;
	tell(changed);
	return await toItems(made);
}

/** The messages that match, the earliest first, and what is to be done to each. */
async function select(
	store: MessageStore,
	{ filter, limit }: Selection,
	work: Work,
	run: Run,
): Promise<{ plan: ManyPlan; messages: ScheduledMessage[]; movedBefore: number }> {
	const others = work.verb === 'moved' ? run.ledger.plannedIds() : new Set<string>();
	const listed = await store.list(filter, limit + 1 + others.size);
	const matching = listed.filter(({ scheduleId }) => !others.has(scheduleId));
	const messages = matching.slice(0, limit);
	const isMore = matching.length > limit;
	return {
		plan: { changes: work.plan(messages, isMore), isMore },
		messages,
		movedBefore: listed.length - matching.length,
	};
}
