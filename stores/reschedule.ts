import type { Gateway } from '../gateways/gateway';
import { GatewayError, unsupported } from '../gateways/transport/gatewayError';
import type { MessageToSchedule } from '../messages/message';
import type { ScheduledMessage } from '../messages/scheduledMessage';
import { notPending } from './notPending';
import { settle } from './settle';
import type { Attempt, MessageStore, Move, OpenTry } from './store';

/** What moving needs. */
interface Mover {
	readonly gateway: Gateway;
	readonly store: MessageStore;
	/** Our own clock: milliseconds since 1970. */
	now(): number;
}

/**
 * Moves a message where the gateway has no way to change one: the old one is cancelled, then a new one
 * is scheduled. In this order two can never be pending. Where the new one is refused, the old one is
 * scheduled again for its old time. A try that was cut off is taken up where it was: after the cancel,
 * or while the old one was being put back, which is then done first.
 */
export async function reschedule(
	mover: Mover,
	move: Move,
	attempt: Attempt,
): Promise<ScheduledMessage> {
	const { gateway, store } = mover;
	const earlier = await putBack(mover, attempt);
	const scheduleId = earlier?.heldAs ?? move.scheduleId;
	const found = await settle(store.get(scheduleId));
	const isGone = found.ok ? found.value.status === 'cancelled' : isNotFound(found.error);
	if (earlier !== null && isGone) {
		const { message } = earlier;
		const scheduledAt = found.ok ? found.value.scheduledAt : null;
		const created = await settle(
			store.schedule(message, { ...keeping(attempt, scheduleId), earlier }),
		);
		if (created.ok) return created.value;
		return await restore(mover, { scheduleId, scheduledAt }, message, attempt, created.error);
	}
	if (!found.ok) throw earlier === null ? found.error : unknown(scheduleId, found.error);
	const old = found.value;
	if (old.status !== 'scheduled') throw notPending(gateway, old, 'rescheduled');
	if (Date.parse(old.scheduledAt) === Date.parse(move.scheduledAt)) return old;
	const message = copyFor(gateway, old, move);
	attempt.begin({ since: mover.now(), message, heldAs: scheduleId });
	const cancelled = await settle(store.cancel(scheduleId, move));
	if (!cancelled.ok) throw notMoved(old, cancelled.error);
	if (!cancelled.value.cancelled) {
		attempt.abandon();
		throw notPending(gateway, cancelled.value.message, 'rescheduled');
	}
	const created = await settle(store.schedule(message, keeping(attempt, scheduleId)));
	return created.ok ? created.value : await restore(mover, old, message, attempt, created.error);
}

/**
 * The earlier try, from which the present one goes on. Where nobody knows whether that one put the old
 * message back, it is looked for, and put back if it is not there: else there might be two.
 */
async function putBack({ store, now }: Mover, attempt: Attempt): Promise<OpenTry | null> {
	const { earlier } = attempt;
	if (earlier?.putBackTo === undefined) return earlier;
	const { message, since, heldAs, putBackTo } = earlier;
	const again = { ...message, scheduledAt: putBackTo };
	const back = await settle(
		store.schedule(again, { ...UNRECORDED, earlier: { since, message: again } }),
	);
	if (back.ok) return { since: now(), message, heldAs: back.value.scheduleId };
	const [{ kind, details }, why, open] = read(back.error);
	if (!open) return { since: now(), message, heldAs };
	throw new GatewayError(
		kind,
		`The message "${heldAs}" was cancelled to be moved, and nobody knows whether it is scheduled again for ${putBackTo}. ${why}`,
		{ ...details, hint: LOOK },
	);
}

/** The error of a cancel, with where the message is; what is left open says so itself. */
function notMoved(old: ScheduledMessage, cause: unknown): unknown {
	const [{ kind, details }, why, open] = read(cause);
	if (open || kind === 'unsupported' || !(cause instanceof GatewayError)) return cause;
	return new GatewayError(
		kind,
		`The message "${old.scheduleId}" was not moved and stays scheduled for ${old.scheduledAt}. ${why}`,
		details,
	);
}

/** After an earlier try that was cut off, the message may be at either time, or nowhere. */
function unknown(scheduleId: string, cause: unknown): unknown {
	if (!(cause instanceof GatewayError)) return cause;
	return new GatewayError(
		cause.kind,
		`Nobody knows whether the message "${scheduleId}" was moved: an earlier try was cut off, and asking for the message did not work. ${cause.message}`,
		{ ...cause.details, openEnded: true, hint: LOOK },
	);
}

/** What is known of the message that was cancelled. */
interface Cancelled {
	readonly scheduleId: string;
	/** Null where the gateway does not tell any more. */
	readonly scheduledAt: string | null;
}

/** Always throws: the message is not where the user wanted it, and the error says where it is. */
async function restore(
	{ gateway: { label }, store, now }: Mover,
	old: Cancelled,
	moved: MessageToSchedule,
	attempt: Attempt,
	cause: unknown,
): Promise<never> {
	const [first, why, open] = read(cause);
	if (open) {
		throw new GatewayError(
			first.kind,
			`The message "${old.scheduleId}" was cancelled to be moved, and nobody knows whether ${label} took it for the new time. ${why}`,
			{ ...first.details, hint: LOOK },
		);
	}
	const since = now();
	if (old.scheduledAt === null) {
		attempt.begin({ since, message: moved, heldAs: old.scheduleId });
		throw new GatewayError(
			first.kind,
			`The message "${old.scheduleId}" is no longer scheduled at all: it was cancelled to be moved, and ${label} did not take it for the new time. ${why}`,
			{ ...first.details, hint: ANEW },
		);
	}
	const again = { ...moved, scheduledAt: old.scheduledAt };
	const restored = await settle(store.schedule(again, UNRECORDED));
	if (restored.ok) {
		// The next try moves the one that stands in for the old one.
		attempt.begin({ since, message: moved, heldAs: restored.value.scheduleId });
		throw new GatewayError(
			first.kind,
			`The message was not moved and stays scheduled for ${old.scheduledAt}, now with the id "${restored.value.scheduleId}". ${why}`,
			first.details,
		);
	}
	const [second, , stillOpen] = read(restored.error);
	const { scheduleId: heldAs, scheduledAt: putBackTo } = old;
	attempt.begin({ since, message: moved, heldAs, ...(stillOpen ? { putBackTo } : {}) });
	throw new GatewayError(
		first.kind,
		stillOpen
			? `The message "${old.scheduleId}" was cancelled to be moved; ${label} did not take it for the new time, and nobody knows whether it took it again for the old one. ${why}`
			: `The message "${old.scheduleId}" is no longer scheduled at all: it was cancelled to be moved, and ${label} took it neither for the new time nor again for the old one. ${why}`,
		{
			...second.details,
			hint: stillOpen ? LOOK : ANEW,
		},
	);
}

const LOOK = 'Look with "Get Many"; if it is not there, schedule it anew.';
const ANEW = 'Schedule it anew with the operation "Schedule".';

/** The error as one of ours, its sentence, and whether it leaves the outcome open. */
function read(error: unknown): [GatewayError, string, boolean] {
	const known =
		error instanceof GatewayError
			? error
			: new GatewayError('rejected', error instanceof Error ? error.message : String(error));
	return [known, known.message, known.details.openEnded === true];
}

/** The same place to note a try in, without what an earlier one left there but for the id. */
const keeping = (attempt: Attempt, heldAs: string): Attempt => ({
	earlier: null,
	begin: (open) => attempt.begin({ ...open, heldAs }),
	abandon: () => attempt.abandon(),
});

/** Putting the old message back is no try of the new one. */
const UNRECORDED: Attempt = { earlier: null, begin: () => {}, abandon: () => {} };

const isNotFound = (error: unknown) => error instanceof GatewayError && error.kind === 'notFound';

/** Refuses what the gateway does not tell completely, before anything is cancelled. */
function copyFor(
	{ label }: Gateway,
	old: ScheduledMessage,
	{ scheduledAt, idempotencyKey }: Move,
): MessageToSchedule {
	const { recipient, type, text, mediaUrl, caption, fileName, reference } = old;
	if (type === 'text' ? text === null : mediaUrl === null) {
		throw unsupported(
			`${label} does not tell the content of the scheduled message "${old.scheduleId}", so it cannot be moved`,
			'Cancel it, and schedule it anew with the operation "Schedule".',
		);
	}
	return {
		recipient,
		type,
		text,
		mediaUrl,
		caption,
		fileName,
		reference,
		scheduledAt,
		idempotencyKey,
	};
}
