import { conditionsSql } from '../../../stores/postgres/conditions';
import { MESSAGE_COLUMNS } from '../../../stores/postgres/columns';
import { migrationSql, storeTables } from '../../../stores/postgres/schema';
import { joined, Placeholders } from '../../../stores/postgres/statement';
import { selectSql } from '../../../stores/postgres/table';

const names = { schema: 'public', table: 'messages' };

it('numbers the placeholders of several statements anew', () => {
	const values = Array.from({ length: 11 }, (_, index) => index);
	const first = { text: values.map((_, index) => `$${index + 1}`).join(), values };
	const { text, values: all } = joined([first, { text: 'x $2 $1', values: ['a', 'b'] }]);
	expect(text).toBe(`${first.text};\nx $13 $12`);
	expect(all).toEqual([...values, 'a', 'b']);
});

it('has no text of a user in a statement: only placeholders', () => {
	const hostile = `'; drop table x; -- {{ $json }} $1 $'`;
	const { text, values } = selectSql(storeTables(names).messages, {
		conditions: [
			{ column: 'recipient', is: 'eq', value: hostile },
			{ column: 'text', is: 'neq', value: hostile },
			{ column: 'message_id', is: 'isEmpty', value: null },
		],
		limit: 5,
		by: 'send_at',
	});
	expect(text).not.toContain('drop');
	expect(values).toEqual([hostile, hostile, 5]);
});

it('replaces what PostgreSQL cannot store, in texts and in JSON', () => {
	const placeholders = new Placeholders();
	placeholders.add('a\0b');
	placeholders.json({ text: ['\uD83D', '👋', '\uDC4B'] });
	expect(placeholders.values).toEqual(['a\uFFFDb', '{"text":["\uFFFD","👋","\uFFFD"]}']);
});

it('names only columns that there are', () => {
	const one = { column: 'id; drop', is: 'eq', value: 1 } as const;
	expect(() => conditionsSql(MESSAGE_COLUMNS, [one], new Placeholders())).toThrow(
		'There is no column "id; drop"',
	);
});

it('has nothing in a migration that n8n would evaluate, or that is special in a replacement', () => {
	for (const { text } of migrationSql(names)) expect(text).not.toMatch(/\{\{|\$['&`]|\$\$/);
});
