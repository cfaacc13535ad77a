import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { Recipient } from '../../messages/recipient';

/**
 * The `to` of a request: `+`, country code, number (…/sms/messages/send-message).
 *
 * @throws InvalidParameterError naming *Recipient*
 */
export function toPhone({ phone, address }: Recipient): string {
	if (phone !== null) return phone;
	throw new InvalidParameterError(
		'Recipient',
		`"Recipient" is ${address}, but Hypersender SMS accepts phone numbers only. Enter one with its country code, e.g. +14155238886.`,
	);
}
