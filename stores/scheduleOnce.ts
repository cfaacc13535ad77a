import type { Connection, NativeScheduler } from '../gateways/gateway';
import { GatewayError, isOutcomeUnknown } from '../gateways/transport/gatewayError';
import type { MessageToSchedule } from '../messages/message';
import type { ScheduledMessage } from '../messages/scheduledMessage';
import type { AssignedMessages } from './assignedMessages';
import type { KeyedMutex } from './keyedMutex';
import { settle } from '../messages/settle';
import { renewed } from './renewed';
import type { AttemptLog, UnresolvedAttempt, ScheduleOptions } from './store';

/** What scheduling exactly once needs. */
export interface ScheduleContext {
	readonly scheduler: NativeScheduler;
	readonly connection: Connection;
	/** Both shared by all items of one run. */
	readonly assigned: AssignedMessages;
	/** Items that look alike at the gateway go one after the other. */
	readonly mutex: KeyedMutex;
	sleep(ms: number): Promise<void>;
	/** Asked right before each create. @throws where another execution makes the message meanwhile */
	mayCreate?(attempt: UnresolvedAttempt): Promise<void>;
}

/** Creates in all, looked for in between. */
const MAX_CREATES = 4;
/** A gateway may be slow to list what it has just taken: how long to wait before looking again. */
const RECHECK_DELAY_MS = 2_000;
/**
 * How far a message may seem older than the attempt that made it: clocks are not trusted to within
 * seconds, and the `Date` of a response may be that of some proxy. It matters only after an attempt whose
 * outcome is unknown, since nothing is looked for before: there an equal message (same recipient, content
 * and time) that another execution made in these minutes is taken for this one, rather than sent twice.
 */
const CLOCK_TOLERANCE_MS = 2 * 60_000;

/**
 * Schedules a message exactly once: after an outcome that leaves open whether the gateway took it, it
 * is looked for, and created again only when it is not there.
 *
 * @throws GatewayError; with `outcomeUnknown` when even looking did not tell
 */
export async function scheduleOnce(
	once: ScheduleContext,
	message: MessageToSchedule,
	attempt: AttemptLog,
	{ ifExists, renew }: ScheduleOptions = {},
): Promise<ScheduledMessage> {
	const { assigned, mutex } = once;
	const { unresolved } = attempt;
	return await mutex.runExclusive(matchKey(unresolved?.message ?? message), async () => {
		const found =
			(ifExists === 'return'
				? await findPendingDuplicate(once, unresolved?.message ?? message, attempt)
				: null) ??
			(unresolved === null
				? null
				: await findMatchWithRecheck(once, unresolved.message, unresolved.since));
		const held = found ?? (await create(once, renewed(message, attempt, renew), attempt));
		assigned.assign(held.scheduleId);
		return held;
	});
}

/** An equal message that is pending. After an earlier try it matters that looking did not work. */
async function findPendingDuplicate(
	once: ScheduleContext,
	message: MessageToSchedule,
	{ unresolved }: AttemptLog,
): Promise<ScheduledMessage | null> {
	const outcome = await settle(findMatch(once, message, { pendingOnly: true }));
	if (outcome.ok) return outcome.value;
	throw unresolved === null ? outcome.error : outcomeUnknownError(outcome.error);
}

async function create(
	once: ScheduleContext,
	message: MessageToSchedule,
	attempt: AttemptLog,
): Promise<ScheduledMessage> {
	const { scheduler, connection } = once;
	// An earlier attempt may have made it, and a list may still be slow to show it.
	const since = attempt.unresolved?.since ?? connection.now();
	for (let creates = 1; ; creates++) {
		await once.mayCreate?.({ since, message });
		attempt.begin({ since, message });
		const outcome = await settle(scheduler.schedule(connection, message));
		if (outcome.ok) return outcome.value;
		if (!isOutcomeUnknown(outcome.error)) {
			attempt.clear();
			throw outcome.error;
		}
		const found = await findMatchWithRecheck(once, message, since);
		if (found !== null) return found;
		if (creates === MAX_CREATES) throw outcome.error;
	}
}

/** Looks at once, and again after a pause before nothing is taken for an answer. */
async function findMatchWithRecheck(
	once: ScheduleContext,
	message: MessageToSchedule,
	since: number,
): Promise<ScheduledMessage | null> {
	for (let pause = RECHECK_DELAY_MS; ; pause = 0) {
		const outcome = await settle(findMatch(once, message, { since }));
		if (!outcome.ok) throw outcomeUnknownError(outcome.error);
		if (outcome.value !== null || pause === 0) return outcome.value;
		await once.sleep(pause);
	}
}

/** Which of the equal messages at the gateway count. */
interface MatchFilter {
	/** Those created by a try that began then, by our own clock. */
	readonly since?: number;
	readonly pendingOnly?: boolean;
}

/** What came of an attempt, if the gateway shows it: one look, without a pause. */
export const findResult = async (once: ScheduleContext, { message, since }: UnresolvedAttempt) =>
	await findMatch(once, message, { since });

/** An equal message at the gateway that belongs to no other item of this run. */
async function findMatch(
	{ scheduler, connection, assigned }: ScheduleContext,
	message: MessageToSchedule,
	{ since = -Infinity, pendingOnly = false }: MatchFilter,
): Promise<ScheduledMessage | null> {
	const equal = await scheduler.find(connection, message, { byContent: pendingOnly });
	// Only now, since it is this answer that tells how far the gateway's clock is from ours.
	const oldest = since + connection.clockSkewMs() - CLOCK_TOLERANCE_MS;
	const possible = equal.filter(
		({ scheduleId, status, createdAt }) =>
			!assigned.isAssigned(scheduleId) &&
			(pendingOnly ? status === 'scheduled' : status !== 'cancelled') &&
			(createdAt === null || Date.parse(createdAt) >= oldest),
	);
	if (possible.length === 0) return null;
	const age = ({ createdAt }: ScheduledMessage) => (createdAt === null ? 0 : Date.parse(createdAt));
	// What was just made is the last one.
	const mine = pendingOnly
		? possible[0]
		: possible.reduce((best, one) => (age(one) > age(best) ? one : best));
	// A list may tell less of a message than what was sent.
	const { type, text, mediaUrl, caption, fileName, reference } = message;
	return { ...mine, type, text, mediaUrl, caption, fileName, reference };
}

/** Even looking did not work: the message may be scheduled or not, and is not created again. */
function outcomeUnknownError(error: unknown): unknown {
	if (!(error instanceof GatewayError)) return error;
	return new GatewayError(
		error.kind,
		'It is unknown whether the message was scheduled: the response was lost, and checking for the message did not work',
		{
			...error.details,
			outcomeUnknown: true,
			// Not the advice of the check: "Run the workflow again" would come before looking.
			hint: `It was not scheduled again, so that it is not sent twice. Look first, with "Get Many" or at the gateway, and run the workflow again only if the message is not there. The check ended with: ${error.message}`,
		},
	);
}

/**
 * What equal messages share for certain. Not the media: a list may leave it out. Not the time: a
 * gateway may round it.
 */
export const matchKey = ({ recipient, text }: MessageToSchedule) =>
	JSON.stringify([recipient.phone ?? recipient.address, text?.trim()]);
