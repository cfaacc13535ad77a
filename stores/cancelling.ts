import type { MessageToSchedule } from '../messages/message';
import type { ScheduledMessage } from '../messages/scheduledMessage';
import type { UnresolvedAttempt } from './store';

/** The record of a message right before it is cancelled; `now` in milliseconds since 1970. */
export const cancelling = (message: ScheduledMessage, now: number): UnresolvedAttempt => ({
	since: now,
	message: toMessage(message, ''),
	currentId: message.scheduleId,
	// The vendor's record may be large, and this is saved with the execution.
	cancelling: { ...message, raw: null },
});

/** A scheduled message as one to schedule again. */
export function toMessage(scheduled: ScheduledMessage, idempotencyKey: string): MessageToSchedule {
	const { recipient, type, text, mediaUrl, caption, fileName, reference, scheduledAt } = scheduled;
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
