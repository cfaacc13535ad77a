import { toReceivedMessageItem, type ReceivedMessageItem } from './receivedMessageItem';
import type { ReceivedMessage } from './receivedMessage';
import type { StatusEvent } from './statusEvent';
import { toStatusEventItem, type StatusEventItem } from './statusEventItem';

/** What a webhook reports: a status of a message that the account sent, or what a person wrote or chose. */
export type WebhookEvent = StatusEvent | ReceivedMessage;

/**
 * An event as an item; `event` tells the kinds apart.
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
