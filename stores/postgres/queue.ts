import type { DispatchQueue, WholeTurns } from '../dispatcher/queue';
import type { Row } from '../table/columns';
import { createDispatchQueue, stateOf } from '../table/dispatchQueue';
import { where, type MessageTable } from '../table/table';
import type { SendingAccount } from '../table/rows';
import type { Database } from './database';
import { dueSql } from './due';
import { recentSql } from './recent';
import { toRow } from './rows';
import { wholeTurns, type TurnTables } from './turn';

/**
 * The queue of one account on PostgreSQL: a turn is one statement.
 *
 * @param adoption what a Data Table needs to take rows in; here the table's own constraints see to that
 */
export const createSqlQueue = (
	database: Database,
	table: MessageTable,
	tables: TurnTables,
	adoption: Adoption,
): DispatchQueue => {
	const { messages, senders } = tables;
	return createConstrainedQueue(table, senders, adoption, {
		readDue: async (now, limit, from) => {
			const lists = await database.runAll(
				senders.map((sender) => dueSql(messages, sender, { now, from, limit })),
			);
			return lists.flatMap((list) =>
				(list as unknown[]).map((json): Row => toRow(json, messages.columns)),
			);
		},
		whole: wholeTurns(database, tables),
		recent: async (recipients, since) =>
			((await database.run(recentSql(messages, senders, recipients, since))) as unknown[]).map(
				(json): Row => toRow(json, messages.columns),
			),
	});
};

type Adoption = Parameters<typeof createDispatchQueue>[2];

/** What the queue has from its database. */
export interface ByDatabase {
	/** The rows whose time has come, of each sender the earliest. */
	readonly readDue: DispatchQueue['due'];
	readonly whole: WholeTurns;
	readonly recent: DispatchQueue['recent'];
}

/** The queue on a table that takes no row which a run could not read, and no two with one id or key. */
export function createConstrainedQueue(
	table: MessageTable,
	senders: readonly SendingAccount[],
	adoption: Adoption,
	{ readDue, whole, recent }: ByDatabase,
): DispatchQueue {
	const general = createDispatchQueue(table, senders, adoption);
	return {
		...general,
		whole,
		recent,
		adopt: async () => {},
		due: async (now, limit, from) => (await readDue(now, limit, from)).sort(byTime).slice(0, limit),
		turn: async (steps) => {
			const changed = await table.update(
				steps.map((step) => ({
					where: [...where({ id: step.id }), ...stateOf(step)],
					values: step.values,
				})),
			);
			return changed.map(([row = null]) => row);
		},
		// One key has one row; but an account may have several names.
		duplicates: async (rows) => (senders.length === 1 ? new Set() : await general.duplicates(rows)),
		sharedIds: async () => new Map(),
	};
}

const byTime = (a: Row, b: Row): number =>
	Date.parse(String(a.send_at)) - Date.parse(String(b.send_at)) || a.id - b.id;
