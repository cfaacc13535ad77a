import type { Connection, NativeScheduler } from '../gateways/gateway';
import { GatewayError, isOutcomeUnknown, unsupported } from '../gateways/transport/gatewayError';
import type { MessageToSchedule } from '../messages/message';
import type { ScheduledMessage } from '../messages/scheduledMessage';
import type { AssignedMessages } from './assignedMessages';
import type { KeyedMutex } from './keyedMutex';
import { settle } from '../messages/settle';
import { renewed } from './renewed';
import type { AttemptLog, UnresolvedAttempt, ScheduleOptions } from './store';

/** What scheduling effectively once works with. */
export interface ScheduleContext {
	readonly scheduler: NativeScheduler;
	readonly connection: Connection;
	/** Both shared by all items of one run. */
	readonly assigned: AssignedMessages;
	/** Items that look alike at the gateway go one after the other. */
	readonly mutex: KeyedMutex;
	sleep(ms: number): Promise<void>;
	/** Called right before each create. @throws if another execution creates the message meanwhile */
	mayCreate?(attempt: UnresolvedAttempt): Promise<void>;
}

/** Maximum number of creates, with a check before each further one. */
const MAX_CREATES = 4;
/** A gateway may be slow to list an accepted message: how long to wait before checking again. */
const RECHECK_DELAY_MS = 2_000;
/**
 * Clock skew: how far a message may seem older than the attempt that created it, since the `Date` of a
 * response may be that of a proxy. It matters only after an attempt whose outcome is unknown: an equal
 * message (same recipient, content and time) that another execution created in these minutes is assigned
 * to this item, rather than sent twice.
 */
const CLOCK_TOLERANCE_MS = 2 * 60_000;

/**
 * Schedules a message effectively once (check before retrying): if the outcome is unknown, it checks for
 * the message at the gateway, and creates it again only if it is missing.
 *
 * @throws GatewayError; with `outcomeUnknown` if the check did not work either
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
		const scheduled = found ?? (await create(once, renewed(message, attempt, renew), attempt));
		assigned.assign(scheduled.scheduleId);
		return scheduled;
	});
}

/** An equal message that is pending. After an earlier attempt, a check that did not work is an error. */
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
	// An earlier attempt may have created it, and the gateway may be slow to list it.
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

/** Checks immediately, and again after a delay before the message counts as missing. */
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
	/** Those created by an attempt that began then, by the local clock. */
	readonly since?: number;
	readonly pendingOnly?: boolean;
}

/** The result of an attempt, if the gateway shows it: one check, without a delay. */
export const findResult = async (once: ScheduleContext, { message, since }: UnresolvedAttempt) =>
	await findMatch(once, message, { since });

/** An equal message at the gateway that belongs to no other item of this run. */
async function findMatch(
	{ scheduler, connection, assigned }: ScheduleContext,
	message: MessageToSchedule,
	{ since = -Infinity, pendingOnly = false }: MatchFilter,
): Promise<ScheduledMessage | null> {
	if (scheduler.find === undefined) {
		throw unsupported('The gateway documents no way to find a message that it holds');
	}
	const equal = await scheduler.find(connection, message, { byContent: pendingOnly });
	// Only now, since this response shows the clock skew of the gateway.
	const oldest = since + connection.clockSkewMs() - CLOCK_TOLERANCE_MS;
	const possible = equal.filter(
		({ scheduleId, status, createdAt }) =>
			!assigned.isAssigned(scheduleId) &&
			(pendingOnly ? status === 'scheduled' : status !== 'cancelled') &&
			(createdAt === null || Date.parse(createdAt) >= oldest),
	);
	if (possible.length === 0) return null;
	const age = ({ createdAt }: ScheduledMessage) => (createdAt === null ? 0 : Date.parse(createdAt));
	// A message that was just created is the last one.
	const match = pendingOnly
		? possible[0]
		: possible.reduce((best, one) => (age(one) > age(best) ? one : best));
	// A list may report less of a message than was sent.
	const { type, text, mediaUrl, caption, fileName, template, reference } = message;
	return { ...match, type, text, mediaUrl, caption, fileName, template, reference };
}

/** The check did not work either: the message may be scheduled or not, and is not created again. */
function outcomeUnknownError(error: unknown): unknown {
	if (!(error instanceof GatewayError)) return error;
	return new GatewayError(
		error.kind,
		'It is unknown whether the message was scheduled: the response was lost, and checking for the message did not work',
		{
			...error.details,
			outcomeUnknown: true,
			// Not the hint of the check, whose "Run the workflow again" would come before checking.
			hint: `It was not scheduled again, to avoid a duplicate. Check with "Get Many" or at the gateway, and run the workflow again only if the message is missing. The check ended with: ${error.message}`,
		},
	);
}

/**
 * What equal messages certainly share. Not the media, which a list may omit, and not the time, which a
 * gateway may round.
 */
export const matchKey = ({ recipient, text }: MessageToSchedule) =>
	JSON.stringify([recipient.phone ?? recipient.address, text?.trim()]);
