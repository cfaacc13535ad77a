import { InvalidParameterError } from '../../messages/invalidParameterError';
import { describeAddress, phoneDigits, type Recipient } from '../../messages/recipient';
import { textAt, type JsonObject } from '../json';
import { unsupported } from '../transport/gatewayError';
import { isAtLeast, type Version } from './version';

/**
 * A `number`: the digits of a phone number, or the id of a group or a LID as it is (src/utils/createJid.ts).
 * Channels came with a release candidate of 2.4, and no document has them.
 *
 * @throws InvalidParameterError naming *Recipient*
 */
export function toNumber(recipient: Recipient): string {
	const digits = phoneDigits(recipient);
	if (digits !== null) return digits;
	if (recipient.kind === 'group' || recipient.kind === 'lid') return recipient.address;
	throw new InvalidParameterError(
		'Recipient',
		`"Recipient" is ${recipient.address}, but Evolution API accepts phone numbers, groups (…@g.us) and LIDs (…@lid) only. Enter one of those.`,
	);
}

/**
 * Refuses a LID where the server would say of each that it is not on WhatsApp: before 2.4
 * (github.com/EvolutionAPI/evolution-api/issues/2544).
 */
export function assertTakesLid({ kind, address }: Recipient, version: Version): void {
	if (kind !== 'lid' || isAtLeast(version, 2, 4)) return;
	throw unsupported(
		`"Recipient" is ${address}, but Evolution API ${version.major}.${version.minor} does not send to LIDs`,
		'Enter the phone number, or update the server to version 2.4 or newer.',
	);
}

/**
 * Whom a message's key names: by the phone number, where one of its two addresses has it, since WhatsApp may
 * name a person by a LID. Who was asked for stays as asked, also where the server has rewritten the number.
 */
export function recipientIn(key: JsonObject, asked: Recipient | null): Recipient | null {
	const [first, other] = ['remoteJid', 'remoteJidAlt'].map((name) =>
		describeAddress(textAt(key, name)),
	);
	const told = [first, other].filter((one) => one !== null);
	if (asked !== null && told.some((one) => isSame(one, asked))) return asked;
	return told.find(({ phone }) => phone !== null) ?? first;
}

const isSame = (a: Recipient, b: Recipient): boolean =>
	a.phone === null || b.phone === null
		? a.address === b.address
		: withoutMobileDigit(a.phone) === withoutMobileDigit(b.phone);

/** The digit of mobile numbers that one writes and another leaves out (src/utils/createJid.ts). */
const withoutMobileDigit = (phone: string): string =>
	phone.replace(/^(\+55\d\d)9(\d{8})$|^(\+52)1(\d{10})$|^(\+54)9(\d{10})$/, '$1$2$3$4$5$6');
