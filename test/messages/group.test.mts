import { InvalidParameterError } from '../../messages/invalidParameterError';
import { MAX_GROUP_LENGTH, parseGroup } from '../../messages/group';

it.each<[string, unknown, string | null]>([
	['as it is', 'spring-campaign', 'spring-campaign'],
	['without spaces around it', '  spring \n', 'spring'],
	['on one line', 'spring\n\t2026', 'spring 2026'],
	['of a number', 42, '42'],
	['composed', 'o\u0301', '\u00F3'],
	['with emoji', '👩‍👩‍👧 x', '👩‍👩‍👧 x'],
	['without half a character', 'a\uD800b', 'a\uFFFDb'],
	['without NUL', 'a\0b', 'a b'],
	['none', '', null],
	['none of spaces', ' \n\0', null],
	['none of nothing', null, null],
	['none of undefined', undefined, null],
	['of the greatest length', '👋'.repeat(MAX_GROUP_LENGTH), '👋'.repeat(MAX_GROUP_LENGTH)],
])('gives a name %s', (_, given, expected) => {
	expect(parseGroup(given)).toBe(expected);
	// What is stored is found again.
	expect(parseGroup(expected)).toBe(expected);
});

it.each<[string, unknown, RegExp]>([
	['10,000 characters', 'x'.repeat(10_000), /"Group" is "x{40}…", which has 10000 characters/],
	['one character too many', 'x'.repeat(MAX_GROUP_LENGTH + 1), /which has 201 characters/],
	['an object', { a: 1 }, /"Group" is an object/],
	['a list', ['a'], /"Group" is a list/],
])('refuses %s', (_, given, expected) => {
	expect(() => parseGroup(given)).toThrow(InvalidParameterError);
	expect(() => parseGroup(given)).toThrow(expected);
});
