import { isTimezone } from '../sendTime/zone';
import { ZONE_LINES } from './zoneLines';

/** The timezones of each prefix of a phone number, which begins with the calling code. */
const zonesByPrefix = new Map(
	ZONE_LINES.trim()
		.split('\n')
		.flatMap((line) => {
			const [zones, prefixes] = line.split('|').map((list) => list.split(','));
			return prefixes.map((prefix) => [prefix, zones] as const);
		}),
);
const LONGEST = Math.max(...[...zonesByPrefix.keys()].map(({ length }) => length));

/** Those that this Node.js knows: an older one may lack a timezone of the last years. */
const known = new Map<readonly string[], readonly string[]>();

function knownOf(zones: readonly string[]): readonly string[] {
	const usable = known.get(zones) ?? zones.filter(isTimezone);
	known.set(zones, usable);
	return usable;
}

/**
 * A number by which its places are looked up. Mexico wrote mobile numbers with a 1 behind the calling code
 * until 2019, and WhatsApp still does.
 *
 * @param digits without `+`
 */
export const withoutMobileOne = (digits: string): string =>
	/^521\d{10}$/.test(digits) ? `52${digits.slice(3)}` : digits;

/**
 * The timezones in which the owner of a phone number may live, that of most people first. They follow from
 * the country, in +1, Brazil and Mexico from the area code. A mobile number of other countries can be
 * anywhere in its country, and a person anywhere at all.
 *
 * @param phone E.164 with `+`; null for a recipient without a number
 * @returns IANA names; none for a number that is of no place (toll-free, satellite) or of an unknown one
 */
export function zonesOfNumber(phone: string | null): readonly string[] {
	if (phone === null) return [];
	const digits = withoutMobileOne(phone.replace(/^\+/, ''));
	for (let length = Math.min(LONGEST, digits.length); length > 0; length -= 1) {
		const zones = zonesByPrefix.get(digits.slice(0, length));
		if (zones !== undefined) return knownOf(zones);
	}
	return [];
}
