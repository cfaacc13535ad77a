import fc from 'fast-check';
import { tz } from 'moment-timezone';
import { InvalidParameterError } from '../../../messages/invalidParameterError';
import {
	resolveForRecipient,
	zonesOfNumber,
	type TimezoneRules,
} from '../../../messages/recipientTime';
import { parseRecipient } from '../../../messages/recipient';
import { resolveSendTime } from '../../../messages/sendTime';
import { readGoogleMap } from '../../../scripts/numberZonesFile.mts';
import { LEFT_OUT } from '../../../scripts/zonesOfCountries.mts';
import { runs } from '../../proof.mts';
import { clockAt, isWrong } from '../sendTime/reckoning.mts';

const RULES: TimezoneRules = {
	given: null,
	fallback: 'Europe/Berlin',
	ifSeveral: 'main',
	ifUnknown: 'fallback',
};
const NOW = Date.UTC(2027, 0, 10, 12);
const AT_NINE = '2027-01-15 09:00';

const timeOf = (recipient: string, rules: Partial<TimezoneRules> = {}, value: unknown = AT_NINE) =>
	resolveForRecipient(parseRecipient(recipient), { ...RULES, ...rules }, (timezone) =>
		resolveSendTime(value, timezone, { now: NOW }),
	);

const refusalOf = (work: () => unknown): InvalidParameterError => {
	try {
		work();
	} catch (error) {
		if (error instanceof InvalidParameterError) return error;
		throw error;
	}
	throw new Error('Nothing was rejected');
};

/** The area codes in which Google has exchanges of a timezone: a table made another way. */
const google = readGoogleMap();
const areasOf = (zone: string): string[] => [
	...new Set(
		[...google]
			.filter(([prefix, zones]) => /^1\d{3}/.test(prefix) && zones.includes(zone))
			.map(([prefix]) => prefix.slice(0, 4)),
	),
];
/** Single exchanges that it has in the wrong place: the Caribbean in Newfoundland, Hawaii in Alaska. */
const MISPLACED = ['1709 America/Puerto_Rico', '1879 America/Puerto_Rico', '1907 Pacific/Honolulu'];

const DATES = ['2027-01-15', '2027-03-20', '2027-07-15', '2027-11-05'];

describe('09:00 in +1, by area code, against the newest data', () => {
	const zones = google.get('1')!.filter((zone) => !LEFT_OUT.includes(zone));
	it('is about all timezones of +1', () => expect(zones).toHaveLength(41));

	it.each(zones)('%s', (zone) => {
		const areas = areasOf(zone).filter((area) => !MISPLACED.includes(`${area} ${zone}`));
		expect(areas).not.toEqual([]);
		for (const [area, date] of areas.flatMap((one) => DATES.map((day) => [one, day]))) {
			const value = `${date} 09:00`;
			const phone = `+${area}5550123`;
			const possible = zonesOfNumber(phone);
			// The hour of this timezone is one of the possible ones; with one clock, it is the hour.
			const hours = possible.map((one) => tz(value, one).valueOf());
			expect([area, hours.includes(tz(value, zone).valueOf())]).toEqual([area, true]);

			const { time, source } = timeOf(phone, {}, value);
			expect([source, time.timezone]).toEqual(['number', possible[0]]);
			// Where this Node.js's own data is too old for the right instant, the output says so.
			const isOff = Date.parse(time.scheduledAt) !== hours[0];
			expect([area, date, hasStep(time, 'outdatedTimezoneData')]).toEqual([area, date, isOff]);
			expect(isOff).toBe(isWrong(hours[0], time.timezone));
		}
	});
});

describe('several clocks', () => {
	const MOBILE = '+61412345678';

	it('takes the main timezone, and tells the others', () => {
		expect(timeOf(MOBILE)).toEqual({
			source: 'number',
			possible: [
				'Australia/Sydney',
				'Australia/Brisbane',
				'Australia/Perth',
				'Australia/Adelaide',
				'Australia/Darwin',
			],
			time: {
				scheduledAt: '2027-01-14T22:00:00.000Z',
				local: '2027-01-15T09:00:00.000+11:00',
				timezone: 'Australia/Sydney',
				offset: '+11:00',
			},
		});
	});

	it('counts clocks, not names: Sydney and Brisbane agree in winter', () => {
		const { possible } = timeOf(MOBILE, {}, '2027-07-15 09:00');
		expect(possible).toEqual(['Australia/Sydney', 'Australia/Perth', 'Australia/Adelaide']);
		expect(timeOf('+447911123456').possible).toEqual(['Europe/London']);
		expect(timeOf('+212612345678').possible).toEqual(['Africa/Casablanca']);
	});

	it('is not before that time anywhere, with the step from the main timezone', () => {
		const { time, source } = timeOf(MOBILE, { ifSeveral: 'latest' });
		expect(source).toBe('number');
		expect(time).toMatchObject({
			timezone: 'Australia/Perth',
			local: '2027-01-15T09:00:00.000+08:00',
			adjusted: [
				{
					reason: 'severalTimezones',
					from: '2027-01-15T06:00:00.000+08:00',
					to: '2027-01-15T09:00:00.000+08:00',
					note: 'The recipient can be in 5 timezones whose clocks differ, so the latest was used, 2027-01-15 09:00 in Australia/Perth.',
				},
			],
		});
	});

	it('uses the fallback', () => {
		const { time, source, possible } = timeOf(MOBILE, { ifSeveral: 'fallback' });
		expect([source, possible.length]).toEqual(['fallback', 5]);
		expect(time.local).toBe('2027-01-15T09:00:00.000+01:00');
		expect(time.adjusted?.map(({ reason }) => reason)).toEqual(['severalTimezones']);
	});

	it('rejects, and names them', () => {
		const error = refusalOf(() => timeOf('+34612345678', { ifSeveral: 'reject' }));
		expect(error.parameter).toBe('Recipient');
		expect(error.message).toBe(
			'"Recipient" is +34612345678, which can be in 2 timezones: Europe/Madrid, Atlantic/Canary',
		);
		expect(error.hint).toContain('"If Several Timezones Are Possible"');
	});

	it.each([
		['an instant', '2027-01-15T09:00:00Z'],
		['hours from now', 'in 2 hours'],
		['now', 'now'],
		['another timezone in brackets', '2027-01-15 09:00[Asia/Tokyo]'],
	])('do not matter to %s', (_, value) => {
		for (const ifSeveral of ['main', 'latest', 'fallback', 'reject'] as const) {
			const { time, source, possible } = timeOf(MOBILE, { ifSeveral }, value);
			expect([source, time.timezone, possible.length]).toEqual(['number', 'Australia/Sydney', 5]);
			expect(time.adjusted).toBeUndefined();
		}
	});

	it('is never earlier than asked for on any of their clocks, and not later than needed', () => {
		const phones = [
			'+79161234567',
			'+61412345678',
			'+6281234567890',
			'+56912345678',
			'+18675551234',
		];
		fc.assert(
			fc.property(
				fc.constantFrom(...phones),
				fc.integer({ min: Date.UTC(2027, 0, 1) / 60_000, max: Date.UTC(2030, 0, 1) / 60_000 }),
				(phone, minutes) => {
					const wall = minutes * 60_000;
					const value = new Date(wall).toISOString().slice(0, 16).replace('T', ' ');
					const { time, possible } = timeOf(phone, { ifSeveral: 'latest' }, value);
					const instant = Date.parse(time.scheduledAt);
					// Where this Node.js's own data is old, it says so, and the clock is another one.
					const zones = possible.filter((zone) => !isWrong(instant, zone));
					for (const zone of zones) expect(clockAt(instant, zone)).toBeGreaterThanOrEqual(wall);
					// A minute before, it is too early for somebody; in a gap of the clock, up to an hour.
					const early = instant - 60_000 - (hasStep(time, 'dstGap') ? 3_600_000 : 0);
					expect(possible.some((zone) => clockAt(early, zone) < wall)).toBe(true);
				},
			),
			runs(300, 5_000),
		);
	});
});

const hasStep = ({ adjusted = [] }: { adjusted?: Array<{ reason: string }> }, wanted: string) =>
	adjusted.some(({ reason }) => reason === wanted);

describe('a given timezone', () => {
	it('beats the number, whatever the rules', () => {
		const given = 'America/Denver';
		const { time, source, possible } = timeOf('+12125550123', { given, ifSeveral: 'reject' });
		expect([time.timezone, source, possible]).toEqual([given, 'given', []]);
		expect(timeOf('120363039326117111@g.us', { given, ifUnknown: 'reject' }).source).toBe('given');
	});
});

describe('an unknown timezone', () => {
	const UNKNOWN = [
		['a group', '120363039326117111@g.us', '120363039326117111@g.us, a group, so'],
		['a LID', '123456789012345@lid', '123456789012345@lid, a LID, so'],
		['a channel', '120363144038483540@newsletter', '120363144038483540@newsletter, a channel, so'],
		['a toll-free number', '+18005550123', '+18005550123, a number of no place, so'],
	] as const;

	it.each(UNKNOWN)('is the fallback: %s', (_, recipient) => {
		const { time, source, possible } = timeOf(recipient);
		expect([time.timezone, source, possible]).toEqual(['Europe/Berlin', 'fallback', []]);
	});

	it.each(UNKNOWN)('is rejected: %s', (_, recipient, said) => {
		const error = refusalOf(() => timeOf(recipient, { ifUnknown: 'reject' }));
		expect(error.message).toBe(`"Recipient" is ${said} its timezone is unknown`);
		expect(error.hint).toContain('"If the Timezone Is Unknown"');
	});

	it('is that of a recipient whom the gateway does not report', () => {
		const read = (timezone: string) => resolveSendTime(AT_NINE, timezone);
		expect(resolveForRecipient(null, RULES, read).source).toBe('fallback');
		expect(() => resolveForRecipient(null, { ...RULES, ifUnknown: 'reject' }, read)).toThrow(
			'"Recipient" is not known, so its timezone is unknown',
		);
	});
});
