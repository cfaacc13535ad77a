import type { ListFilter } from '../gateways/gateway';
import { sameRecipient } from '../messages/recipient';
import type { ScheduledMessage } from '../messages/scheduledMessage';

/** Whether a message matches a filter; gateways and tables support only some of its conditions. */
export function matches(message: ScheduledMessage, filter: ListFilter): boolean {
	const { status, recipient, scheduledAfter, scheduledBefore, text } = filter;
	const words = (cell: string | null) => (cell ?? '').toLowerCase();
	return (
		(status === undefined || message.status === status) &&
		(recipient === undefined || sameRecipient(message.recipient, recipient)) &&
		(scheduledAfter === undefined || message.scheduledAt >= scheduledAfter) &&
		(scheduledBefore === undefined || message.scheduledAt <= scheduledBefore) &&
		(text === undefined ||
			[message.text, message.caption].some((one) => words(one).includes(words(text))))
	);
}

/** The messages that a filter asks for, the earliest first. */
export const filterAndSort = (
	messages: readonly ScheduledMessage[],
	filter: ListFilter,
): ScheduledMessage[] => messages.filter((message) => matches(message, filter)).sort(byTime);

export const byTime = (a: ScheduledMessage, b: ScheduledMessage): number =>
	a.scheduledAt === b.scheduledAt ? 0 : a.scheduledAt < b.scheduledAt ? -1 : 1;
