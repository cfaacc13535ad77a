import type { WebhookEvent } from '../messages/webhookEvent';
import type { Gateway } from './gateway';
import type { ParseContext } from './webhooks';

/**
 * Everything that a verified webhook reports: statuses, the lowest rank first, and then what persons wrote.
 * One body may report several statuses of one message; in this order none of them is out of order.
 * Never throws.
 */
export const parseEvents = (
	gateway: Pick<Gateway, 'parseWebhook' | 'parseReceived'>,
	body: unknown,
	context: ParseContext,
): WebhookEvent[] => [
	...gateway.parseWebhook(body, context).sort((a, b) => a.statusRank - b.statusRank),
	...(gateway.parseReceived?.(body, context) ?? []),
];
