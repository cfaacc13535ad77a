import type { OutgoingMessage } from '../messages/message';
import { sameRecipient } from '../messages/recipient';
import type { SentMessage } from '../messages/sentMessage';

/** How far a gateway's clock may be behind ours without its messages being taken for older ones. */
export const CLOCK_SKEW_MS = 5 * 60_000;

/** What a vendor's list tells of a message that went out. */
export type ListedMessage = Pick<
	SentMessage,
	'recipient' | 'type' | 'text' | 'caption' | 'fileName' | 'acceptedAt'
>;

/**
 * Whether a message in a vendor's list may have come of this send: same recipient, type and content,
 * and not from before it.
 *
 * Vendors store media under addresses of their own and rename files, so of media only type and caption
 * count, and of a document its name too.
 *
 * @param sinceMs when the send began, in milliseconds since 1970, by our clock
 */
export function mayComeOf(
	message: OutgoingMessage,
	listed: ListedMessage,
	sinceMs: number,
): boolean {
	const at = listed.acceptedAt === null ? Number.NaN : Date.parse(listed.acceptedAt);
	return at >= sinceMs - CLOCK_SKEW_MS && hasSameContent(message, listed);
}

/** As {@link mayComeOf}, where the list tells no times since it holds nothing but what is under way. */
export const hasSameContent = (
	message: OutgoingMessage,
	listed: Omit<ListedMessage, 'acceptedAt'>,
): boolean =>
	sameRecipient(message.recipient, listed.recipient) &&
	message.type === listed.type &&
	plain(message.text) === plain(listed.text) &&
	plain(message.caption) === plain(listed.caption) &&
	(message.type !== 'document' ||
		[message.fileName, listed.fileName].includes(null) ||
		message.fileName === listed.fileName);

/** WhatsApp and Laravel trim what they take; a line ends in whatever way. */
const plain = (text: string | null): string => (text ?? '').replaceAll('\r\n', '\n').trim();
