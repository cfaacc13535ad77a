import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tz } from 'moment-timezone';
import { isTimezone } from '../../../messages/sendTime';
import { projectRoot } from '../../../harness/folders.mts';
import {
	numberZonesFile,
	readGoogleMap,
	ZONE_LINES_FILE,
	zonesByPrefix,
} from '../../../scripts/numberZonesFile.mts';
import { BY_HAND, databaseZones, LEFT_OUT, readData } from '../../../scripts/zonesOfCountries.mts';

const table = zonesByPrefix();
const { country_calling_codes: callingCodes } = readData<{
	country_calling_codes: Record<string, string[]>;
}>('libphonenumber-js/metadata.max.json');

/** Each timezone's offsets, day by day, from the newest data that we have. */
const DAYS = Array.from(
	{ length: 3 * 365 },
	(_, day) => Date.UTC(2026, 0, 1, 12) + day * 86_400_000,
);
const clocks = new Map<string, string>();
function clock(zone: string): string {
	const data = tz.zone(zone)!;
	const known = clocks.get(zone) ?? DAYS.map((day) => data.utcOffset(day)).join();
	clocks.set(zone, known);
	return known;
}
const sameClock = (one: string, other: string) => clock(one) === clock(other);

it('is what scripts/numberZones.mts makes', () => {
	const committed = readFileSync(join(projectRoot(), ZONE_LINES_FILE), 'utf8');
	expect(committed).toBe(numberZonesFile());
	expect(committed.length).toBeLessThan(12_000);
	expect(table.size).toBe(915);
});

it('has prefixes of digits, each once, and timezones that Node.js and the newest data know', () => {
	for (const [prefix, zones] of table) {
		expect(prefix).toMatch(/^[1-9]\d{0,7}$/);
		expect(zones.length).toBeGreaterThan(0);
		expect(new Set(zones).size).toBe(zones.length);
		for (const zone of zones) {
			if (!isTimezone(zone) || tz.zone(zone) === null) throw new Error(`${prefix}: ${zone}`);
			expect(LEFT_OUT).not.toContain(zone);
		}
	}
});

it('has no row that says what a shorter prefix says', () => {
	for (const [prefix, zones] of table) {
		const shorter = Array.from({ length: prefix.length - 1 }, (_, cut) =>
			prefix.slice(0, -1 - cut),
		);
		const parent = shorter.find((one) => table.has(one));
		if (parent !== undefined) expect(table.get(parent)).not.toEqual(zones);
	}
});

it('knows each country code but +1, whose numbers have area codes', () => {
	expect(Object.keys(callingCodes)).toHaveLength(206);
	expect(Object.keys(callingCodes).filter((code) => !table.has(code))).toEqual(['1']);
});

it('gives a country its own clocks: all that the time zone database has, and no neighbour’s', () => {
	const several: string[] = [];
	for (const [code, countries] of Object.entries(callingCodes)) {
		if (code === '1') continue;
		const inDatabase = countries.flatMap((id) => databaseZones(id));
		const zones = [...table].filter(([prefix]) => prefix.startsWith(code)).flatMap(([, of]) => of);
		// Ascension, Tristan da Cunha and Kosovo are not in the database.
		if (inDatabase.length === 0) continue;
		for (const zone of zones) {
			if (!inDatabase.some((own) => sameClock(own, zone))) throw new Error(`+${code}: ${zone}`);
		}
		for (const zone of inDatabase) {
			const isLeftOut =
				LEFT_OUT.some((one) => sameClock(one, zone)) ||
				// moment-timezone lists it for Australia, where no clock shows it.
				(code === '61' && zone === 'Asia/Tokyo');
			if (!isLeftOut && !zones.some((own) => sameClock(own, zone))) {
				throw new Error(`+${code} has no ${zone}`);
			}
		}
		if (new Set(zones.map(clock)).size > 1) several.push(code);
	}
	expect(several.sort()).toEqual(
		'7 34 52 55 56 61 62 243 262 351 675 686 689 691 976'.split(' ').sort(),
	);
});

it('gives an area code of +1 the clocks that Google’s exchanges have', () => {
	const google = readGoogleMap();
	const areas = [...table.keys()].filter((prefix) => prefix.startsWith('1'));
	expect(areas).toHaveLength(441);
	const differing = areas.filter((area) => {
		const exchanges = [...google].filter(([prefix]) => prefix.startsWith(area));
		const wanted = new Set(exchanges.flatMap(([, zones]) => zones).map(clock));
		const got = new Set(table.get(area)!.map(clock));
		return [...wanted].some((one) => !got.has(one)) || [...got].some((one) => !wanted.has(one));
	});
	// Overlays are of the area beside them; the others are corrected by hand.
	const overlays = ['1364', '1448', '1458', '1930'];
	expect(differing).toEqual([...overlays, '1709', '1867', '1879', '1907'].sort());
	expect(table.get('1364')).toEqual(table.get('1270'));
	expect(table.get('1448')).toEqual(table.get('1850'));
	expect(table.get('1458')).toEqual(table.get('1541'));
	expect(table.get('1930')).toEqual(table.get('1812'));
});

it('lists one timezone for each clock of the countries that are sorted by hand', () => {
	for (const [country, zones] of Object.entries(BY_HAND)) {
		for (const zone of zones) expect(databaseZones(country)).toContain(zone);
	}
});
