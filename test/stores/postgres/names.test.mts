import { parseTableNames, qualified } from '../../../stores/postgres/names';

it('takes plain names, and quotes them', () => {
	const names = parseTableNames(' My_schema ', 'select');
	expect(names).toEqual({ schema: 'My_schema', table: 'select' });
	expect(qualified(names, names.table)).toBe('"My_schema"."select"');
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
