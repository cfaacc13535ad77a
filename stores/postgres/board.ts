import {
	FAILURES,
	MAX_LISTED,
	MAX_REASON_LENGTH,
	MAX_REASONS,
	NUMBER_MARK,
	NUMBERS,
	QUARTER_MS,
	type BoardFigures,
	type BoardPeriod,
	type FailureReason,
	type Upcoming,
} from '../boardFigures';
import type { AccountsTable } from '../table/accounts';
import type { ColumnName, Row } from '../table/columns';
import { OVERDUE_AFTER_MS } from '../table/served';
import { noneByStatus } from '../table/groupStatistics';
import { statusOf } from '../table/statistics';
import type { Database } from './database';
import { toRow } from './rows';
import { Placeholders, type Statement } from './statement';
import { sqlStatistics } from './statistics';
import type { SqlTable } from './table';

/** What the statement counts. */
interface Counted {
	readonly today: ReadonlyArray<{ readonly status: string; readonly count: number }> | null;
	readonly upcoming: readonly Upcoming[] | null;
	readonly later: number;
	readonly total: number;
	readonly reasons: readonly FailureReason[] | null;
	readonly newest: readonly unknown[] | null;
	readonly overdue: readonly unknown[] | null;
}

/** The figures of the board, counted by the database: one access, however many messages. */
export async function sqlBoard(
	database: Database,
	tables: Readonly<Record<'messages' | 'accounts', SqlTable>>,
	accounts: AccountsTable,
	period: BoardPeriod,
): Promise<BoardFigures> {
	const [statistics, counted] = await Promise.all([
		sqlStatistics(database, tables.messages, accounts, period),
		database.run(boardSql(tables, period)) as Promise<Counted>,
	]);
	const today = noneByStatus();
	for (const { status, count } of counted.today ?? []) today[statusOf(status)] += count;
	const rows = (list: readonly unknown[] | null): Row[] =>
		(list ?? []).map((json) => toRow<ColumnName>(json, tables.messages.columns));
	return {
		statistics,
		today,
		upcoming: counted.upcoming ?? [],
		later: counted.later,
		failures: {
			total: counted.total,
			reasons: counted.reasons ?? [],
			newest: rows(counted.newest),
		},
		overdue: rows(counted.overdue),
		isComplete: true,
	};
}

function boardSql(
	{ messages, accounts }: Readonly<Record<'messages' | 'accounts', SqlTable>>,
	{ now, since, today, until }: BoardPeriod,
): Statement {
	const placeholders = new Placeholders();
	const at = (ms: number) => `${placeholders.add(new Date(ms).toISOString())}::timestamptz`;
	const [present, begin, end] = [at(now), at(since), at(until)];
	const failures = `array(select jsonb_array_elements_text(${placeholders.json([...FAILURES])}))`;
	const isToday = `t.send_at >= ${at(today.from)} and t.send_at < ${at(today.to)}`;
	const isFailure = `t.status = any (${failures}) and t.updated_at >= ${begin}`;
	const seconds = QUARTER_MS / 1000;
	const reason = `left(regexp_replace(nullif(failure, ''), '${NUMBERS}', '${NUMBER_MARK}', 'g'), ${MAX_REASON_LENGTH})`;
	return {
		// One look at the table for all counts.
		text: `with m as materialized (
	select t.id, t.status, t.send_at, t.updated_at,
		${isToday} as is_today,
		${isFailure} as is_failure,
		case when ${isFailure} then t.failure end as failure
	from ${messages.name} t
	where t.status = 'scheduled' or ${isToday} or ${isFailure}
), today as (
	select status, count(*) as count from m where is_today group by status
), upcoming as (
	select floor(extract(epoch from send_at) / ${seconds})::bigint * ${QUARTER_MS} as at, count(*) as count
	from m where status = 'scheduled' and send_at > ${present} and send_at < ${end} group by 1
), reasons as (
	select ${reason} as reason, count(*) as count from m where is_failure group by 1
	order by 2 desc, coalesce(${reason}, '') collate "C" limit ${MAX_REASONS}
), newest as (
	select t.* from ${messages.name} t
	where t.id in (select id from m where is_failure order by updated_at desc, id desc limit ${MAX_LISTED})
), overdue as (
	select t.*, greatest(t.send_at, t.next_attempt_at) as due_at from ${messages.name} t
	where t.status = 'scheduled' and t.send_at < ${at(now - OVERDUE_AFTER_MS)}
		and greatest(t.send_at, t.next_attempt_at) < ${at(now - OVERDUE_AFTER_MS)}
		and not exists (select from ${accounts.name} a where a.gateway = t.gateway and a.account = t.account
			and greatest(a.paused_until, a.manual_pause_until) > ${present})
	order by due_at, t.id limit ${MAX_LISTED}
)
select jsonb_build_object(
	'today', (select jsonb_agg(to_jsonb(today)) from today),
	'upcoming', (select jsonb_agg(to_jsonb(upcoming) order by at) from upcoming),
	'later', (select count(*) from m where status = 'scheduled' and send_at >= ${end}),
	'total', (select count(*) from m where is_failure),
	'reasons', (select jsonb_agg(to_jsonb(reasons) order by count desc, coalesce(reason, '') collate "C") from reasons),
	'newest', (select jsonb_agg(to_jsonb(newest) order by updated_at desc, id desc) from newest),
	'overdue', (select jsonb_agg(to_jsonb(overdue) - 'due_at' order by due_at, id) from overdue)
)::text as result`,
		values: placeholders.values,
	};
}
