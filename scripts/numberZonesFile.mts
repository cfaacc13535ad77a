/**
 * Makes the text of `messages/recipientTime/zoneLines.ts`: the timezones that a phone number can be in.
 * Countries are those of the IANA time zone database; only where a country has several clocks, Google's map
 * of prefixes says which. Its rows for whole countries are not used: several are wrong.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../harness/folders.mts';
import {
	currentName,
	databaseZones,
	isSameClock,
	LEFT_OUT,
	readData,
	TZ_RELEASE,
	zonesOfCountry,
} from './zonesOfCountries.mts';

export const ZONE_LINES_FILE = 'messages/recipientTime/zoneLines.ts';
const MAP_FILE = 'scripts/libphonenumber/map_data.txt';
const MAP_VERSION = 'v9.0.35';

/** The timezones of each prefix: digits that begin with the calling code. */
export type ZonesByPrefix = ReadonlyMap<string, readonly string[]>;

/** Google's map as it is. */
export const readGoogleMap = (): ZonesByPrefix =>
	new Map(
		readFileSync(join(projectRoot(), MAP_FILE), 'utf8')
			.split('\n')
			.filter((line) => /^\d/.test(line))
			.map((line) => {
				const [prefix, zones] = line.split('|');
				return [prefix, zones.split('&')] as const;
			}),
	);

/**
 * Where Google's prefixes are used, and to how many digits behind the calling code. Ranges of mobile numbers
 * are not among them: outside the countries whose mobile numbers have area codes, they tell nothing.
 */
const BY_PREFIX: readonly { readonly code: string; readonly area: RegExp }[] = [
	{ code: '52', area: /^52\d{1,3}$/ },
	{ code: '55', area: /^55\d{1,2}$/ },
	{ code: '7', area: /^7[348]\d{0,2}$/ },
	{ code: '62', area: /^62[2-79]\d*$/ },
	{ code: '34', area: /^34[89]\d*$/ },
	{ code: '351', area: /^3512\d*$/ },
	{ code: '243', area: /^243[1-6]\d*$/ },
	{ code: '262', area: /^262\d+$/ },
	{ code: '976', area: /^976[12]\d*$/ },
];

/** Numbers that are of no place: +7 800 and the like. */
const NO_PLACE = /^78(?:0\d|10)/;

/**
 * What Google's prefixes have wrong, or do not have: its timezones are those of CLDR's metazones, of which
 * some name a neighbour. The places are those of libphonenumber's `resources/geocoding/en`.
 */
const CORRECTED: Readonly<Record<string, readonly string[]>> = {
	'7401': ['Europe/Kaliningrad'],
	'7845': ['Europe/Saratov'],
	// The state of Chihuahua, but for Ojinaga (626) and Ciudad Juárez (656). Where 657 is, is not stated.
	...Object.fromEntries(
		['614', '621', '625', '627', '628', '629', '635', '636', '639', '648', '649', '652', '659'].map(
			(area) => [`52${area}`, ['America/Chihuahua']],
		),
	),
	'52657': ['America/Ciudad_Juarez', 'America/Chihuahua'],
	// Pará has the clock of São Paulo; the south-west of Amazonas that of Acre.
	'5591': ['America/Sao_Paulo'],
	'5593': ['America/Sao_Paulo'],
	'5594': ['America/Sao_Paulo'],
	'5597': ['America/Manaus', 'America/Rio_Branco'],
	'562': ['America/Santiago'],
	'563': ['America/Santiago'],
	'564': ['America/Santiago'],
	'565': ['America/Santiago'],
	'566': ['America/Santiago'],
	'567': ['America/Santiago'],
	'5661': ['America/Punta_Arenas'],
	'5667': ['America/Coyhaique'],
	'612': ['Australia/Sydney'],
	'613': ['Australia/Sydney'],
	'617': ['Australia/Brisbane'],
	'6185': ['Australia/Perth'],
	'6186': ['Australia/Perth'],
	'6187': ['Australia/Adelaide'],
	'61879': ['Australia/Darwin'],
	'6188': ['Australia/Adelaide'],
	'61889': ['Australia/Darwin'],
	'6189': ['Australia/Perth'],
	'76': ['Asia/Almaty'],
	'77': ['Asia/Almaty'],
};

/** Area codes of +1 with several clocks: the one of most people first. Those of the same area have the same. */
const AREAS: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
	(
		[
			['208 986', 'America/Boise', 'America/Los_Angeles'],
			['219 270 364 448 850', 'America/Chicago', 'America/New_York'],
			['250', 'America/Vancouver', 'America/Edmonton'],
			['308 605 620 701 785', 'America/Chicago', 'America/Denver'],
			['418', 'America/Toronto', 'America/Halifax'],
			['423 574 606 812 906 930', 'America/New_York', 'America/Chicago'],
			['458 541 775', 'America/Los_Angeles', 'America/Denver'],
			['709 879', 'America/St_Johns', 'America/Halifax'],
			['807', 'America/Toronto', 'America/Winnipeg'],
			['867', 'America/Whitehorse', 'America/Edmonton', 'America/Winnipeg', 'America/Toronto'],
			['907', 'America/Anchorage'],
			['928', 'America/Phoenix', 'America/Denver'],
		] as const
	).flatMap(([areas, ...zones]) => areas.split(' ').map((area) => [`1${area}`, zones])),
);

const { country_calling_codes: CALLING_CODES } = readData<{
	readonly country_calling_codes: Readonly<Record<string, readonly string[]>>;
}>('libphonenumber-js/metadata.max.json');

const unique = (names: readonly string[]): string[] => [...new Set(names)];

/** One name for each clock, the first one of those given. */
const clocksOf = (zones: readonly string[]): string[] =>
	zones.filter((zone, at) => !zones.slice(0, at).some((earlier) => isSameClock(earlier, zone)));

/** The timezones of whole calling codes. +1 has none: its numbers have area codes. */
function ofCountries(google: ZonesByPrefix): Map<string, string[]> {
	return new Map(
		Object.entries(CALLING_CODES)
			.filter(([code]) => code !== '1')
			.map(([code, ids]) => [
				code,
				unique(ids.flatMap((id) => zonesOfCountry(id, google.get(code) ?? []))),
			]),
	);
}

/** Google's prefixes of the countries with several clocks, by the names that the database has there. */
function ofPrefixes(google: ZonesByPrefix, countries: ZonesByPrefix): Map<string, string[]> {
	const rows = BY_PREFIX.flatMap(({ code, area }) => {
		const inDatabase = CALLING_CODES[code].flatMap((id) => databaseZones(id));
		const order = countries.get(code)!;
		const rank = (zone: string) => {
			const at = order.findIndex((main) => isSameClock(main, zone));
			return at === -1 ? order.length : at;
		};
		return [...google]
			.filter(([prefix]) => area.test(prefix) && !NO_PLACE.test(prefix))
			.map(([prefix, zones]): [string, string[]] => {
				const named = zones
					.map((zone) => currentName(zone, inDatabase))
					.filter((zone) => inDatabase.includes(zone) && !LEFT_OUT.includes(zone))
					.sort((one, other) => rank(one) - rank(other));
				return [prefix, clocksOf(named)];
			})
			.filter(([, zones]) => zones.length > 0);
	});
	return new Map(rows);
}

/**
 * The area codes of +1. Google has the exchanges, the three digits behind the area code, of those with
 * several clocks.
 *
 * @throws Error if an area code has got a second clock, about which {@link AREAS} has to say something
 */
function ofAreaCodes(google: ZonesByPrefix): Map<string, readonly string[]> {
	const inDatabase = CALLING_CODES['1'].flatMap((id) => databaseZones(id));
	const found = new Map<string, string[]>();
	for (const [prefix, zones] of google) {
		const area = /^1\d{3}/.exec(prefix)?.[0];
		if (area === undefined) continue;
		found.set(area, unique([...(found.get(area) ?? []), ...zones]));
	}
	const rows = [...found].map(([area, zones]): [string, readonly string[]] => {
		const byHand = AREAS[area];
		if (byHand !== undefined) return [area, byHand];
		const clocks = clocksOf(zones.map((zone) => currentName(zone, inDatabase)));
		if (clocks.length > 1) throw new Error(`${area} has several clocks: ${clocks.join()}`);
		return [area, clocks];
	});
	return new Map(rows);
}

/** The timezones of the next shorter prefix that has some. */
function parentOf(prefix: string, table: ZonesByPrefix): readonly string[] | undefined {
	for (let length = prefix.length - 1; length > 0; length -= 1) {
		const zones = table.get(prefix.slice(0, length));
		if (zones !== undefined) return zones;
	}
	return undefined;
}

/** The whole table, without rows that say what their parent says. */
export function zonesByPrefix(google = readGoogleMap()): ZonesByPrefix {
	const countries = ofCountries(google);
	const all = new Map([
		...countries,
		...ofPrefixes(google, countries),
		...Object.entries(CORRECTED),
		...ofAreaCodes(google),
	]);
	const ordered = [...all].sort(([one], [other]) => (one < other ? -1 : 1));
	const table = new Map<string, readonly string[]>();
	for (const [prefix, zones] of ordered) {
		if (parentOf(prefix, table)?.join() !== zones.join()) table.set(prefix, zones);
	}
	return table;
}

/** The text of {@link ZONE_LINES_FILE}. */
export function numberZonesFile(): string {
	const prefixes = new Map<string, string[]>();
	for (const [prefix, zones] of zonesByPrefix()) {
		const key = zones.join();
		prefixes.set(key, [...(prefixes.get(key) ?? []), prefix]);
	}
	const lines = [...prefixes]
		.sort(([one], [other]) => (one < other ? -1 : 1))
		.map(([zones, of]) => `${zones}|${of.join()}`);
	// TypeScript keeps a comment that begins with an exclamation mark in what it compiles.
	return `/*!
 * Generated by scripts/numberZones.mts. Do not edit.
 *
 * Countries: the IANA time zone database, release ${TZ_RELEASE} (public domain), by moment-timezone.
 * Prefixes within countries: Google's libphonenumber ${MAP_VERSION}, Copyright (C) 2012 The Libphonenumber
 * Authors, under the Apache License, Version 2.0 (LICENSE.Apache-2.0). Changed: the data is shortened, its
 * timezones have today's names, and some areas are corrected.
 */

/**
 * One list of timezones a line, that of most people first, and behind the bar the prefixes (calling code and
 * further digits, without \`+\`) of the numbers that can be in them. Of several prefixes the longest counts.
 */
export const ZONE_LINES = \`
${lines.join('\n')}
\`;
`;
}
