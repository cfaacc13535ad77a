import type { Failure } from './failure';
import type { OutgoingMessage } from './message';
import type { Status } from './status';

/** What a gateway tells of a message that it took for sending at once. */
export interface SentMessage extends Omit<OutgoingMessage, 'idempotencyKey'> {
	readonly gateway: string;
	readonly account: string;
	/** The gateway's id of the message; null if it only gives one later, or none. */
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
type ReportedFields = Pick<SentMessage, 'gateway' | 'account' | 'status' | 'raw'> &
	Partial<SentMessage>;

/** A message that a gateway took, with what it reported of it; what it did not report is null. */
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
