import { InvalidParameterError } from '../../messages/invalidParameterError';
import { phoneDigits, type Recipient } from '../../messages/recipient';

/**
 * The `to` of a request: digits for a phone number, which the vendor recommends, or a group id.
 * LIDs and channels are documented nowhere (docs.chatwhatsapp.in/api-reference/messaging).
 *
 * @throws InvalidParameterError naming *Recipient*
 */
export function toAddress(recipient: Recipient): string {
	const digits = phoneDigits(recipient);
	if (digits !== null) return digits;
	if (recipient.kind === 'group') return recipient.address;
	throw new InvalidParameterError(
		'Recipient',
		`"Recipient" is ${recipient.address}, but ChatWhatsApp accepts phone numbers and groups (…@g.us) only. Enter one of those.`,
	);
}
