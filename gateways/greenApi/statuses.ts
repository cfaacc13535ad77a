import type { Failure } from '../../messages/failure';
import type { Status } from '../../messages/status';

/**
 * The words of `status` in webhooks and of `statusMessage` in journals, of the WhatsApp product and of
 * WABA (…/notifications-format/outgoing-message/OutgoingMessageStatus in /docs/ and /waba/).
 */
export const STATUS_WORDS: Readonly<Record<string, Status>> = {
	// In journals only.
	pending: 'queued',
	sent: 'sent',
	delivered: 'delivered',
	// "Read, viewed or heard": there is no word of its own for a voice message that was played.
	read: 'read',
	failed: 'failed',
	noAccount: 'failed',
	notInGroup: 'failed',
	noActiveSession: 'failed',
	yellowCard: 'suspended',
	// Since 2026-07-30 in place of `yellowCard`.
	suspended: 'suspended',
};

/** What the vendor says of the words for a failure. */
const REASONS: Readonly<Record<string, string>> = {
	failed: 'An error occurred while the message was sent to the WhatsApp server',
	noAccount: 'The recipient has no WhatsApp account',
	notInGroup: 'The sender is not in that group',
	// The vendor's pages contradict each other.
	noActiveSession:
		'The recipient has no WhatsApp account on this number, or the 24-hour window is closed',
	yellowCard: 'Sending is suspended because of spam activity',
	suspended: 'WhatsApp has restricted the account for a while',
};

/** The failure that a word means, with the vendor's `description` where there is one. */
export const failureOf = (word: string | null, description: string | null): Failure | null =>
	word !== null && Object.hasOwn(REASONS, word)
		? { code: word, reason: description ?? REASONS[word] }
		: null;
