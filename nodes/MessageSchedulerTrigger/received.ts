import type { IWebhookFunctions } from 'n8n-workflow';
import type { Gateway } from '../../gateways/gateway';
import type { WebhookEvent } from '../../messages/webhookEvent';

/** Triggers that one process remembers, and messages of each. */
const MAX_TRIGGERS = 1_000;
const MAX_MESSAGES = 5_000;

const received = new Map<string, Set<string>>();

/**
 * Skips statuses of messages that others wrote, since a gateway may also report that *we* read one. It knows
 * the messages from webhooks to this trigger in this process: static data would be saved with each incoming
 * message.
 */
export function leaveOutReceived(
	context: IWebhookFunctions,
	gateway: Gateway,
	body: unknown,
	events: WebhookEvent[],
): WebhookEvent[] {
	if (gateway.receivedIds === undefined) return events;
	const known = knownOf(context);
	for (const id of gateway.receivedIds(body)) known.add(id);
	for (const oldest of known) {
		if (known.size <= MAX_MESSAGES) break;
		known.delete(oldest);
	}
	return events.filter(
		({ event, messageId }) => event !== 'status' || messageId === null || !known.has(messageId),
	);
}

function knownOf(context: IWebhookFunctions): Set<string> {
	const key = `${context.getWorkflow().id ?? ''}/${context.getNode().id}`;
	const known = received.get(key) ?? new Set<string>();
	// Reinserted, so that the trigger counts as most recent.
	received.delete(key);
	received.set(key, known);
	if (received.size > MAX_TRIGGERS) {
		const [oldest] = received.keys();
		received.delete(oldest);
	}
	return known;
}
