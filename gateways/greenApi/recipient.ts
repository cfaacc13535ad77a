import { InvalidParameter } from '../../messages/invalidParameter';
import { phoneDigits, type Recipient } from '../../messages/recipient';

/**
 * A `chatId`: `…@c.us` for a phone number, `…@g.us` for a group (green-api.com/en/docs/api/chat-id).
 * LIDs and channels are documented nowhere.
 *
 * @throws InvalidParameter naming *Recipient*
 */
export function toChatId(recipient: Recipient): string {
	const digits = phoneDigits(recipient);
	if (digits !== null) return `${digits}@c.us`;
	if (recipient.kind === 'group') return recipient.address;
	throw new InvalidParameter(
		'Recipient',
		`"Recipient" is ${recipient.address}, but GREEN-API takes phone numbers and groups (…@g.us) only. Enter one of those.`,
	);
}
