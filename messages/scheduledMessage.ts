import type { Failure } from './failure';
import type { MessageContent, MessageToSchedule } from './message';
import type { TimezoneSource } from './recipientTime/source';
import { sameRecipient, type Recipient } from './recipient';
import type { Status } from './status';
import { isSameTemplate, type TemplateContent } from './template';

/**
 * A message that a gateway or a table stores until it is due, with its status. What a gateway does not
 * report is null, and never made up.
 */
export interface ScheduledMessage extends MessageContent {
	/** The id in the store. */
	readonly scheduleId: string;
	readonly gateway: string;
	/** Where it is stored until it is due: at the gateway, or in n8n. */
	readonly storedIn: 'gateway' | 'n8n';
	/** Session, instance or channel of the gateway. */
	readonly account: string;
	readonly recipient: Recipient | null;
	/** What is sent instead if the gateway does not let the content through; of a message in a table. */
	readonly replacement?: TemplateContent | null;
	/** ISO 8601, UTC. */
	readonly scheduledAt: string | null;
	/** When the gateway took it, of a message in a table: ISO 8601, UTC. */
	readonly sentAt?: string | null;
	/** The recipient's timezone, as the table has it; of a message that was scheduled in it. */
	readonly timezone?: string;
	readonly timezoneSource?: TimezoneSource;
	readonly status: Status;
	/** The gateway's own word for the status. */
	readonly gatewayStatus: string | null;
	/** ISO 8601, UTC. */
	readonly createdAt: string | null;
	/** The gateway's id of the message once it is sent. */
	readonly messageId: string | null;
	/** The user's id. */
	readonly reference: string | null;
	/** What it belongs to, of a message in a table. */
	readonly group?: string | null;
	readonly failure: Failure | null;
	/** The record as the gateway returned it. */
	readonly raw: unknown;
}

/** A scheduled message as a table of ours holds it, whose recipient and time are known. */
export type StoredMessage = ScheduledMessage & {
	readonly recipient: Recipient;
	readonly scheduledAt: string;
};

/**
 * Whether a record of a gateway may be this message: the same recipient and instant, and the same content as
 * far as the record has it. Gateways trim texts, and some round or truncate to whole seconds, which both
 * count as equal. One without a recipient or an instant could be any message, so it is none.
 */
export function matchesMessage(
	record: ScheduledMessage,
	message: Omit<MessageToSchedule, 'idempotencyKey'>,
): boolean {
	if (record.recipient === null || record.scheduledAt === null) return false;
	const same = (reported: string | null, wanted: string | null) =>
		reported === null || reported.trim() === (wanted ?? '').trim();
	const apartMs = Math.abs(Date.parse(record.scheduledAt) - Date.parse(message.scheduledAt));
	const sameText =
		(record.text?.trim() ?? null) === (message.text?.trim() ?? null) ||
		// A gateway may report the text that became of a template.
		(message.type === 'template' && record.type === 'template');
	// Records always have the text, but not with every gateway the media.
	return (
		sameRecipient(record.recipient, message.recipient) &&
		apartMs < 1_000 &&
		sameText &&
		// Of an uploaded file, a gateway may report another address.
		((message.mediaId ?? null) !== null || same(record.mediaUrl, message.mediaUrl)) &&
		same(record.caption, message.caption) &&
		(record.template === null || isSameTemplate(record.template, message.template))
	);
}
