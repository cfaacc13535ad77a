import { settle, type Settled } from '../../messages/settle';
import { Batcher } from '../table/batcher';
import type { Row } from '../table/columns';
import {
	PAGE_SIZE,
	type Condition,
	type ConditionalUpdate,
	type MessageTable,
} from '../table/table';
import { isRolledBack } from './errors';

/**
 * The same table, for the many items of a run: what they change at the same moment is one statement, and
 * so are the rows that they look up by message ids.
 */
export function gathered(table: MessageTable): MessageTable {
	const byMessage = new Batcher(
		apart(async (ids: readonly string[]): Promise<Row[][]> => {
			const found = await table.selectAny('message_id', [...new Set(ids)]);
			const rows = new Map<unknown, Row[]>();
			for (const row of found) {
				rows.set(row.message_id, [...(rows.get(row.message_id) ?? []), row]);
			}
			return ids.map((id) => rows.get(id) ?? []);
		}),
		PAGE_SIZE,
	);
	const changes = new Batcher(
		apart(async (all: readonly ConditionalUpdate[]) => await table.update(all)),
		PAGE_SIZE,
	);
	return {
		...table,
		select: async (where, limit, by, direction) => {
			const ofMessage = by === undefined ? messageOf(where) : null;
			if (ofMessage === null) return await table.select(where, limit, by, direction);
			const { gateway, messageId } = ofMessage;
			const rows = valueOf(await byMessage.add(messageId));
			return rows.filter((row) => row.gateway === gateway).slice(0, limit);
		},
		update: async (wanted) =>
			wanted.length === 1 ? [valueOf(await changes.add(wanted[0]))] : await table.update(wanted),
	};
}

/** Runs a batch; if it was undone for the fault of one, each alone, so that none affects the others. */
const apart =
	<Item, Result>(run: (items: readonly Item[]) => Promise<Result[]>) =>
	async (items: readonly Item[]): Promise<Array<Settled<Result>>> => {
		const together = await settle(run(items));
		if (together.ok) return together.value.map((value) => ({ ok: true, value }));
		if (items.length === 1 || !isRolledBack(together.error)) return items.map(() => together);
		return await Promise.all(
			items.map(async (item) => await settle(run([item]).then(([result]) => result))),
		);
	};

function valueOf<T>(outcome: Settled<T>): T {
	if (outcome.ok) return outcome.value;
	throw outcome.error;
}

/** The message that conditions ask for and nothing else; null for other conditions. */
function messageOf(where: readonly Condition[]) {
	const values = new Map(where.map(({ column, is, value }) => [`${column} ${is}`, value]));
	const [gateway, messageId] = [values.get('gateway eq'), values.get('message_id eq')];
	return where.length === 2 && typeof gateway === 'string' && typeof messageId === 'string'
		? { gateway, messageId }
		: null;
}
