import { InvalidParameterError } from '../../messages/invalidParameterError';
import { phoneDigits, type Recipient } from '../../messages/recipient';

/**
 * The `chatId` of a request: `<digits>@c.us` or `<number>@lid`
 * (docs.hypersender.com/docs/whatsapp/what-is-chatid); groups are `…@g.us`, as in all of WhatsApp.
 *
 * @throws InvalidParameterError naming *Recipient*
 */
export function toChatId(recipient: Recipient): string {
	const digits = phoneDigits(recipient);
	if (digits !== null) return `${digits}@c.us`;
	if (recipient.kind === 'lid' || recipient.kind === 'group') return recipient.address;
	throw new InvalidParameterError(
		'Recipient',
		`"Recipient" is ${recipient.address}, but Hypersender WhatsApp accepts phone numbers, groups (…@g.us) and LIDs (…@lid) only. Enter one of those.`,
	);
}
