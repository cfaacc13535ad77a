/**
 * The timezones of countries, from the IANA time zone database as moment-timezone (a development
 * dependency) carries it. What that data cannot tell stands here by hand: in which timezone of a country
 * most people live, and which ones so few do that they are left out.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import moment from 'moment-timezone';
import { projectRoot } from '../harness/folders.mts';

/** JSON of a development dependency. */
export const readData = <T,>(path: string): T =>
	JSON.parse(readFileSync(join(projectRoot(), 'node_modules', path), 'utf8')) as T;

interface Meta {
	readonly countries: Readonly<Record<string, { readonly zones: readonly string[] } | undefined>>;
}
const { countries } = readData<Meta>('moment-timezone/data/meta/latest.json');
const packed = readData<{ readonly version: string; readonly links: readonly string[] }>(
	'moment-timezone/data/packed/latest.json',
);

/** The release of the time zone database. */
export const TZ_RELEASE = packed.version;

/**
 * Countries with several clocks: one timezone for each, that of most people first. None where so few people
 * live that all others of the calling code would lose hours, and where the prefix says all.
 */
export const BY_HAND: Readonly<Record<string, readonly string[]>> = {
	AU: [
		'Australia/Sydney',
		'Australia/Brisbane',
		'Australia/Perth',
		'Australia/Adelaide',
		'Australia/Darwin',
	],
	BR: ['America/Sao_Paulo', 'America/Manaus', 'America/Rio_Branco'],
	CC: [],
	CD: ['Africa/Kinshasa', 'Africa/Lubumbashi'],
	CL: ['America/Santiago', 'America/Punta_Arenas', 'America/Coyhaique'],
	CX: [],
	ES: ['Europe/Madrid', 'Atlantic/Canary'],
	FM: ['Pacific/Chuuk', 'Pacific/Pohnpei'],
	ID: ['Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura'],
	KI: ['Pacific/Tarawa', 'Pacific/Kiritimati', 'Pacific/Kanton'],
	// +7 6 and +7 7; the rest of +7 is Russia's.
	KZ: [],
	MN: ['Asia/Ulaanbaatar', 'Asia/Hovd'],
	MX: [
		'America/Mexico_City',
		'America/Tijuana',
		'America/Mazatlan',
		'America/Ciudad_Juarez',
		'America/Matamoros',
		'America/Cancun',
	],
	MY: ['Asia/Kuala_Lumpur'],
	PF: ['Pacific/Tahiti', 'Pacific/Marquesas', 'Pacific/Gambier'],
	PG: ['Pacific/Port_Moresby', 'Pacific/Bougainville'],
	PT: ['Europe/Lisbon', 'Atlantic/Azores'],
	RU: [
		'Europe/Moscow',
		'Asia/Yekaterinburg',
		'Asia/Krasnoyarsk',
		'Europe/Samara',
		'Asia/Irkutsk',
		'Asia/Omsk',
		'Asia/Vladivostok',
		'Asia/Yakutsk',
		'Europe/Kaliningrad',
		'Asia/Magadan',
		'Asia/Kamchatka',
	],
};

/** Timezones of so few people that they would cost all others of their country hours. */
export const LEFT_OUT: readonly string[] = [
	'America/Adak',
	'America/Danmarkshavn',
	'America/Noronha',
	'America/Scoresbysund',
	'America/Thule',
	'Asia/Urumqi',
	'Australia/Eucla',
	'Australia/Lord_Howe',
	'Antarctica/Macquarie',
	'Europe/Simferopol',
	'Indian/Christmas',
	'Indian/Cocos',
	'Pacific/Chatham',
	'Pacific/Easter',
	'Pacific/Galapagos',
];

const DAY_MS = 86_400_000;
const DAYS = Array.from(
	{ length: (2038 - 2018) * 365 },
	(_, day) => Date.UTC(2018, 0, 1) + day * DAY_MS,
);
const clocks = new Map<string, string>();

/** A timezone's offset at each noon of twenty years, as one text. */
function clockOf(zone: string): string {
	const data = moment.tz.zone(zone);
	if (data === null) throw new Error(`moment-timezone has no ${zone}`);
	const known = clocks.get(zone) ?? DAYS.map((day) => data.utcOffset(day + DAY_MS / 2)).join();
	clocks.set(zone, known);
	return known;
}

/** Whether two timezones have shown the same time since 2018, and will as far as is known. */
export const isSameClock = (one: string, other: string): boolean => clockOf(one) === clockOf(other);

/** The timezones of a country in the database; empty for the few territories that it does not have. */
export const databaseZones = (country: string): readonly string[] =>
	countries[country]?.zones ?? [];

/** The timezone and its other names: `Asia/Calcutta` and `Asia/Kolkata`. */
function namesOf(zone: string): readonly string[] {
	const links = packed.links.map((link) => link.split('|'));
	const target = links.find(([, name]) => name === zone)?.[0] ?? zone;
	return [target, ...links.flatMap(([to, name]) => (to === target ? [name] : []))];
}

/**
 * The name that the database gives a timezone in a country: Google's are those of older releases, such as
 * `America/Godthab`. Unchanged for a timezone that the database does not have there.
 */
export function currentName(zone: string, country: readonly string[]): string {
	if (country.includes(zone)) return zone;
	const names = namesOf(zone);
	// The country's own name comes last: the Netherlands have `Europe/Brussels`, and `Europe/Amsterdam`.
	return [...country].reverse().find((name) => names.includes(name)) ?? zone;
}

/**
 * The timezones of a country, that of most people first; those that show the same time count once.
 *
 * @param google the timezones that Google's data has for its calling code: of equal clocks, the name that
 *   is there is taken
 * @throws Error if the country has got a second clock, about which {@link BY_HAND} has to say something
 */
export function zonesOfCountry(country: string, google: readonly string[]): readonly string[] {
	const several = BY_HAND[country];
	if (several !== undefined) return several;
	const zones = databaseZones(country).filter((zone) => !LEFT_OUT.includes(zone));
	const named = google.map((zone) => currentName(zone, zones));
	const [first = google[0]] = [
		...google.filter((zone) => zones.includes(zone)),
		...named.filter((zone) => zones.includes(zone)),
		...zones,
	];
	if (first === undefined) return [];
	const other = zones.find((zone) => !isSameClock(zone, first));
	if (other !== undefined) throw new Error(`${country} has several clocks: ${first}, ${other}`);
	return [first];
}
