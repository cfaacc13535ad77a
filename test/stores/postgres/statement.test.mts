import { conditionsSql } from '../../../stores/postgres/conditions';
import { MESSAGE_COLUMNS } from '../../../stores/postgres/columns';
import { migrationSql, storeTables } from '../../../stores/postgres/schema';
import { joined, Placeholders } from '../../../stores/postgres/statement';
import type { Database } from '../../../stores/postgres/database';
import { createSqlTable, orderSql, selectSql } from '../../../stores/postgres/table';
import { where } from '../../../stores/table/table';

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

it('orders as an index does, and tells where rows without a value come', () => {
	const { messages } = storeTables(names);
	const order = (by: string, direction?: 'asc' | 'desc') => orderSql(messages, by, 't', direction);
	// With `nulls first` no index would serve: it has them last, and this column has none.
	expect(order('send_at')).toBe('t."send_at", t.id');
	expect(order('send_at', 'desc')).toBe('t."send_at" desc, t.id desc');
	expect(order('sent_at')).toBe('t."sent_at" nulls first, t.id');
	expect(order('sent_at', 'desc')).toBe('t."sent_at" desc nulls last, t.id desc');
	expect([order('id'), order('id', 'desc')]).toEqual(['t.id', 't.id desc']);
});

it('asks for no more rows than a number of PostgreSQL can say', () => {
	const limitOf = (limit: number) =>
		selectSql(storeTables(names).messages, { conditions: [], limit, by: 'id' }).values.at(-1);
	expect([3, 1_000_000, Infinity].map(limitOf)).toEqual([3, 1_000_000, 1_000_000]);
});

it('asks for nothing where there is nothing to ask for', async () => {
	let accesses = 0;
	const database = {
		run: async () => (accesses++, '[]'),
		runAll: async () => (accesses++, []),
	} satisfies Pick<Database, 'run' | 'runAll'>;
	for (const of of Object.values(storeTables(names))) {
		const table = createSqlTable(database, of);
		expect(await table.insert([])).toEqual([]);
		expect(await table.selectAny('id', [])).toEqual([]);
		expect(await table.selectEither([])).toEqual([]);
		expect(await table.update([])).toEqual([]);
	}
	expect(accesses).toBe(0);
});

it('changes rows by as few statements as may hold the changes', async () => {
	const statements: number[] = [];
	const table = createSqlTable(
		{
			run: async () => await Promise.reject(new Error('not asked for')),
			runAll: async (all) => {
				statements.push(all.length);
				return all.map(() => []);
			},
		},
		storeTables(names).messages,
	);
	const to = (conditions: ReturnType<typeof where>, status: string) => ({
		where: conditions,
		values: { status },
	});
	const one = (id: number, status = 'sent') => to(where({ id, status: 'sending' }), status);
	const any = to(where({ status: 'scheduled' }), 'cancelled');
	for (const [changes, count] of [
		[[one(1), one(2), one(3)], 1],
		// The second change of a row comes behind its first.
		[[one(1), one(2), one(1, 'read'), one(3), one(2, 'read')], 2],
		// Other conditions are another statement.
		[[one(1), to(where({ id: 2 }), 'sent'), one(3)], 2],
		// It may change any row, so nothing passes it.
		[[one(1), any, one(2), one(3)], 3],
		[[any, any], 2],
	] as const) {
		await table.update(changes);
		expect(statements.pop()).toBe(count);
	}
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
