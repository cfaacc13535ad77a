import fc from 'fast-check';
import { zonesOfNumber } from '../../../messages/recipientTime';
import { ZONE_LINES } from '../../../messages/recipientTime/zoneLines';
import { runs } from '../../proof.mts';
import { offsetAt } from '../sendTime/reckoning.mts';

const WINTER = Date.UTC(2027, 0, 15, 12);
const SUMMER = Date.UTC(2027, 6, 15, 12);
/** How many clocks differ on one of two days, by the newest data. */
const clocksOf = (phone: string) =>
	new Set(zonesOfNumber(phone).map((zone) => `${offsetAt(WINTER, zone)} ${offsetAt(SUMMER, zone)}`))
		.size;

/** What the longest prefix of Google's map has too certain, too wide or nothing of. */
it.each([
	['an Australian mobile number', '+61412345678', 'Australia/Sydney', 5],
	['a Russian mobile number', '+79161234567', 'Europe/Moscow', 11],
	['a Kazakh mobile number', '+77011234567', 'Asia/Almaty', 1],
	['a Spanish mobile number', '+34612345678', 'Europe/Madrid', 2],
	['a Portuguese mobile number', '+351912345678', 'Europe/Lisbon', 2],
	['a mobile number of New Zealand', '+64211234567', 'Pacific/Auckland', 1],
	['a Chilean mobile number', '+56912345678', 'America/Santiago', 2],
	['an Indonesian mobile number', '+6281234567890', 'Asia/Jakarta', 3],
	['a number of New York', '+12125550123', 'America/New_York', 1],
	['a Brazilian mobile number of Manaus', '+5592912345678', 'America/Manaus', 1],
	['a mobile number of Tijuana, as WhatsApp writes it', '+5216641234567', 'America/Tijuana', 1],
])('%s: %s', (_, phone, main, clocks) => {
	expect(zonesOfNumber(phone)[0]).toBe(main);
	expect(clocksOf(phone)).toBe(clocks);
});

/** What Google's rows have wrong. */
it.each([
	['South Sudan', '+211912345678', 'Africa/Juba'],
	['Nicaragua', '+50581234567', 'America/Managua'],
	['Algeria', '+213551234567', 'Africa/Algiers'],
	['Libya', '+218912345678', 'Africa/Tripoli'],
	['Kaliningrad', '+74012123456', 'Europe/Kaliningrad'],
	['Morocco', '+212612345678', 'Africa/Casablanca'],
	['Palestine', '+970591234567', 'Asia/Gaza'],
	['Chihuahua', '+526141234567', 'America/Chihuahua'],
	['Saratov', '+78452123456', 'Europe/Saratov'],
	['Darwin', '+61889123456', 'Australia/Darwin'],
	['Magallanes', '+56612123456', 'America/Punta_Arenas'],
	['Aysén', '+56672123456', 'America/Coyhaique'],
	['Ireland', '+353851234567', 'Europe/Dublin'],
	['Belém', '+5591912345678', 'America/Sao_Paulo'],
	['Pensacola’s second area code', '+14481234567', 'America/Chicago'],
])('%s has its own clock: %s', (_, phone, zone) => {
	expect(zonesOfNumber(phone)[0]).toBe(zone);
});

it('tells one clock for a landline where a mobile number has several', () => {
	expect(clocksOf('+61293744000')).toBe(1);
	expect(zonesOfNumber('+74232123456')).toEqual(['Asia/Vladivostok']);
	expect(zonesOfNumber('+34928123456')).toEqual(['Atlantic/Canary']);
	expect(zonesOfNumber('+351296123456')).toEqual(['Atlantic/Azores']);
	expect(zonesOfNumber('+62361123456')).toEqual(['Asia/Makassar']);
});

it.each([
	['toll-free', '+18005550123'],
	['an area code that nobody has', '+19995550123'],
	['international toll-free', '+80012345678'],
	['a satellite phone', '+870773111632'],
	['a network without a country', '+883510012345'],
	['a country code that does not exist', '+999123456'],
	['a group, a LID or a channel', null],
])('is unknown: %s', (_, phone) => expect(zonesOfNumber(phone)).toEqual([]));

it('finds the same for a Mexican number with and without the 1 of mobile numbers', () => {
	fc.assert(
		fc.property(fc.stringMatching(/^[2-9]\d{9}$/), (national) => {
			expect(zonesOfNumber(`+521${national}`)).toEqual(zonesOfNumber(`+52${national}`));
		}),
		runs(200),
	);
	// One digit less is another number, whose first digits are of no area.
	expect(zonesOfNumber('+521664123456')[0]).toBe('America/Mexico_City');
});

it('takes the longest prefix, found by going through all of them', () => {
	const rows = ZONE_LINES.trim()
		.split('\n')
		.flatMap((line) => {
			const [zones, prefixes] = line.split('|');
			return prefixes.split(',').map((prefix) => ({ prefix, zones: zones.split(',') }));
		})
		.sort((one, other) => other.prefix.length - one.prefix.length);
	const number = fc
		.tuple(fc.constantFrom(...rows), fc.stringMatching(/^\d{4,9}$/))
		.map(([{ prefix }, rest]) => `${prefix}${rest}`.slice(0, 15))
		.filter((digits) => !/^521\d{10}$/.test(digits));
	fc.assert(
		fc.property(number, (digits) => {
			const row = rows.find(({ prefix }) => digits.startsWith(prefix));
			expect(zonesOfNumber(`+${digits}`)).toEqual(row?.zones ?? []);
		}),
		runs(1_000),
	);
});
