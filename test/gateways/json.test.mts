import fc from 'fast-check';
import { isObject, isoInstantAt, objectAt, textAt, unixInstantAt } from '../../gateways/json';

const inherited = Object.create({ key: 'inherited' }) as Record<string, unknown>;

it.each<[unknown, boolean]>([
	[{}, true],
	[Object.create(null), true],
	[[], false],
	[null, false],
	[undefined, false],
	['{}', false],
	[7, false],
])('an object is neither null nor a list: case %#', (value, expected) => {
	expect(isObject(value)).toBe(expected);
});

it('reads an object, or takes an empty one', () => {
	expect(objectAt({ key: { a: 1 } }, 'key')).toEqual({ a: 1 });
	for (const value of [undefined, null, [], 'x', 7])
		expect(objectAt({ key: value }, 'key')).toEqual({});
	expect(objectAt({}, 'constructor')).toEqual({});
	expect(objectAt({}, '__proto__')).toEqual({});
});

it.each<[unknown, string | null]>([
	['abc', 'abc'],
	[' ', ' '],
	[7, '7'],
	[0, '0'],
	['', null],
	[Number.NaN, null],
	[Infinity, null],
	[true, null],
	[null, null],
	[undefined, null],
	[{}, null],
	[['abc'], null],
])('reads %j as the text %j', (value, expected) => {
	expect(textAt({ key: value }, 'key')).toBe(expected);
});

it.each<[unknown, string | null]>([
	['2026-02-01T15:00:00.000Z', '2026-02-01T15:00:00.000Z'],
	['2026-02-01T15:00:00Z', '2026-02-01T15:00:00.000Z'],
	['2026-02-01T15:00Z', '2026-02-01T15:00:00.000Z'],
	['2026-02-01T20:30:00+05:30', '2026-02-01T15:00:00.000Z'],
	['2026-02-01T20:30:00+0530', '2026-02-01T15:00:00.000Z'],
	['2026-02-01T15:00:00.123456Z', '2026-02-01T15:00:00.123Z'],
	['2026-02-01T15:00:00', null],
	['2026-02-01', null],
	['2026-02-01 15:00:00Z', null],
	['2026-13-01T15:00:00Z', null],
	['2026-02-01T99:00:00Z', null],
	['tomorrow', null],
	[`2026-02-01T15:00:00.${'0'.repeat(100_000)}Z`, null],
	[1_769_958_000, null],
	[null, null],
	[undefined, null],
])('reads ISO text with an offset as an instant: %#', (value, expected) => {
	expect(isoInstantAt({ key: value }, 'key')).toBe(expected);
});

it.each<[unknown, string | null]>([
	[1_769_958_000, '2026-02-01T15:00:00.000Z'],
	['1769958000', '2026-02-01T15:00:00.000Z'],
	[1_769_958_000.5, '2026-02-01T15:00:00.500Z'],
	[0, null],
	[-1, null],
	[1e11, null],
	[1_769_958_000_000, null],
	['1769958000000', null],
	['1e9', null],
	['', null],
	[Number.NaN, null],
	[Infinity, null],
	[null, null],
	[[1_769_958_000], null],
])('reads Unix seconds as an instant: %j', (value, expected) => {
	expect(unixInstantAt({ key: value }, 'key')).toBe(expected);
});

it('looks at own properties only', () => {
	for (const read of [textAt, isoInstantAt, unixInstantAt]) {
		expect(read(inherited, 'key')).toBeNull();
		expect(read({}, 'constructor')).toBeNull();
	}
});

it('reads anything without throwing, and instants that are instants', () => {
	const value = fc.oneof(fc.anything(), fc.double(), fc.integer().map(String));
	fc.assert(
		fc.property(value, (key) => {
			textAt({ key }, 'key');
			objectAt({ key }, 'key');
			for (const instant of [isoInstantAt({ key }, 'key'), unixInstantAt({ key }, 'key')]) {
				if (instant !== null) expect(new Date(instant).toISOString()).toBe(instant);
			}
		}),
	);
});
