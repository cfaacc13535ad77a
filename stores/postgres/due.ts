import type { DueAfter } from '../dispatcher/queue';
import type { SendingAccount } from '../table/rows';
import { whereIn } from '../table/table';
import { Placeholders, type Statement } from './statement';
import { orderSql, selectionSql, selectSql, type Selection, type SqlTable } from './table';

/** The account's rows whose time has come, the earliest first. */
export const dueSql = (table: SqlTable, sender: SendingAccount, due: Due): Statement =>
	selectSql(table, dueRows(sender, due));

/** Which due rows. `from`: only those with this time or a later one. Both times: ISO 8601, UTC. */
interface Due {
	readonly now: string;
	readonly from?: string;
	readonly limit: number;
}

/** Those behind a row, under any name of the account, as a list in JSON. */
export function nextDueSql(
	table: SqlTable,
	senders: readonly SendingAccount[],
	{ now, after, limit }: DueAfter,
	placeholders: Placeholders,
): string {
	const ofEach = senders.map((sender) => {
		const due = dueRows(sender, { now, limit });
		const behind = () =>
			`(t.send_at, t.id) > (${placeholders.add(after.send_at)}::timestamptz, ${placeholders.add(after.id)}::bigint)`;
		const more = () => [...(due.more?.(placeholders) ?? []), behind()];
		return `(${selectionSql(table, { ...due, more }, placeholders)})`;
	});
	const order = orderSql(table, 'send_at', 'd');
	const most = `select * from (${ofEach.join(' union all ')}) d order by ${order} limit ${placeholders.add(limit)}`;
	return `coalesce((select jsonb_agg(to_jsonb(d) order by ${order}) from (${most}) d), '[]')`;
}

const dueRows = ({ gateway, account }: SendingAccount, { now, from, limit }: Due): Selection => ({
	conditions: [
		...whereIn({ gateway, account, status: 'scheduled' }),
		{ column: 'send_at', is: 'lte', value: now },
		...(from === undefined ? [] : [{ column: 'send_at', is: 'gte', value: from } as const]),
	],
	limit,
	by: 'send_at',
	// A row that was given back may have no such time.
	more: (placeholders) => [
		`coalesce(t.next_attempt_at, '-infinity') <= ${placeholders.add(now)}::timestamptz`,
	],
});
