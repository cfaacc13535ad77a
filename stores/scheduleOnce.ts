import type { Connection, NativeScheduler } from '../gateways/gateway';
import { GatewayError } from '../gateways/transport/gatewayError';
import type { MessageToSchedule } from '../messages/message';
import type { ScheduledMessage } from '../messages/scheduledMessage';
import type { Claims } from './claims';
import { settle } from './settle';
import type { Attempt, ScheduleOptions } from './store';

/** What scheduling exactly once needs. */
export interface Once {
	readonly scheduler: NativeScheduler;
	readonly connection: Connection;
	readonly claims: Claims;
	sleep(ms: number): Promise<void>;
}

/** Creates in all, looked for in between. */
const MAX_CREATES = 4;
/** A gateway may be slow to list what it has just taken: how long to wait before looking again. */
const LOOK_AGAIN_MS = 2_000;
/** HTTP dates have whole seconds, and an answer takes a while to get here. */
const CLOCK_TOLERANCE_MS = 3_000;

/**
 * Schedules a message exactly once: after an outcome that leaves open whether the gateway took it, it
 * is looked for, and created again only when it is not there.
 *
 * @throws GatewayError; with `openEnded` when even looking did not tell
 */
export async function scheduleOnce(
	once: Once,
	message: MessageToSchedule,
	attempt: Attempt,
	{ reuseExisting = false }: ScheduleOptions = {},
): Promise<ScheduledMessage> {
	const { claims } = once;
	const wanted = attempt.earlier?.message ?? message;
	return await claims.alone(likeness(wanted), async () => {
		const existing = reuseExisting ? await existingOne(once, wanted, attempt) : null;
		const held = existing ?? (await createOrFind(once, wanted, attempt));
		claims.take(held.scheduleId);
		return held;
	});
}

/** An equal message that is pending. After an earlier try it matters that looking did not work. */
async function existingOne(
	once: Once,
	message: MessageToSchedule,
	{ earlier }: Attempt,
): Promise<ScheduledMessage | null> {
	const outcome = await settle(look(once, message, { pendingOnly: true }));
	if (outcome.ok) return outcome.value;
	throw earlier === null ? outcome.error : leftOpen(outcome.error);
}

async function createOrFind(
	once: Once,
	message: MessageToSchedule,
	attempt: Attempt,
): Promise<ScheduledMessage> {
	const { scheduler, connection } = once;
	let since = attempt.earlier?.since ?? null;
	let last: unknown;
	for (let creates = 0; ; creates++) {
		if (since !== null) {
			const found = await lookTwice(once, message, since);
			if (found !== null) return found;
		}
		if (creates === MAX_CREATES) throw last;
		since ??= connection.now();
		attempt.begin({ since, message });
		const outcome = await settle(scheduler.schedule(connection, message));
		if (outcome.ok) return outcome.value;
		last = outcome.error;
		if (isOpenEnded(last)) continue;
		attempt.abandon();
		throw last;
	}
}

/** Looks at once, and again after a pause before nothing is taken for an answer. */
async function lookTwice(
	once: Once,
	message: MessageToSchedule,
	since: number,
): Promise<ScheduledMessage | null> {
	for (let pause = LOOK_AGAIN_MS; ; pause = 0) {
		const outcome = await settle(look(once, message, { since }));
		if (!outcome.ok) throw leftOpen(outcome.error);
		if (outcome.value !== null || pause === 0) return outcome.value;
		await once.sleep(pause);
	}
}

/** Which of the equal messages at the gateway count. */
interface Which {
	/** Those created by a try that began then, by our own clock. */
	readonly since?: number;
	readonly pendingOnly?: boolean;
}

/** An equal message at the gateway that belongs to no other item of this run. */
async function look(
	{ scheduler, connection, claims }: Once,
	message: MessageToSchedule,
	{ since = -Infinity, pendingOnly = false }: Which,
): Promise<ScheduledMessage | null> {
	const equal = await scheduler.find(connection, message);
	// Only now, since it is this answer that tells how far the gateway's clock is from ours.
	const oldest = since + connection.clockAhead() - CLOCK_TOLERANCE_MS;
	const mine = equal.find(
		({ scheduleId, status, createdAt }) =>
			!claims.isTaken(scheduleId) &&
			(pendingOnly ? status === 'scheduled' : status !== 'cancelled') &&
			(createdAt === null || Date.parse(createdAt) >= oldest),
	);
	if (mine === undefined) return null;
	// A list may tell less of a message than what was sent.
	const { type, text, mediaUrl, caption, fileName, reference } = message;
	return { ...mine, type, text, mediaUrl, caption, fileName, reference };
}

const isOpenEnded = (error: unknown) =>
	error instanceof GatewayError && error.details.openEnded === true;

/** Even looking did not work: the message may be scheduled or not, and is not created again. */
function leftOpen(error: unknown): unknown {
	if (!(error instanceof GatewayError)) return error;
	return new GatewayError(
		error.kind,
		`Nobody knows whether the message is scheduled: the answer was lost, and looking for it did not work. ${error.message}`,
		{
			...error.details,
			openEnded: true,
			hint: `It was not created again, so that it is not sent twice. Look with "Get Many" whether it is there. ${error.details.hint ?? ''}`.trim(),
		},
	);
}

/** What a gateway's list tells of every message. Not the media: a list may leave it out. */
const likeness = ({ recipient, text, scheduledAt }: MessageToSchedule) =>
	JSON.stringify([recipient.phone ?? recipient.address, text, scheduledAt]);
