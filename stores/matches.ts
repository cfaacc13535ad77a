import type { ListFilter } from '../gateways/gateway';
import { sameRecipient } from '../messages/recipient';
import type { ScheduledMessage } from '../messages/scheduledMessage';
import type { Status } from '../messages/status';

/** Statuses of messages that the gateway has taken, and that may still be delivered. */
export const ON_THE_WAY: readonly Status[] = ['queued', 'suspended', 'sent'];

/**
 * Whether a message matches a filter; gateways and tables support only some of its conditions. What is
 * not known of a message matches no condition.
 */
export function matches(message: ScheduledMessage, filter: ListFilter): boolean {
	const { status, recipient, scheduledAfter, scheduledBefore, text } = filter;
	const { reference, group, notDeliveredSince } = filter;
	const { scheduledAt: at, sentAt = null } = message;
	const words = (cell: string | null) => (cell ?? '').toLowerCase();
	return (
		(status === undefined || message.status === status) &&
		(recipient === undefined ||
			(message.recipient !== null && sameRecipient(message.recipient, recipient))) &&
		(scheduledAfter === undefined || (at !== null && at >= scheduledAfter)) &&
		(scheduledBefore === undefined || (at !== null && at <= scheduledBefore)) &&
		(reference === undefined || message.reference === reference) &&
		(group === undefined || message.group === group) &&
		(notDeliveredSince === undefined ||
			(sentAt !== null && sentAt <= notDeliveredSince && ON_THE_WAY.includes(message.status))) &&
		(text === undefined ||
			[message.text, message.caption].some((one) => words(one).includes(words(text))))
	);
}

/** The messages that a filter asks for, the earliest first. */
export const filterAndSort = (
	messages: readonly ScheduledMessage[],
	filter: ListFilter,
): ScheduledMessage[] => messages.filter((message) => matches(message, filter)).sort(byTime);

/** Those of unknown time come last. */
export function byTime(
	{ scheduledAt: a }: ScheduledMessage,
	{ scheduledAt: b }: ScheduledMessage,
): number {
	if (a === b) return 0;
	if (a === null || b === null) return a === null ? 1 : -1;
	return a < b ? -1 : 1;
}
