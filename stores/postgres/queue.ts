import type { DispatchQueue } from '../dispatcher/queue';
import type { Row } from '../table/columns';
import { createDispatchQueue, stateOf } from '../table/dispatchQueue';
import { where, whereIn, type MessageTable } from '../table/table';
import type { SendingAccount } from '../table/rows';
import type { Database } from './database';
import { toRow } from './rows';
import type { Statement } from './statement';
import { selectSql, type SqlTable } from './table';

/**
 * The queue of one account on PostgreSQL. All steps of a turn, the results of some messages and the
 * starts of others, are one access.
 *
 * @param senders the keys under which the credential serves the account
 * @param adoption what a Data Table needs to take rows in; here the table's own constraints see to that
 */
export const createSqlQueue = (
	database: Database,
	table: MessageTable,
	sqlTable: SqlTable,
	senders: readonly SendingAccount[],
	adoption: Adoption,
): DispatchQueue =>
	createConstrainedQueue(table, senders, adoption, async (now, limit) => {
		const lists = await database.runAll(
			senders.map((sender) => dueSql(sqlTable, sender, now, limit)),
		);
		return lists.flatMap((list) =>
			(list as unknown[]).map((json): Row => toRow(json, sqlTable.columns)),
		);
	});

type Adoption = Parameters<typeof createDispatchQueue>[2];

/**
 * The queue on a table that takes no row which a run could not read, and no two with one id or key.
 *
 * @param readDue the rows whose time has come, of each sender the earliest
 */
export function createConstrainedQueue(
	table: MessageTable,
	senders: readonly SendingAccount[],
	adoption: Adoption,
	readDue: DispatchQueue['due'],
): DispatchQueue {
	const general = createDispatchQueue(table, senders, adoption);
	return {
		...general,
		adopt: async () => {},
		due: async (now, limit) => (await readDue(now, limit)).sort(byTime).slice(0, limit),
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

const dueSql = (
	table: SqlTable,
	{ gateway, account }: SendingAccount,
	now: string,
	limit: number,
): Statement =>
	selectSql(table, {
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
	});

const byTime = (a: Row, b: Row): number =>
	Date.parse(String(a.send_at)) - Date.parse(String(b.send_at)) || a.id - b.id;
