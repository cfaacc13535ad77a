import { InvalidParameterError } from '../../messages/invalidParameterError';
import { describeAddress, phoneDigits, type Recipient } from '../../messages/recipient';

/**
 * A `chatId`: `…@c.us` for a phone number, `…@g.us` for a group (green-api.com/en/docs/api/chat-id), `…@lid`
 * for a person whose number is hidden (…/docs/faq/lid-important-differences). Channels are documented
 * nowhere.
 *
 * @throws InvalidParameterError naming *Recipient*
 */
export function toChatId(recipient: Recipient): string {
	const digits = phoneDigits(recipient);
	if (digits !== null) return `${digits}@c.us`;
	if (recipient.kind === 'group' || recipient.kind === 'lid') return recipient.address;
	throw new InvalidParameterError(
		'Recipient',
		`"Recipient" is ${recipient.address}, but GREEN-API accepts phone numbers, groups (…@g.us) and LIDs (…@lid) only. Enter one of those.`,
	);
}

/**
 * The recipient of a message in a chat that was asked for: where the gateway answers with a LID, as it may
 * for a chat that was asked for by its phone number, that number is known all the same.
 */
export function recipientIn(chatId: string | null, asked: Recipient): Recipient {
	const reported = describeAddress(chatId);
	return reported === null || (reported.kind === 'lid' && asked.phone !== null) ? asked : reported;
}
