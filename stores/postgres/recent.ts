import type { SendingAccount } from '../table/rows';
import { Placeholders, type Statement } from './statement';
import type { SqlTable } from './table';

/**
 * The account's rows to any of these recipients of which a request began, or which were sent, since then
 * (ISO 8601, UTC): by the index of recipients, one look for each.
 */
export function recentSql(
	table: SqlTable,
	senders: readonly SendingAccount[],
	recipients: readonly string[],
	since: string,
): Statement {
	const placeholders = new Placeholders();
	const names = placeholders.json(senders.map(({ gateway, account }) => ({ gateway, account })));
	const wanted = `jsonb_array_elements_text(${placeholders.json(recipients)})`;
	// `offset 0` keeps the look for each recipient one of its own: joined, it would read the whole table.
	const rows = `select t.* from jsonb_to_recordset(${names}) as s(gateway text, account text), ${wanted} as r(recipient)
cross join lateral (select t.* from ${table.name} t where t.gateway = s.gateway and t.account = s.account and t.recipient = r.recipient
	and greatest(t.sent_at, t.send_started_at) >= ${placeholders.add(since)}::timestamptz offset 0) t`;
	return {
		text: `select coalesce(jsonb_agg(to_jsonb(r) order by r.id), '[]')::text as result from (${rows}) r`,
		values: placeholders.values,
	};
}
