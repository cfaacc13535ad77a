import type { OutgoingMessage } from '../messages/message';
import { sameRecipient } from '../messages/recipient';
import type { SentMessage } from '../messages/sentMessage';
import { isSameTemplate } from '../messages/template';

/** Clock skew: how far a gateway's clock may be behind without its messages counting as older ones. */
export const CLOCK_SKEW_MS = 5 * 60_000;

/** What a vendor's list reports about a sent message. */
export type ListedMessage = Pick<
	SentMessage,
	'recipient' | 'type' | 'text' | 'caption' | 'fileName' | 'acceptedAt'
> &
	Partial<Pick<SentMessage, 'template'>>;

/**
 * Whether a message in a vendor's list may be the result of this send: same recipient, type and content, and
 * not older.
 *
 * Vendors store media under other URLs and rename files, so of media only type and caption are compared, and
 * of a document also its name.
 *
 * @param sinceMs when the send began, in milliseconds since 1970, by the local clock
 */
export function mayComeOf(
	message: OutgoingMessage,
	listed: ListedMessage,
	sinceMs: number,
): boolean {
	const at = listed.acceptedAt === null ? Number.NaN : Date.parse(listed.acceptedAt);
	return at >= sinceMs - CLOCK_SKEW_MS && hasSameContent(message, listed);
}

/** Like {@link mayComeOf}, for a list without times that contains only messages in flight. */
export const hasSameContent = (
	message: OutgoingMessage,
	listed: Omit<ListedMessage, 'acceptedAt'>,
): boolean =>
	sameRecipient(message.recipient, listed.recipient) &&
	message.type === listed.type &&
	plain(message.text) === plain(listed.text) &&
	plain(message.caption) === plain(listed.caption) &&
	isSameTemplate(message.template, listed.template ?? null) &&
	(message.type !== 'document' ||
		[message.fileName, listed.fileName].includes(null) ||
		message.fileName === listed.fileName);

/** WhatsApp and Laravel trim texts, and line endings differ. */
const plain = (text: string | null): string => (text ?? '').replaceAll('\r\n', '\n').trim();
