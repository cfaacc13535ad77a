import type { Gateway } from '../gateways/gateway';
import {
	GatewayError,
	isNotFound,
	isOutcomeUnknown,
	unsupported,
} from '../gateways/transport/gatewayError';
import { InvalidParameterError } from '../messages/invalidParameterError';
import { hasContent, type MessageToSchedule } from '../messages/message';
import { matchesMessage, type ScheduledMessage } from '../messages/scheduledMessage';
import { toMessage } from './cancelling';
import { isRefusal } from './isRefusal';
import { notPending } from '../gateways/notPending';
import { settle, settleSync } from '../messages/settle';
import type { AttemptLog, MessageStore, Move, UnresolvedAttempt } from './store';

/** What rescheduling works with. */
interface RescheduleContext {
	readonly gateway: Gateway;
	readonly store: MessageStore;
	/** The local clock: milliseconds since 1970. */
	now(): number;
}

/**
 * Reschedules a message at a gateway that cannot change one: cancels the old one, then schedules a new
 * one. In this order two can never be pending. If the gateway rejects the new one, the old one is scheduled
 * again for its old time. An interrupted attempt is resumed where it stopped: after the cancel, or while
 * the old one was being restored, which is then finished first.
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
	// A restored message was not cancelled again by this item.
	if (earlier !== null && earlier.isRestored !== true && isGone) {
		const { message } = earlier;
		const old: Cancelled = { scheduleId, message: found.ok ? copyOf(found.value, message) : null };
		// An earlier attempt may have created it; if not, its time may have passed meanwhile.
		const renew = (wanted: MessageToSchedule): MessageToSchedule => {
			try {
				return {
					...wanted,
					scheduledAt: move.timeNow?.(wanted.scheduledAt) ?? wanted.scheduledAt,
				};
			} catch (error) {
				// `restore` reports where the message is then.
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
 * Clears the attempt: the message stays, and nothing is in flight. A later attempt must not schedule again
 * what somebody has cancelled meanwhile. It only has to know the id, if that has changed.
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

/** Whether the message already has the requested time and content. */
const isThereAlready = (old: ScheduledMessage, { scheduledAt, content }: Move) =>
	content === undefined
		? old.scheduledAt !== null && Date.parse(old.scheduledAt) === Date.parse(scheduledAt)
		: matchesMessage(old, { ...content, scheduledAt });

/**
 * The earlier attempt, from which the current one continues. If it is unknown whether that one restored the
 * old message, checks for it, and restores it if it is missing: otherwise there might be two.
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
		`The message "${currentId}" was cancelled to be moved, and it is unknown whether it was scheduled again for ${restoring.scheduledAt}. ${why}`,
		{ ...details, hint: LOOK },
	);
}

/** The error of a cancel, with the state of the message; an unknown outcome already reports it. */
function notMoved(old: ScheduledMessage, cause: unknown): unknown {
	const [{ kind, details }, why, open] = toGatewayError(cause);
	const said = `The message "${old.scheduleId}" was not moved and stays scheduled${old.scheduledAt === null ? '' : ` for ${old.scheduledAt}`}. ${why}`;
	if (cause instanceof InvalidParameterError) {
		return new InvalidParameterError(cause.parameter, said, cause.hint);
	}
	if (open || kind === 'unsupported' || !(cause instanceof GatewayError)) return cause;
	return new GatewayError(kind, said, details);
}

/** After an interrupted attempt, the message may be at either time, or not scheduled at all. */
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

/** The message that was cancelled. */
interface Cancelled {
	readonly scheduleId: string;
	/** As it was; null if the gateway no longer reports it. */
	readonly message: MessageToSchedule | null;
}

/** Always throws: the message was not moved, and the error reports where it is. */
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
			`The message "${old.scheduleId}" was cancelled to be moved, and it is unknown whether ${label} accepted it for the new time. ${why}`,
			{ ...first.details, hint: LOOK },
		);
	}
	const since = now();
	if (old.message === null) {
		attempt.begin({ since, message: moved, currentId: old.scheduleId });
		throw new GatewayError(
			first.kind,
			`The message "${old.scheduleId}" is no longer scheduled: it was cancelled to be moved, and ${label} did not accept it for the new time. ${why}`,
			{ ...first.details, hint: ANEW },
		);
	}
	const again = old.message;
	const restored = await settle(store.schedule(again, NO_LOG));
	if (restored.ok) {
		// The next attempt moves the restored message.
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
			? `The message "${old.scheduleId}" was cancelled to be moved; ${label} did not accept it for the new time, and it is unknown whether it accepted it again for the old one. ${why}`
			: `The message "${old.scheduleId}" is no longer scheduled: it was cancelled to be moved, and ${label} accepted it neither for the new time nor again for the old one. ${why}`,
		{
			...second.details,
			hint: stillOpen ? LOOK : ANEW,
		},
	);
}

const LOOK =
	'Check with "Get Many" or at the gateway; if the message is missing, schedule it again with "Schedule".';
const ANEW = 'Schedule it again with the operation "Schedule".';

/** The error as a GatewayError, its sentence, and whether the outcome is unknown. */
function toGatewayError(error: unknown): [GatewayError, string, boolean] {
	const known =
		error instanceof GatewayError
			? error
			: new GatewayError('rejected', (error as Error).message, {
					hint: error instanceof InvalidParameterError ? error.hint : undefined,
				});
	return [known, known.message, isOutcomeUnknown(known)];
}

/** The same attempt log, without the earlier attempt except for its id. */
const withScheduleId = (attempt: AttemptLog, currentId: string): AttemptLog => ({
	unresolved: null,
	begin: (open) => attempt.begin({ ...open, currentId }),
	clear: () => attempt.clear(),
});

/** A log that records nothing: restoring the old message is not an attempt of the new one. */
const NO_LOG: AttemptLog = { unresolved: null, begin: () => {}, clear: () => {} };

/**
 * The replacement of the old message. Rejects a message whose content the gateway does not report, before
 * anything is cancelled.
 */
function replacementOf(
	{ label }: Gateway,
	old: ScheduledMessage,
	{ scheduledAt, idempotencyKey, content }: Move,
): MessageToSchedule {
	if (old.recipient === null) {
		throw unsupported(
			`${label} does not tell whom the scheduled message "${old.scheduleId}" is for, so it cannot be moved`,
			'Cancel it, and schedule it anew with the operation "Schedule".',
		);
	}
	if (!hasContent(content ?? old)) {
		throw unsupported(
			`${label} does not report the content of the scheduled message "${old.scheduleId}", so it cannot be moved`,
			'Cancel it, and schedule it again with the operation "Schedule".',
		);
	}
	return { ...toMessage(old, idempotencyKey), ...content, scheduledAt, idempotencyKey };
}

/**
 * The old message, to be restored; a gateway may report less of it than the replacement has. Null if it
 * does not report when it was due.
 */
const copyOf = (old: ScheduledMessage, wanted: MessageToSchedule): MessageToSchedule | null =>
	old.scheduledAt === null
		? null
		: {
				...wanted,
				...toMessage(old, wanted.idempotencyKey),
				...(old.type === wanted.type && !hasContent(old) ? contentOf(wanted) : {}),
				reference: old.reference ?? wanted.reference,
			};

const contentOf = (message: MessageToSchedule) => {
	const { text, mediaUrl, mediaId, caption, fileName, template } = message;
	return { text, mediaUrl, mediaId, caption, fileName, template };
};
