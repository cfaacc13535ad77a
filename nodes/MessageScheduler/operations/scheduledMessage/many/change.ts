import { GatewayError, isOutcomeUnknown } from '../../../../../gateways/transport/gatewayError';
import { InvalidParameterError } from '../../../../../messages/invalidParameterError';
import type { ScheduledMessage } from '../../../../../messages/scheduledMessage';
import { settle, type Settled } from '../../../../../messages/settle';
import type { AttemptLog, MessageStore } from '../../../../../stores/store';
import type { LedgerEntry, ManyChange, ManyPlan } from '../../../ledger';
import { mapInParallel } from '../../../parallel';

/** How to change many messages. */
export interface ChangeOptions {
	/** What is done to a message, for errors. */
	readonly verb: 'cancelled' | 'moved';
	readonly maxParallel: number;
	/** Changes one message, at a gateway. */
	changeOne(
		change: ManyChange,
		attempt: AttemptLog & { readonly idempotencyKey: string },
	): Promise<ScheduledMessage>;
}

/** For each change the message as it is then, or why it was left. */
export type Changed = ReadonlyArray<Settled<ScheduledMessage>>;

/** Changes in one access to a table. */
const CHUNK = 1_000;

/**
 * Makes the changes of a plan that are not made yet. A message that cannot be changed itself (it was sent
 * meanwhile, say) is left; any other failure ends it, and a later attempt continues.
 *
 * @throws what ended it, with how many messages were changed until then
 */
export async function changeAll(
	store: MessageStore,
	{ changes }: ManyPlan,
	entry: LedgerEntry,
	options: ChangeOptions & { readonly isAgain: boolean },
): Promise<Changed> {
	if (store.changeMany === undefined) return await oneByOne(changes, entry, options);
	const results: Array<Settled<ScheduledMessage>> = [];
	for (let from = 0; from < changes.length; from += CHUNK) {
		const chunk = changes.slice(from, from + CHUNK);
		const made = await settle(store.changeMany(chunk, options.isAgain));
		if (!made.ok) throw interrupted([made.error], results, changes.length, options);
		results.push(...made.value);
	}
	return results;
}

/** Several requests at a time; each message has a record of its own, by which a later attempt continues. */
async function oneByOne(
	changes: readonly ManyChange[],
	entry: LedgerEntry,
	options: ChangeOptions,
): Promise<Changed> {
	const failures: unknown[] = [];
	const results = await mapInParallel(
		changes,
		options.maxParallel,
		async (change): Promise<Settled<ScheduledMessage> | null> => {
			const part = entry.part(change.scheduleId);
			const [made] = part.output ?? [];
			if (made !== undefined) return { ok: true, value: made as unknown as ScheduledMessage };
			if (failures.length > 0) return null;
			const outcome = await settle(options.changeOne(change, part));
			if (outcome.ok) part.finish([{ ...outcome.value }] as never);
			else if (!isOfMessage(outcome.error)) {
				failures.push(outcome.error);
				return null;
			}
			return outcome;
		},
	);
	const known = results.filter((result) => result !== null);
	if (failures.length > 0) throw interrupted(failures, known, changes.length, options);
	return known;
}

const OF_MESSAGE = new Set(['notPending', 'notFound', 'unsupported']);

/** Whether only this message cannot be changed, and it is known where it stands. */
export const isOfMessage = (error: unknown): boolean =>
	error instanceof InvalidParameterError ||
	(error instanceof GatewayError && OF_MESSAGE.has(error.kind) && !isOutcomeUnknown(error));

/** Whether a message was left since it is no longer pending, or was changed by somebody else. */
export const isGone = (error: unknown): boolean =>
	error instanceof GatewayError && (error.kind === 'notPending' || error.kind === 'notFound');

/** The error that ended it, with what is done already; several requests may have been in flight. */
function interrupted(
	[error, ...others]: readonly unknown[],
	results: Changed,
	all: number,
	{ verb }: ChangeOptions,
): unknown {
	if (!(error instanceof GatewayError)) return error;
	const made = results.filter(({ ok }) => ok).length;
	const { kind, message, details } = error;
	const advice = [
		details.hint,
		...others.map((other) => `Also: ${other instanceof Error ? other.message : String(other)}.`),
		'To continue where it ended, turn on "Retry On Fail" in the node\'s settings.',
		...(verb === 'moved' ? ['Another execution selects the messages by their new times.'] : []),
	];
	return new GatewayError(kind, `${made} of ${all} messages were ${verb}, then: ${message}`, {
		...details,
		outcomeUnknown: [error, ...others].some(isOutcomeUnknown),
		hint: advice.filter(Boolean).join(' '),
	});
}
