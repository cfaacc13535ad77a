import type { MessageToSchedule } from '../messages/message';
import type { Recipient } from '../messages/recipient';
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

/** What stands for a recipient that the gateway does not report: no message matches it. */
const UNREPORTED: Recipient = { address: '', phone: null, kind: 'unknown' };

/**
 * A scheduled message as one to schedule again, or to look for. What the gateway does not report of it is
 * empty, and then it can be neither.
 */
export function toMessage(scheduled: ScheduledMessage, idempotencyKey: string): MessageToSchedule {
	const { recipient, type, text, mediaUrl, caption, fileName, template, reference, scheduledAt } =
		scheduled;
	return {
		recipient: recipient ?? UNREPORTED,
		type,
		text,
		mediaUrl,
		caption,
		fileName,
		template,
		reference,
		scheduledAt: scheduledAt ?? '',
		idempotencyKey,
	};
}
