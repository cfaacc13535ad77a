import { InvalidParameterError } from '../../messages/invalidParameterError';
import { phoneDigits, type Recipient } from '../../messages/recipient';

/**
 * The `chatId` of a request (waha.devlike.pro/docs/how-to/send-messages, "chatId"): `<digits>@c.us` for a phone
 * number, since `@s.whatsapp.net` is internal and not to be sent to; groups, LIDs and channels as they are.
 *
 * @throws InvalidParameterError naming *Recipient*
 */
export function toChatId(recipient: Recipient): string {
	const digits = phoneDigits(recipient);
	if (digits !== null) return `${digits}@c.us`;
	if (recipient.kind !== 'unknown') return recipient.address;
	throw new InvalidParameterError(
		'Recipient',
		`"Recipient" is ${recipient.address}, but WAHA accepts phone numbers, groups (…@g.us), LIDs (…@lid) and channels (…@newsletter) only. Enter one of those.`,
	);
}
