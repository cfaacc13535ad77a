import type { MessageContent, MessageToSchedule, OutgoingMessage } from './message';
import { sameRecipient, type Recipient } from './recipient';
import type { Status } from './status';

/** Why a message did not arrive. Never called `error`: n8n takes an item with `error` for a failed run. */
export interface Failure {
	/** The gateway's code, if it gives one. */
	readonly code: string | null;
	readonly reason: string;
}

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

/** What a gateway tells of a message that it took for sending at once. */
export interface SentMessage extends Omit<OutgoingMessage, 'idempotencyKey'> {
	readonly gateway: string;
	readonly account: string;
	/** The gateway's id of the message; null where it only gives one later. */
	readonly messageId: string | null;
	/** The gateway's id of a request that is still in its queue. */
	readonly queueId: string | null;
	readonly status: Status;
	readonly gatewayStatus: string | null;
	/** ISO 8601, UTC: when the gateway took it, by its own clock; null where it does not say. */
	readonly acceptedAt: string | null;
	readonly failure: Failure | null;
	readonly raw: unknown;
}

/** What only the gateway can say of a message that it took. */
type Told = Pick<SentMessage, 'gateway' | 'account' | 'status' | 'raw'> & Partial<SentMessage>;

/** A message that a gateway took, with what it told of it; what it did not tell is null. */
export function createSentMessage(message: OutgoingMessage, told: Told): SentMessage {
	const { recipient, type, text, mediaUrl, caption, fileName, reference } = message;
	return {
		recipient,
		type,
		text,
		mediaUrl,
		caption,
		fileName,
		reference,
		messageId: null,
		queueId: null,
		gatewayStatus: null,
		acceptedAt: null,
		failure: null,
		...told,
	};
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
