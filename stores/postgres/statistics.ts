import type { AccountsTable } from '../table/accounts';
import { GroupTally, MAX_GROUPS } from '../table/groupStatistics';
import { SENDING } from '../table/rows';
import { accountRecords, OVERDUE_AFTER_MS } from '../table/served';
import {
	HOURS,
	SENT,
	statusOf,
	Tally,
	type Lateness,
	type MessageGroup,
	type Period,
	type Statistics,
} from '../table/statistics';
import type { Database } from './database';
import { Placeholders, type Statement } from './statement';
import type { SqlTable } from './table';

/** What the statement counts; times in milliseconds since 1970. */
interface Counted {
	readonly groups: ReadonlyArray<
		Omit<MessageGroup, 'sendAt'> & { readonly sendAt: number | null }
	> | null;
	readonly lateness: ReadonlyArray<number> | null;
	/** By group and status; without a name, those of all groups but the largest. */
	readonly byName: ReadonlyArray<{
		readonly name: string | null;
		readonly status: string;
		readonly count: number;
	}> | null;
	/** How many groups there are. */
	readonly names: number;
}

/** The same statistics as of any table, counted by the database: one access, however many messages. */
export async function sqlStatistics(
	database: Database,
	table: SqlTable,
	accounts: AccountsTable,
	period: Period,
): Promise<Statistics> {
	const [records, counted] = await Promise.all([
		accountRecords(accounts),
		database.run(statisticsSql(table, period)) as Promise<Counted>,
	]);
	const tally = new Tally(records, period);
	for (const group of counted.groups ?? []) {
		tally.addGroup({ ...group, sendAt: group.sendAt ?? Number.NaN });
	}
	const [median = null, of99 = null] = counted.lateness ?? [];
	return tally.result({ median, of99 } satisfies Lateness, groupsOf(counted));
}

function groupsOf({ byName, names }: Counted) {
	const tally = new GroupTally();
	for (const { name, status, count } of byName ?? []) {
		if (name === null) tally.addOthers(statusOf(status), count);
		else tally.add(name, statusOf(status), count);
	}
	return tally.result(names);
}

const HOUR_MS = 3_600_000;
const QUARTER_SECONDS = 900;

function statisticsSql(table: SqlTable, { now, since }: Period): Statement {
	const placeholders = new Placeholders();
	const at = (ms: number) => `${placeholders.add(new Date(ms).toISOString())}::timestamptz`;
	const [begin, present] = [at(since), at(now)];
	const taken = `array(select jsonb_array_elements_text(${placeholders.json([...SENT])}))`;
	const overdue = at(now - OVERDUE_AFTER_MS);
	return {
		text: `with m as materialized (
	select t.gateway, t.account, t.credential, t.status, t.send_at, t.group_name,
		greatest(t.send_at, t.next_attempt_at) as due_at,
		coalesce(t.send_started_at, t.sent_at) as sent_at,
		t.status = any (${taken}) or t.status in ('failed', 'expired') and coalesce(nullif(t.message_id, ''), nullif(t.queue_id, '')) is not null as was_taken
	from ${table.name} t
	where t.status in ('scheduled', '${SENDING}', 'unconfirmed') or t.updated_at >= ${begin} or t.send_at >= ${begin}
), g as (
	select gateway, account, credential, status,
		case when send_at between ${at(now - HOURS * HOUR_MS)} and ${at(now + HOURS * HOUR_MS)}
			then greatest(floor(extract(epoch from send_at) / ${QUARTER_SECONDS})::bigint * ${QUARTER_SECONDS * 1000}, ${placeholders.add(now - HOURS * HOUR_MS)}::bigint) end as "sendAt",
		count(*) as count,
		0 as unreadable,
		count(*) filter (where status = 'scheduled' and send_at <= ${present} and due_at > ${present}) as waiting,
		count(*) filter (where status = 'scheduled' and due_at <= ${present}) as due,
		count(*) filter (where status = 'scheduled' and due_at < ${overdue}) as late,
		coalesce(floor(extract(epoch from ${present} - min(due_at) filter (where status = 'scheduled' and due_at < ${overdue})) * 1000), 0) as "latestMs",
		count(*) filter (where was_taken and sent_at >= ${begin}) as sent
	from m group by 1, 2, 3, 4, 5
), named as (
	select group_name as name, status, count(*) as count from m where group_name <> '' group by 1, 2
), ranked as (
	select name, row_number() over (order by sum(count) desc, name collate "C") as rank from named group by name
), largest as (
	select case when rank <= ${MAX_GROUPS} then name end as name, status, sum(count) as count
	from named join ranked using (name) group by 1, 2
)
select jsonb_build_object(
	'byName', (select jsonb_agg(to_jsonb(largest)) from largest),
	'names', (select count(*) from ranked),
	'groups', (select jsonb_agg(to_jsonb(g)) from g),
	'lateness', (select to_jsonb(percentile_disc(array[0.5, 0.99]) within group (order by greatest(0, floor(extract(epoch from sent_at - send_at) * 1000)))) from m where was_taken and sent_at >= ${begin})
)::text as result`,
		values: placeholders.values,
	};
}
