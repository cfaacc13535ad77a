import { describeAddress } from '../../messages/recipient';
import { MESSAGE_TYPES, type MessageType } from '../../messages/message';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import { mapStatus, type Status } from '../../messages/status';
import { isoInstantAt, isObject, textAt } from '../json';

/** docs.chatwhatsapp.in/api-reference/scheduled-messages, "Message Status". */
export const SCHEDULED_STATUSES: Readonly<Record<string, Status>> = {
	pending: 'scheduled',
	sent: 'sent',
	cancelled: 'cancelled',
	failed: 'failed',
};

/** The vendor's word for a status of ours, for its `status` filter. */
export const scheduledWord = (status: Status): string | undefined =>
	Object.keys(SCHEDULED_STATUSES).find((word) => SCHEDULED_STATUSES[word] === status);

/**
 * Turns a record of the scheduler into ours; null if it lacks id, recipient or time.
 *
 * The documented record has `id, to, text, scheduledAt, status, createdAt`. `type`, `media` and
 * `caption` are read where they come along, though no page shows them in an answer.
 */
export function toScheduledMessage(record: unknown, account: string): ScheduledMessage | null {
	if (!isObject(record)) return null;
	const scheduleId = textAt(record, 'id');
	const recipient = describeAddress(textAt(record, 'to'));
	const scheduledAt = isoInstantAt(record, 'scheduledAt');
	if (scheduleId === null || recipient === null || scheduledAt === null) return null;
	const gatewayStatus = textAt(record, 'status');
	const type = textAt(record, 'type') as MessageType | null;
	return {
		scheduleId,
		gateway: 'chatWhatsApp',
		storedIn: 'gateway',
		account,
		recipient,
		type: type !== null && MESSAGE_TYPES.includes(type) ? type : 'text',
		text: textAt(record, 'text'),
		mediaUrl: textAt(record, 'media'),
		caption: textAt(record, 'caption'),
		fileName: null,
		template: null,
		scheduledAt,
		status: mapStatus(SCHEDULED_STATUSES, gatewayStatus),
		gatewayStatus,
		createdAt: isoInstantAt(record, 'createdAt'),
		messageId: null,
		reference: null,
		failure: null,
		raw: record,
	};
}
