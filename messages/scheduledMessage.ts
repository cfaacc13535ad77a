import type { Failure } from './failure';
import type { MessageContent, MessageToSchedule } from './message';
import { sameRecipient, type Recipient } from './recipient';
import type { Status } from './status';

/** What a gateway or a table holds until its time, and what became of it. */
export interface ScheduledMessage extends MessageContent {
	/** The id that whoever holds the message gave it. */
	readonly scheduleId: string;
	readonly gateway: string;
	/** Who holds it until its time: the gateway itself, or n8n. */
	readonly storedIn: 'gateway' | 'n8n';
	/** Session, instance or channel of the gateway. */
	readonly account: string;
	readonly recipient: Recipient;
	/** ISO 8601, UTC. */
	readonly scheduledAt: string;
	readonly status: Status;
	/** The gateway's own word for the status. */
	readonly gatewayStatus: string | null;
	/** ISO 8601, UTC. */
	readonly createdAt: string | null;
	/** The gateway's id of the message once it is sent. */
	readonly messageId: string | null;
	/** The user's own id. */
	readonly reference: string | null;
	readonly failure: Failure | null;
	/** The record as the gateway gave it. */
	readonly raw: unknown;
}

/**
 * Whether a record that a gateway returns may be this very message: the same recipient and instant, and
 * the same content as far as the record has it. Gateways trim texts, and some keep whole seconds only,
 * rounded or cut off: neither makes another message.
 */
export function matchesMessage(
	record: ScheduledMessage,
	message: Omit<MessageToSchedule, 'idempotencyKey'>,
): boolean {
	const same = (told: string | null, wanted: string | null) =>
		told === null || told.trim() === (wanted ?? '').trim();
	const apartMs = Math.abs(Date.parse(record.scheduledAt) - Date.parse(message.scheduledAt));
	// Text is always there; media is not with every gateway.
	return (
		sameRecipient(record.recipient, message.recipient) &&
		apartMs < 1_000 &&
		(record.text?.trim() ?? null) === (message.text?.trim() ?? null) &&
		same(record.mediaUrl, message.mediaUrl) &&
		same(record.caption, message.caption)
	);
}
