import { InvalidParameterError } from '../../messages/invalidParameterError';
import { phoneDigits, type Recipient } from '../../messages/recipient';

/**
 * The `to` of a request: `…@s.whatsapp.net` for a phone number (`@c.us` is called invalid), a group's
 * or a channel's id as it is. Of LIDs the vendor says that a raw one is
 * not to be passed (support.whapi.cloud/help-desk/faq/whatsapp-lid-lid).
 *
 * @throws InvalidParameterError naming *Recipient*
 */
export function toChatId(recipient: Recipient): string {
	const digits = phoneDigits(recipient);
	if (digits !== null) return `${digits}@s.whatsapp.net`;
	if (recipient.kind === 'group' || recipient.kind === 'channel') return recipient.address;
	throw new InvalidParameterError(
		'Recipient',
		`"Recipient" is ${recipient.address}, but Whapi.Cloud accepts phone numbers, groups (…@g.us) and channels (…@newsletter) only. Enter one of those.`,
	);
}
