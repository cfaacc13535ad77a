import { toReceivedMessageItem, type ReceivedMessageItem } from './receivedMessageItem';
import type { ReceivedMessage } from './receivedMessage';
import type { StatusEvent } from './statusEvent';
import { toStatusEventItem, type StatusEventItem } from './statusEventItem';

/** What a webhook reports: a status of a message that the account sent, or a message that it received. */
export type WebhookEvent = StatusEvent | ReceivedMessage;

/**
 * An event as an item; `event` tells the two kinds apart.
 *
 * @param timezone the zone of `occurredAtLocal`
 * @throws InvalidParameterError for an unknown timezone
 */
export const toEventItem = (
	event: WebhookEvent,
	timezone: string,
): StatusEventItem | ReceivedMessageItem =>
	event.event === 'status'
		? toStatusEventItem(event, timezone)
		: toReceivedMessageItem(event, timezone);
