import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { Recipient } from '../../messages/recipient';

/**
 * The `to` of a message: with `+`, since Meta otherwise puts the country code of the sending number in front
 * (…/messages/send-messages, "Phone numbers").
 *
 * @throws InvalidParameterError naming *Recipient*
 */
export function toPhone({ phone, address }: Recipient): string {
	if (phone !== null) return phone;
	throw new InvalidParameterError(
		'Recipient',
		`"Recipient" is ${address}, but the WhatsApp Business Platform accepts phone numbers only. Enter one with country code, e.g. +14155238886.`,
	);
}
