import type { MessageContent, MessageToSchedule, OutgoingMessage } from './message';
import { sameRecipient, type Recipient } from './recipient';
import type { Status } from './status';

/** Why a message did not arrive. Never named `error`: n8n treats an item with `error` as a failed run. */
export interface Failure {
	/** The gateway's code, if it has one. */
	readonly code: string | null;
	readonly reason: string;
}

/** A message that a gateway or a table stores until it is due, with its status. */
export interface ScheduledMessage extends MessageContent {
	/** The id in the store. */
	readonly scheduleId: string;
	readonly gateway: string;
	/** Where it is stored until it is due: at the gateway, or in n8n. */
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
	/** The user's id. */
	readonly reference: string | null;
	readonly failure: Failure | null;
	/** The record as the gateway returned it. */
	readonly raw: unknown;
}

/** A message that a gateway accepted for immediate sending. */
export interface SentMessage extends Omit<OutgoingMessage, 'idempotencyKey'> {
	readonly gateway: string;
	readonly account: string;
	/** The gateway's id of the message; null if it assigns one only later. */
	readonly messageId: string | null;
	/** The gateway's id of a request that is still in its queue. */
	readonly queueId: string | null;
	readonly status: Status;
	readonly gatewayStatus: string | null;
	/** ISO 8601, UTC: when the gateway accepted it, by the gateway's clock; null if not reported. */
	readonly acceptedAt: string | null;
	readonly failure: Failure | null;
	readonly raw: unknown;
}

/** What only the gateway can say of a message that it took. */
type ReportedFields = Pick<SentMessage, 'gateway' | 'account' | 'status' | 'raw'> &
	Partial<SentMessage>;

/** A message that a gateway accepted, with the fields that it reported; the others are null. */
export function createSentMessage(message: OutgoingMessage, reported: ReportedFields): SentMessage {
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
		...reported,
	};
}

/**
 * Whether a record of a gateway may be this message: the same recipient and instant, and the same content as
 * far as the record has it. Gateways trim texts, and some round or truncate to whole seconds, which both
 * count as equal.
 */
export function matchesMessage(
	record: ScheduledMessage,
	message: Omit<MessageToSchedule, 'idempotencyKey'>,
): boolean {
	const same = (reported: string | null, wanted: string | null) =>
		reported === null || reported.trim() === (wanted ?? '').trim();
	const apartMs = Math.abs(Date.parse(record.scheduledAt) - Date.parse(message.scheduledAt));
	// Records always have the text, but not with every gateway the media.
	return (
		sameRecipient(record.recipient, message.recipient) &&
		apartMs < 1_000 &&
		(record.text?.trim() ?? null) === (message.text?.trim() ?? null) &&
		same(record.mediaUrl, message.mediaUrl) &&
		same(record.caption, message.caption)
	);
}
