import type { Gateway } from '../gateways/gateway';
import {
	GatewayError,
	isNotFound,
	isOutcomeUnknown,
	unsupported,
} from '../gateways/transport/gatewayError';
import { InvalidParameterError } from '../messages/invalidParameterError';
import type { MessageToSchedule } from '../messages/message';
import { matchesMessage, type ScheduledMessage } from '../messages/scheduledMessage';
import { toMessage } from './cancelling';
import { isRefusal } from './isRefusal';
import { notPending } from '../gateways/notPending';
import { settle, settleSync } from '../messages/settle';
import type { AttemptLog, MessageStore, Move, UnresolvedAttempt } from './store';

/** What moving needs. */
interface RescheduleContext {
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
	mover: RescheduleContext,
	move: Move,
	attempt: AttemptLog,
): Promise<ScheduledMessage> {
	const { gateway, store } = mover;
	const earlier = await finishRestore(mover, attempt);
	const scheduleId = earlier?.currentId ?? move.scheduleId;
	const found = await settle(store.get(scheduleId));
	const isGone = found.ok ? found.value.status === 'cancelled' : isNotFound(found.error);
	// One that is back was not cancelled by us since.
	if (earlier !== null && earlier.isRestored !== true && isGone) {
		const { message } = earlier;
		const old: Cancelled = { scheduleId, message: found.ok ? copyOf(found.value, message) : null };
		// An earlier attempt may have made it; if not, its time may be over meanwhile.
		const renew = (wanted: MessageToSchedule): MessageToSchedule => {
			try {
				return {
					...wanted,
					scheduledAt: move.timeNow?.(wanted.scheduledAt) ?? wanted.scheduledAt,
				};
			} catch (error) {
				// Where the message is then, `restore` says.
				throw toGatewayError(error)[0];
			}
		};
		const created = await settle(
			store.schedule(
				message,
				{ ...withScheduleId(attempt, scheduleId), unresolved: earlier },
				{ renew },
			),
		);
		if (created.ok) return created.value;
		return await restore(mover, old, message, attempt, created.error);
	}
	if (!found.ok) throw earlier === null ? found.error : unknown(scheduleId, found.error);
	const old = found.value;
	if (old.status !== 'scheduled') {
		attempt.clear();
		throw notPending(gateway.label, old, 'rescheduled');
	}
	if (isThereAlready(old, move)) {
		attempt.clear();
		return old;
	}
	const replacement = replacementOf(gateway, old, move);
	const now = settleSync(() => move.timeNow?.() ?? move.scheduledAt);
	if (!now.ok) {
		leaveAsItIs(attempt, move, replacement, scheduleId);
		throw notMoved(old, now.error);
	}
	const message = { ...replacement, scheduledAt: now.value };
	attempt.begin({ since: mover.now(), message, currentId: scheduleId });
	const cancelled = await settle(store.cancel(scheduleId, move));
	if (!cancelled.ok) {
		if (isRefusal(cancelled.error)) leaveAsItIs(attempt, move, message, scheduleId);
		throw notMoved(old, cancelled.error);
	}
	if (!cancelled.value.cancelled) {
		attempt.clear();
		throw notPending(gateway.label, cancelled.value.message, 'rescheduled');
	}
	const created = await settle(store.schedule(message, withScheduleId(attempt, scheduleId)));
	if (created.ok) return created.value;
	const before: Cancelled = { scheduleId, message: copyOf(old, message) };
	return await restore(mover, before, message, attempt, created.error);
}

/**
 * The message stays, and nothing is under way: a later attempt must not schedule anew what somebody has
 * cancelled meanwhile. It only has to know the id, where that is no longer the one that was asked for.
 */
function leaveAsItIs(
	attempt: AttemptLog,
	move: Move,
	message: MessageToSchedule,
	currentId: string,
) {
	const since = attempt.unresolved?.since ?? 0;
	if (currentId === move.scheduleId) attempt.clear();
	else attempt.begin({ since, message, currentId, isRestored: true });
}

/** Whether the message is as it is wanted. */
const isThereAlready = (old: ScheduledMessage, { scheduledAt, content }: Move) =>
	content === undefined
		? Date.parse(old.scheduledAt) === Date.parse(scheduledAt)
		: matchesMessage(old, { ...content, scheduledAt });

/**
 * The earlier attempt, from which the present one goes on. Where it is unknown whether that one put the
 * old message back, it is looked for, and put back if it is not there: else there might be two.
 */
async function finishRestore(
	{ store, now }: RescheduleContext,
	attempt: AttemptLog,
): Promise<UnresolvedAttempt | null> {
	const { unresolved } = attempt;
	if (unresolved?.restoring === undefined) return unresolved;
	const { message, since, currentId, restoring } = unresolved;
	const back = await settle(
		store.schedule(restoring, { ...NO_LOG, unresolved: { since, message: restoring } }),
	);
	if (back.ok) return { since: now(), message, currentId: back.value.scheduleId, isRestored: true };
	const [{ kind, details }, why, open] = toGatewayError(back.error);
	if (!open) return { since: now(), message, currentId };
	throw new GatewayError(
		kind,
		`The message "${currentId}" was cancelled to be moved, and it is unknown whether it is scheduled again for ${restoring.scheduledAt}. ${why}`,
		{ ...details, hint: LOOK },
	);
}

/** The error of a cancel, with where the message is; what is left open says so itself. */
function notMoved(old: ScheduledMessage, cause: unknown): unknown {
	const [{ kind, details }, why, open] = toGatewayError(cause);
	const said = `The message "${old.scheduleId}" was not moved and stays scheduled for ${old.scheduledAt}. ${why}`;
	if (cause instanceof InvalidParameterError) {
		return new InvalidParameterError(cause.parameter, said, cause.hint);
	}
	if (open || kind === 'unsupported' || !(cause instanceof GatewayError)) return cause;
	return new GatewayError(kind, said, details);
}

/** After an earlier try that was cut off, the message may be at either time, or nowhere. */
function unknown(scheduleId: string, cause: unknown): unknown {
	if (!(cause instanceof GatewayError)) return cause;
	return new GatewayError(
		cause.kind,
		`It is unknown whether the message "${scheduleId}" was moved: an earlier attempt was interrupted, and checking for the message did not work`,
		{
			...cause.details,
			outcomeUnknown: true,
			hint: `${LOOK} The check ended with: ${cause.message}`,
		},
	);
}

/** What is known of the message that was cancelled. */
interface Cancelled {
	readonly scheduleId: string;
	/** As it was; null where the gateway does not tell any more. */
	readonly message: MessageToSchedule | null;
}

/** Always throws: the message is not where the user wanted it, and the error says where it is. */
async function restore(
	{ gateway: { label }, store, now }: RescheduleContext,
	old: Cancelled,
	moved: MessageToSchedule,
	attempt: AttemptLog,
	cause: unknown,
): Promise<never> {
	const [first, why, open] = toGatewayError(cause);
	if (open) {
		throw new GatewayError(
			first.kind,
			`The message "${old.scheduleId}" was cancelled to be moved, and it is unknown whether ${label} took it for the new time. ${why}`,
			{ ...first.details, hint: LOOK },
		);
	}
	const since = now();
	if (old.message === null) {
		attempt.begin({ since, message: moved, currentId: old.scheduleId });
		throw new GatewayError(
			first.kind,
			`The message "${old.scheduleId}" is no longer scheduled at all: it was cancelled to be moved, and ${label} did not take it for the new time. ${why}`,
			{ ...first.details, hint: ANEW },
		);
	}
	const again = old.message;
	const restored = await settle(store.schedule(again, NO_LOG));
	if (restored.ok) {
		// The next try moves the one that stands in for the old one.
		const { scheduleId: currentId } = restored.value;
		attempt.begin({ since, message: moved, currentId, isRestored: true });
		throw new GatewayError(
			first.kind,
			`The message was not moved and stays scheduled for ${again.scheduledAt}, now with the id "${restored.value.scheduleId}". ${why}`,
			first.details,
		);
	}
	const [second, , stillOpen] = toGatewayError(restored.error);
	const { scheduleId: currentId } = old;
	attempt.begin({ since, message: moved, currentId, ...(stillOpen ? { restoring: again } : {}) });
	throw new GatewayError(
		first.kind,
		stillOpen
			? `The message "${old.scheduleId}" was cancelled to be moved; ${label} did not take it for the new time, and it is unknown whether it took it again for the old one. ${why}`
			: `The message "${old.scheduleId}" is no longer scheduled at all: it was cancelled to be moved, and ${label} took it neither for the new time nor again for the old one. ${why}`,
		{
			...second.details,
			hint: stillOpen ? LOOK : ANEW,
		},
	);
}

const LOOK =
	'Look first, with "Get Many" or at the gateway; if the message is not there, schedule it anew with "Schedule".';
const ANEW = 'Schedule it anew with the operation "Schedule".';

/** The error as one of ours, its sentence, and whether it leaves the outcome open. */
function toGatewayError(error: unknown): [GatewayError, string, boolean] {
	const known =
		error instanceof GatewayError
			? error
			: new GatewayError('rejected', error instanceof Error ? error.message : String(error), {
					hint: error instanceof InvalidParameterError ? error.hint : undefined,
				});
	return [known, known.message, isOutcomeUnknown(known)];
}

/** The same place to note a try in, without what an earlier one left there but for the id. */
const withScheduleId = (attempt: AttemptLog, currentId: string): AttemptLog => ({
	unresolved: null,
	begin: (open) => attempt.begin({ ...open, currentId }),
	clear: () => attempt.clear(),
});

/** Putting the old message back is no try of the new one. */
const NO_LOG: AttemptLog = { unresolved: null, begin: () => {}, clear: () => {} };

/**
 * What takes the place of the old message. Refuses what the gateway does not tell completely, before
 * anything is cancelled.
 */
function replacementOf(
	{ label }: Gateway,
	old: ScheduledMessage,
	{ scheduledAt, idempotencyKey, content }: Move,
): MessageToSchedule {
	const { type, text, mediaUrl } = content ?? old;
	if (type === 'text' ? text === null : mediaUrl === null) {
		throw unsupported(
			`${label} does not tell the content of the scheduled message "${old.scheduleId}", so it cannot be moved`,
			'Cancel it, and schedule it anew with the operation "Schedule".',
		);
	}
	return { ...toMessage(old, idempotencyKey), ...content, scheduledAt, idempotencyKey };
}

/** The old message, to be put back; a gateway may tell less of it than what takes its place. */
const copyOf = (old: ScheduledMessage, wanted: MessageToSchedule): MessageToSchedule => ({
	...wanted,
	...toMessage(old, wanted.idempotencyKey),
	...(old.type === wanted.type && old.mediaUrl === null && old.text === null
		? { text: wanted.text, mediaUrl: wanted.mediaUrl, caption: wanted.caption }
		: {}),
	reference: old.reference ?? wanted.reference,
});
