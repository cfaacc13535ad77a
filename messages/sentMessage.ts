import type { Failure } from './failure';
import type { OutgoingMessage } from './message';
import type { Status } from './status';

/** A message that a gateway accepted for immediate sending. */
export interface SentMessage extends Omit<OutgoingMessage, 'idempotencyKey'> {
	readonly gateway: string;
	readonly account: string;
	/** The gateway's id of the message; null if it only gives one later, or none. */
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

/** The fields that only the gateway knows. */
type ReportedFields = Pick<SentMessage, 'gateway' | 'account' | 'status' | 'raw'> &
	Partial<SentMessage>;

/** A message that a gateway accepted, with the fields that it reported; the others are null. */
export function createSentMessage(message: OutgoingMessage, reported: ReportedFields): SentMessage {
	const { recipient, type, text, mediaUrl, caption, fileName, template, reference } = message;
	return {
		recipient,
		type,
		text,
		mediaUrl,
		caption,
		fileName,
		template,
		reference,
		messageId: null,
		queueId: null,
		gatewayStatus: null,
		acceptedAt: null,
		failure: null,
		...reported,
	};
}
