import { FixedOffsetZone, IANAZone, type Zone } from 'luxon';
import { distanceWithin } from '../distance';
import { InvalidParameterError } from '../invalidParameterError';
import { quote } from '../text';

/** A timezone whose name was checked. */
export interface TimeZone {
	readonly name: string;
	/** How far the zone's clock is ahead of UTC at an instant (both in milliseconds). */
	offsetAt(instant: number): number;
}

const EXAMPLES = 'such as Europe/Berlin, Asia/Kolkata or UTC';
const MAX_NAME_LENGTH = 64;

/**
 * ICU reads abbreviations of its own: "BST" is Dhaka to it and "IST" Kolkata, which London and
 * Dublin do not mean. So of the three-letter names only those of the IANA database count.
 */
const IANA_ABBREVIATIONS = new Set(
	'CET EET EST GMT HST MET MST PRC ROC ROK UCT UTC WET'.split(' '),
);

/** Names of today, which `Intl` on some Node versions lists under older ones only, such as Asia/Calcutta. */
const RENAMED = [
	'Africa/Asmara',
	'America/Argentina/Buenos_Aires',
	'America/Argentina/Cordoba',
	'America/Argentina/Mendoza',
	'America/Atikokan',
	'America/Indiana/Indianapolis',
	'America/Kentucky/Louisville',
	'America/Nuuk',
	'Asia/Ho_Chi_Minh',
	'Asia/Kathmandu',
	'Asia/Kolkata',
	'Asia/Yangon',
	'Atlantic/Faroe',
	'Europe/Kyiv',
	'Pacific/Chuuk',
	'Pacific/Kanton',
	'Pacific/Pohnpei',
];

const OFFSET_NAME = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?([0-5]\d))?$/i;

const cache = new Map<string, TimeZone>();

/**
 * The timezone of a name: an IANA name in any case, or an offset (`UTC+2`, `GMT+2`, `+05:30`).
 * Never the timezone of the process.
 *
 * @param parameter the name that the user sees for it
 * @throws InvalidParameterError when there is no such timezone; the message names a near one if it can
 */
export function timeZone(name: string, parameter = 'Timezone'): TimeZone {
	const key = typeof name === 'string' ? name.trim() : '';
	const known = cache.get(key);
	if (known) return known;

	const zone = key.length > MAX_NAME_LENGTH ? undefined : (fixedOffset(key) ?? ianaZone(key));
	if (!zone) throw new InvalidParameterError(parameter, refusal(name, key, parameter));

	const checked: TimeZone = {
		name: zone instanceof IANAZone ? usualSpelling(key) : zone.name,
		offsetAt: (instant) => Math.round(zone.offset(instant) * 60_000),
	};
	cache.set(key, checked);
	return checked;
}

/** @throws InvalidParameterError as {@link timeZone} does */
export const assertTimezone = (name: string, parameter: string): void =>
	void timeZone(name, parameter);

/** Whether `timeZone` takes this name. */
export function isTimezone(name: unknown): name is string {
	if (typeof name !== 'string') return false;

	const key = name.trim();
	if (cache.has(key)) return true;
	return key.length <= MAX_NAME_LENGTH && (fixedOffset(key) ?? ianaZone(key)) !== undefined;
}

/** IANA names: those of today first, then those that the server's own tables list. */
export const timezoneNames = (): string[] => [
	...new Set([...RENAMED.filter(isTimezone), ...Intl.supportedValuesOf('timeZone')]),
];

function fixedOffset(name: string): Zone | undefined {
	const match = OFFSET_NAME.exec(name);
	if (!match) return undefined;

	const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
	if (minutes > 14 * 60) return undefined;
	return FixedOffsetZone.instance(match[1] === '-' ? -minutes : minutes);
}

function ianaZone(name: string): Zone | undefined {
	if (/^[a-z]{3}$/i.test(name) && !IANA_ABBREVIATIONS.has(name.toUpperCase())) return undefined;
	// Newer Node versions would take any offset here, up to 23:59.
	if (/^[+-]/.test(name)) return undefined;
	return name !== '' && IANAZone.isValidZone(name) ? IANAZone.create(name) : undefined;
}

/** Corrects the case only: `Intl` would also turn Asia/Kolkata back into Asia/Calcutta. */
function usualSpelling(name: string): string {
	const { timeZone: resolved } = new Intl.DateTimeFormat('en-US', {
		timeZone: name,
	}).resolvedOptions();
	return resolved.toLowerCase() === name.toLowerCase() ? resolved : name;
}

function refusal(given: unknown, name: string, parameter: string): string {
	if (name === '') return `"${parameter}" is empty; enter a timezone ${EXAMPLES}.`;

	const near = nearName(name);
	const advice = near ? `did you mean ${near}?` : `enter one ${EXAMPLES}.`;
	return `"${parameter}" is ${quote(given)}, which is not the name of a timezone; ${advice}`;
}

/** The zone of that city, or the one whose name or city differs in at most two letters. */
function nearName(name: string): string | undefined {
	const wanted = name.toLowerCase().replace(/\s+/g, '_');
	if (wanted.length < 4 || wanted.length > MAX_NAME_LENGTH) return undefined;

	let best: string | undefined;
	let least = 3;
	for (const zone of timezoneNames()) {
		const whole = zone.toLowerCase();
		const city = whole.slice(whole.lastIndexOf('/') + 1);
		const distance = Math.min(distanceWithin(wanted, whole, 2), distanceWithin(wanted, city, 2));
		if (distance < least) {
			least = distance;
			best = zone;
		}
	}
	// Two letters of four or five make another word.
	return least === 2 && wanted.length < 6 ? undefined : best;
}
