import { randomUUID } from 'node:crypto';

import type { Values } from '../../../stores/table/columns';
import { where, type Condition, type MessageTable } from '../../../stores/table/table';
import { iso, rowOf, START } from './fakes.mts';

/** What every table of messages promises, whatever it is made of. `make` gives an empty one. */
export function describeTable(name: string, make: () => Promise<MessageTable>): void {
	describe(`${name} as a table of messages`, () => {
		let table: MessageTable;
		beforeEach(async () => void (table = await make()));

		const insert = async (...rows: Values[]) => await table.insert(rows);
		const row = (text: string, more: Values = {}) => rowOf(text, START, more);
		const textsOf = async (conditions: readonly Condition[], limit = 100) =>
			(await table.select(conditions, limit)).map(({ text }) => text);

		it('gives back what was inserted, in its order, with ids that rise', async () => {
			const given = Array.from({ length: 50 }, (_, index) =>
				row(`m${index}`, { reference: index % 2 ? `r${index}` : null, valid_for_minutes: 1.5 }),
			);
			const inserted = await table.insert(given);
			expect(inserted).toMatchObject(given);
			const ids = inserted.map(({ id }) => id);
			expect(ids).toEqual([...ids].sort((a, b) => a - b));
			expect(new Set(ids).size).toBe(50);
			expect(await table.select([], 100)).toEqual(inserted);
		});

		it('keeps any text as it is', async () => {
			const texts = [
				`it's "quoted" \\ and \\' and $1 $2:name \${x} {{ $json.x }}`,
				'={{ $now }}',
				'line\nline\ttab',
				'שלום 你好 👩‍👩‍👧 नमस्ते',
				"'; drop table x; --",
				"$' $& $` $$ $1",
				'%_?',
			];
			await table.insert(texts.map((text) => row(text, { reference: text, failure: text })));
			for (const text of texts) {
				const [found] = await table.select(where({ reference: text }), 1);
				expect(found).toMatchObject({ text, reference: text, failure: text });
			}
		});

		it('compares as a Data Table does, empty cells included', async () => {
			await insert(
				row('none', { message_id: null }),
				row('empty', { message_id: '' }),
				row('a', { message_id: 'a', attempts: 2 }),
			);
			expect(await textsOf([{ column: 'message_id', is: 'isEmpty', value: null }])).toEqual([
				'none',
				'empty',
			]);
			expect(await textsOf([{ column: 'message_id', is: 'neq', value: 'a' }])).toEqual([
				'none',
				'empty',
			]);
			expect(await textsOf(where({ message_id: 'a' }))).toEqual(['a']);
			expect(await textsOf([{ column: 'attempts', is: 'gt', value: 1 }])).toEqual(['a']);
			expect(await textsOf([{ column: 'attempts', is: 'lte', value: 0 }])).toEqual([
				'none',
				'empty',
			]);
		});

		it('compares instants, and keeps their milliseconds', async () => {
			await insert(
				row('early', { send_at: iso(START + 1) }),
				row('late', { send_at: iso(START + 2) }),
			);
			const at = (is: Condition['is'], ms: number): Condition => ({
				column: 'send_at',
				is,
				value: iso(ms),
			});
			expect(await textsOf([at('lt', START + 2)])).toEqual(['early']);
			expect(await textsOf([at('gte', START + 2)])).toEqual(['late']);
			expect(await textsOf([at('eq', START + 1)])).toEqual(['early']);
			const [{ send_at: read }] = await table.select([], 1);
			expect(read).toBe(iso(START + 1));
		});

		it('selects the first by a column, those without a value before all', async () => {
			await insert(
				row('c', { sent_at: iso(START + 3) }),
				row('none'),
				row('a', { sent_at: iso(START + 1) }),
				row('b', { sent_at: iso(START + 2) }),
			);
			const texts = (await table.select([], 3, 'sent_at')).map(({ text }) => text);
			expect(texts).toEqual(['none', 'a', 'b']);
			const last = (await table.select([], 3, 'sent_at', 'desc')).map(({ text }) => text);
			expect(last).toEqual(['c', 'b', 'a']);
			const newest = (await table.select([], 2, 'id', 'desc')).map(({ text }) => text);
			expect(newest).toEqual(['b', 'a']);
		});

		it('selects by any of many values, and by any of several conditions', async () => {
			await insert(row('a', { message_id: '1' }), row('b', { message_id: '2' }), row('c'));
			const any = await table.selectAny('message_id', ['2', '1', 'x']);
			expect(any.map(({ text }) => text).sort()).toEqual(['a', 'b']);
			expect(await table.selectAny('message_id', [])).toEqual([]);
			const either = await table.selectEither([
				...where({ message_id: '2' }),
				...where({ text: 'c' } as never),
			]);
			expect(either.map(({ text }) => text).sort()).toEqual(['b', 'c']);
			expect(await table.selectEither([])).toEqual([]);
		});

		it('changes rows by conditions, and gives for each change those that it matched', async () => {
			const [a, b, c] = await insert(row('a'), row('b', { status: 'sent' }), row('c'));
			const changed = await table.update(
				[a, b, c].map(({ id }) => ({
					where: where({ id, status: 'scheduled' }),
					values: { status: 'cancelled', failure: `row ${id}` },
				})),
			);
			expect(changed.map((rows) => rows.map(({ id, failure }) => [id, failure]))).toEqual([
				[[a.id, `row ${a.id}`]],
				[],
				[[c.id, `row ${c.id}`]],
			]);
			expect(changed[0][0]).toEqual({
				...a,
				status: 'cancelled',
				failure: `row ${a.id}`,
				updatedAt: changed[0][0].updatedAt,
			});
			expect((await table.select(where({ status: 'cancelled' }), 9)).map(({ id }) => id)).toEqual([
				a.id,
				c.id,
			]);
		});

		it('makes changes of one row one after the other', async () => {
			const [{ id }] = await insert(row('a'));
			const step = (from: string, to: string) => ({
				where: where({ id, status: from }),
				values: { status: to },
			});
			const changed = await table.update([
				step('scheduled', 'sending'),
				step('scheduled', 'cancelled'),
				step('sending', 'sent'),
			]);
			expect(changed.map((rows) => rows.map(({ status }) => status))).toEqual([
				['sending'],
				[],
				['sent'],
			]);
		});

		it('changes only the cells that a change names, content too', async () => {
			const [a, b] = await insert(row('a', { caption: 'kept' }), row('b', { failure: 'kept' }));
			await table.update([
				{ where: where({ id: a.id }), values: { text: 'new', sent_at: iso(START) } },
				{ where: where({ id: b.id }), values: { attempts: 3, failure: null } },
			]);
			const [first, second] = await table.select([], 2);
			expect(first).toMatchObject({
				text: 'new',
				caption: 'kept',
				sent_at: iso(START),
				attempts: 0,
			});
			expect(second).toMatchObject({ text: 'b', attempts: 3, failure: null, sent_at: null });
		});

		it('gives a row in a certain state to one of many who want it', async () => {
			const rows = await table.insert(Array.from({ length: 20 }, (_, index) => row(`m${index}`)));
			const takers = await Promise.all(
				Array.from({ length: 8 }, async (_, taker) => {
					const changes = rows.map(({ id }) => ({
						where: where({ id, status: 'scheduled' }),
						values: { status: 'sending', claim_token: `taker ${taker}` },
					}));
					return (await table.update(changes)).flat().map(({ id }) => id);
				}),
			);
			expect(takers.flat().sort((x, y) => x - y)).toEqual(rows.map(({ id }) => id));
		});

		it('removes rows by conditions and tells how many', async () => {
			await insert(row('a'), row('b', { status: 'sent' }), row('c', { status: 'sent' }));
			expect(await table.remove(where({ status: 'sent' }))).toBe(2);
			expect(await table.remove(where({ schedule_id: randomUUID() }))).toBe(0);
			expect(await textsOf([])).toEqual(['a']);
		});
	});
}
