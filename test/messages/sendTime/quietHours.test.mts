import { findCountry } from '../../../messages/country';
import {
	formatHours,
	hoursOfPreset,
	openingHours,
	presetOfNumber,
	QUIET_HOURS,
} from '../../../messages/sendTime';

it.each(QUIET_HOURS.map((preset) => [preset.name, preset] as const))(
	'%s has hours that can be kept, a source, a date and a mark',
	(_, preset) => {
		const [hours, ...moreHours] = hoursOfPreset(preset);
		expect(formatHours([hours, ...moreHours])).toBe(preset.hours);
		const window = openingHours({ ...hours, moreHours, timezone: 'UTC' });
		expect(window.nextOpen(Date.UTC(2026, 10, 22))).toBeGreaterThan(0);
		expect(preset.basis).toMatch(/\.$/);
		expect(preset.source).not.toBe('');
		expect(preset.asOf).toMatch(/^20\d{2}-\d{2}-\d{2}$/);
		expect(['A', 'B', 'C']).toContain(preset.sure);
	},
);

it('has each id, name and prefix once, in the order of the names', () => {
	const names = QUIET_HOURS.slice(0, -1).map(({ name }) => name);
	expect(names).toEqual([...names].sort());
	for (const values of [QUIET_HOURS.map(({ id }) => id), names]) {
		expect(new Set(values).size).toBe(values.length);
	}
	const prefixes = QUIET_HOURS.flatMap((preset) => preset.prefixes);
	expect(
		prefixes.filter((one) => prefixes.some((other) => other !== one && one.startsWith(other))),
	).toEqual([]);
});

it('has prefixes of its own countries', () => {
	for (const { countries, prefixes } of QUIET_HOURS) {
		const codes = countries.map((id) => findCountry(id)!.callingCode);
		for (const prefix of prefixes) expect(codes.some((code) => prefix.startsWith(code))).toBe(true);
	}
});

it.each([
	['+14155238886', 'usStrict'],
	['+919988066776', 'india'],
	['+4915112345678', 'germany'],
	['+77012345678', 'kazakhstan'],
	['+79161234567', 'elsewhere'],
	['+43660123456', 'elsewhere'],
	['+5215512345678', 'mexico'],
	[null, 'elsewhere'],
])('%s gets the hours of %s', (phone, id) => {
	expect(presetOfNumber(phone).id).toBe(id);
});

it('is strict in the United States: within the hours of the federal rule and of each state here', () => {
	const weekOf = (id: string) => {
		const [hours, ...moreHours] = hoursOfPreset(QUIET_HOURS.find((preset) => preset.id === id)!);
		const window = openingHours({ ...hours, moreHours, timezone: 'UTC' });
		const quarters = Array.from({ length: 7 * 96 }, (_, n) => Date.UTC(2026, 10, 22) + n * 900_000);
		return quarters.filter((instant) => window.isOpen(instant));
	};
	const strict = weekOf('usStrict');
	const others = QUIET_HOURS.filter(({ countries }) => countries.includes('US'));
	expect(others.length).toBeGreaterThan(5);
	for (const { id } of others)
		expect(new Set(weekOf(id))).toEqual(new Set([...weekOf(id), ...strict]));
});
