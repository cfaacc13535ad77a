import { describeAddress } from '../../messages/recipient';
import { createStatusEvent, type StatusEvent } from '../../messages/statusEvent';
import { isObject, isoInstantAt, objectAt, textAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';

/**
 * Reads a webhook. The vendor documents one: `message.sent` with `status: "success"`, when a scheduled
 * message was sent (docs.chatwhatsapp.in/api-reference/scheduled-messages, "Webhook Notifications").
 * Any other event or status is reported as `unknown`, with the vendor's words; but an incoming message, which
 * the vendor does not document either, is no status.
 */
export function parseWebhook(body: unknown, { receivedAt }: ParseContext): StatusEvent[] {
	if (!isObject(body)) return [];
	const event = textAt(body, 'event');
	if (event === null || isIncoming(event, body)) return [];
	const word = textAt(body, 'status');
	const isSuccess = event === 'message.sent' && word === 'success';
	const result = objectAt(body, 'result');
	return [
		createStatusEvent({
			gateway: 'chatWhatsApp',
			channel: 'whatsapp',
			account: textAt(body, 'sessionId'),
			status: isSuccess ? 'sent' : 'unknown',
			gatewayStatus: isSuccess || word === null ? event : `${event}: ${word}`,
			messageId: textAt(result, 'messageId'),
			scheduleId: textAt(body, 'scheduledId'),
			recipient: describeAddress(textAt(result, 'to')),
			// Only what was scheduled through the API is announced.
			origin: isSuccess ? 'api' : null,
			occurredAt: isoInstantAt(body, 'timestamp'),
			receivedAt,
			raw: body,
		}),
	];
}

/** Where a message of others may say that it is one: in the event's name, or in `fromMe`. */
const isIncoming = (event: string, body: JsonObject): boolean =>
	/(^|[^a-z])(received|incoming|inbound)([^a-z]|$)/i.test(event) ||
	[body, ...PARTS.map((key) => objectAt(body, key))].some(
		(part) => part.fromMe === false || objectAt(part, 'key').fromMe === false,
	);

const PARTS = ['data', 'message', 'payload', 'result'];
