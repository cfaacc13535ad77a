import { describeAddress, type Recipient } from '../../messages/recipient';
import type { Failure } from '../../messages/failure';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import type { SentMessage } from '../../messages/sentMessage';
import { mapStatus, type Status } from '../../messages/status';
import { isObject, textAt, type JsonObject } from '../json';
import { scheduleIdOf } from './scheduleId';
import { instantAt } from './times';

/**
 * The values of `filter[status]` (docs.hypersender.com/v2/api-reference/sms/messages/index-messages)
 * but `received`, which is an incoming message.
 */
export const STATUS_WORDS: Readonly<Record<string, Status>> = {
	pending: 'queued',
	scheduled: 'scheduled',
	sending: 'queued',
	sent: 'sent',
	failed: 'failed',
	delivered: 'delivered',
	expired: 'expired',
	deleted: 'deleted',
};

/** The vendor's words for a status of ours, for its filter; see {@link statusOf}. */
export const wordsOf = (status: Status): string[] =>
	status === 'cancelled'
		? ['deleted']
		: Object.keys(STATUS_WORDS).filter((word) => STATUS_WORDS[word] === status);

/** The vendor has one word for what was deleted, whether it had been sent or not. */
function statusOf(record: JsonObject, word: string | null): Status {
	const isUnsent = textAt(record, 'sent_at') === null;
	return word === 'deleted' && isUnsent ? 'cancelled' : mapStatus(STATUS_WORDS, word);
}

/** `failure_reason`, of which only `UNKNOWN` is shown anywhere. */
export function failureOf(record: JsonObject, status: Status): Failure | null {
	const code = textAt(record, 'failure_reason');
	if (code !== null) return { code, reason: `Reason from the phone or Hypersender: ${code}` };
	return status === 'failed' ? { code: null, reason: 'Hypersender reported no reason' } : null;
}

/** Turns a message into ours; null if it is none that was scheduled. */
export function toScheduledMessage(record: unknown, account: string): ScheduledMessage | null {
	const read = readRecord(record);
	const scheduledAt = read === null ? null : instantAt(read.raw, 'schedule_send_at');
	if (read === null || scheduledAt === null) return null;
	return {
		...common(read, account),
		scheduleId: scheduleIdOf(read.id, read.reference),
		storedIn: 'gateway',
		scheduledAt,
		createdAt: instantAt(read.raw, 'created_at'),
	};
}

/**
 * Turns a message into ours; null if it is incoming, or lacks id or recipient. Its `queueId` is the
 * id that it can be looked up by.
 */
export function toSentMessage(record: unknown, account: string): SentMessage | null {
	const read = readRecord(record);
	if (read === null) return null;
	return {
		...common(read, account),
		queueId: scheduleIdOf(read.id, read.reference),
		acceptedAt: instantAt(read.raw, 'created_at'),
	};
}

interface SmsRecord {
	readonly id: string;
	/** The `request_id`: the sender's reference, or what stands in for one. */
	readonly reference: string | null;
	readonly recipient: Recipient;
	readonly raw: JsonObject;
}

function readRecord(record: unknown): SmsRecord | null {
	if (!isObject(record) || textAt(record, 'status') === 'received') return null;
	const id = textAt(record, 'id');
	const recipient = describeAddress(textAt(record, 'to_phone_number'));
	if (id === null || recipient === null) return null;
	return { id, reference: textAt(record, 'request_id'), recipient, raw: record };
}

/** What both kinds of message have. */
function common({ id, reference, recipient, raw }: SmsRecord, account: string) {
	const gatewayStatus = textAt(raw, 'status');
	const status = statusOf(raw, gatewayStatus);
	return {
		gateway: 'hypersenderSms',
		account,
		recipient,
		type: 'text' as const,
		text: textAt(raw, 'content'),
		mediaUrl: null,
		caption: null,
		fileName: null,
		template: null,
		status,
		gatewayStatus,
		messageId: id,
		reference,
		failure: failureOf(raw, status),
		raw,
	};
}
