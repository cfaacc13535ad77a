import type { Failure } from '../../messages/failure';
import { mapStatus, type Status } from '../../messages/status';
import { wordsOf } from './errorCodes';

/**
 * `message_enum_status` (Twilio's OpenAPI file) with the meanings of the Message resource's page, but
 * `receiving` and `received`, which are incoming messages.
 */
const STATUS_WORDS: Readonly<Record<string, Status>> = {
	scheduled: 'scheduled',
	/** A Messaging Service is choosing the sender. */
	accepted: 'queued',
	queued: 'queued',
	sending: 'queued',
	sent: 'sent',
	delivered: 'delivered',
	/** Deprecated: some of the recipients of one message, as there once were several. */
	partially_delivered: 'delivered',
	read: 'read',
	undelivered: 'failed',
	failed: 'failed',
	canceled: 'cancelled',
};

/** "Validity Period Expired": it waited in Twilio's queue for longer than it was worth sending. */
const EXPIRED_CODE = '30036';

/** Our status for Twilio's word; Event Streams write it in upper case. */
export function statusOf(word: string | null, code: string | null): Status {
	const status = mapStatus(STATUS_WORDS, word?.toLowerCase());
	return status === 'failed' && code === EXPIRED_CODE ? 'expired' : status;
}

/**
 * Why a message did not arrive.
 *
 * @param code Twilio's error code; null if there is none
 * @param said Twilio's or the channel's text, which is terse or missing
 */
export function failureOf(
	status: Status,
	code: string | null,
	said: string | null,
): Failure | null {
	if (code === null || code === '0') {
		const reason = said ?? 'Twilio reported no reason';
		return status === 'failed' || status === 'expired' ? { code: null, reason } : null;
	}
	const texts = [wordsOf(code), said].filter((text) => text !== null);
	return { code, reason: texts.join(': ') || `Twilio's error ${code}` };
}
