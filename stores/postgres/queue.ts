import type { DispatchQueue } from '../dispatcher/queue';
import type { Row } from '../table/columns';
import { createDispatchQueue, stateOf } from '../table/dispatchQueue';
import { where, whereIn, type MessageTable } from '../table/table';
import type { Sender } from '../table/rows';
import type { Database } from './database';
import { toRow } from './rows';
import { selectSql, type SqlTable } from './table';

/**
 * The queue of one account on PostgreSQL. All steps of a turn, the results of some messages and the
 * starts of others, are one access.
 *
 * @param senders the keys under which the credential serves the account
 * @param adoption what a Data Table needs to take rows in; here the table's own constraints see to that
 */
export function createSqlQueue(
	database: Database,
	table: MessageTable,
	sqlTable: SqlTable,
	senders: readonly Sender[],
	adoption: Parameters<typeof createDispatchQueue>[2],
): DispatchQueue {
	const general = createDispatchQueue(table, senders, adoption);
	return {
		...general,

		adopt: async () => {},

		due: async (now, limit) => {
			const lists = await database.runAll(
				senders.map(({ gateway, account }) =>
					selectSql(sqlTable, {
						conditions: [
							...whereIn({ gateway, account, status: 'scheduled' }),
							{ column: 'send_at', is: 'lte', value: now },
						],
						limit,
						by: 'send_at',
						// A row that was given back may have no such time.
						more: (placeholders) => [
							`coalesce(t.next_attempt_at, '-infinity') <= ${placeholders.add(now)}::timestamptz`,
						],
					}),
				),
			);
			const rows = lists.flatMap((list) =>
				(list as unknown[]).map((json): Row => toRow(json, sqlTable.columns)),
			);
			return rows.sort(byTime).slice(0, limit);
		},

		turn: async (steps) => {
			const changed = await table.update(
				steps.map((step) => ({
					where: [...where({ id: step.id }), ...stateOf(step)],
					values: step.values,
				})),
			);
			return changed.map(([row = null]) => row);
		},

		// One key has one row, by a unique index; but an account may have several names.
		duplicates: async (rows) => (senders.length === 1 ? new Set() : await general.duplicates(rows)),

		sharedIds: async () => new Map(),
	};
}

const byTime = (a: Row, b: Row): number =>
	Date.parse(String(a.send_at)) - Date.parse(String(b.send_at)) || a.id - b.id;
