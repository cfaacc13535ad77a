import { InvalidParameter } from '../../messages/invalidParameter';
import type { Recipient } from '../../messages/recipient';

/**
 * The `to` of a request: `+`, country code, number (…/sms/messages/send-message).
 *
 * @throws InvalidParameter naming *Recipient*
 */
export function toPhone({ phone, address }: Recipient): string {
	if (phone !== null) return phone;
	throw new InvalidParameter(
		'Recipient',
		`"Recipient" is ${address}, but Hypersender SMS takes phone numbers only. Enter one with its country code, e.g. +14155238886.`,
	);
}
