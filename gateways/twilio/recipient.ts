import { InvalidParameterError } from '../../messages/invalidParameterError';
import { describeAddress, type Recipient } from '../../messages/recipient';
import type { Sender } from './credential';

/** What stands before a number on another channel than SMS: `whatsapp:+14155238886`. */
const PREFIX = /^[a-z]+:/;

/**
 * The `To` of a message: E.164, on WhatsApp behind `whatsapp:`. Groups and LIDs are documented nowhere.
 *
 * @throws InvalidParameterError naming *Recipient*
 */
export function toAddress({ phone, address }: Recipient, channel: Sender['channel']): string {
	if (phone === null) {
		throw new InvalidParameterError(
			'Recipient',
			`"Recipient" is ${address}, but Twilio accepts phone numbers only. Enter one of those.`,
		);
	}
	return channel === 'whatsapp' ? `whatsapp:${phone}` : phone;
}

/** A recipient as Twilio reports it: its address unchanged, and the number behind the channel's name. */
export function describeTo(to: string | null): Recipient | null {
	if (to === null) return null;
	const described = describeAddress(to.replace(PREFIX, ''));
	return described === null ? null : { ...described, address: to };
}

/** The channel of an address. */
export const channelOf = (address: string | null): Sender['channel'] =>
	address?.startsWith('whatsapp:') === true ? 'whatsapp' : 'sms';
