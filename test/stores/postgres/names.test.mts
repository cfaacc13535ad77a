import { parseTableNames, qualified } from '../../../stores/postgres/names';

it('takes plain names, and quotes them', () => {
	const names = parseTableNames(' My_schema ', 'select');
	expect(names).toEqual({ schema: 'My_schema', table: 'select' });
	expect(qualified(names, names.table)).toBe('"My_schema"."select"');
});

it('takes a number, an underscore and the longest name', () => {
	expect(parseTableNames('_a1', 'x'.repeat(46)).table).toHaveLength(46);
	expect(() => parseTableNames('public', 17)).toThrow('"Table" is "17"');
	expect(() => parseTableNames('public', 'x'.repeat(70))).toThrow(`"Table" is "${'x'.repeat(60)}"`);
	expect(() => parseTableNames(' ', 'x')).toThrow('"Schema" is empty. Use letters');
});

it.each([
	'',
	' ',
	'a b',
	'1a',
	'a"b',
	'a;b',
	'a.b',
	'{{x}}',
	'tabelle_ä',
	'x'.repeat(47),
	null,
	{},
])('refuses %j as a name, and says which parameter it is', (name) => {
	expect(() => parseTableNames(name, 'x')).toThrow(/^"Schema" is .*Use letters, digits and under/);
	expect(() => parseTableNames('x', name)).toThrow(/^"Table" is /);
});
