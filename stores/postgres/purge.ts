import { STATUS_NAMES } from '../../messages/status';
import { RETAINED_STATUSES } from '../table/purge';
import type { Database } from './database';
import { Placeholders, type Statement } from './statement';
import type { SqlTable } from './table';

/** Rows that one access looks at: an access costs n8n as much as thousands of rows cost PostgreSQL. */
const BATCH_SIZE = 20_000;
/**
 * The server rests between two batches for so many times as long as one took: what is sent meanwhile has
 * most of its time, and nobody waits for a purge.
 */
const RESTS = 4;
const MAX_REST_MS = 5_000;

const DONE = STATUS_NAMES.filter((name) => !RETAINED_STATUSES.includes(name));

/**
 * Removes messages that are done with and have not changed since, in batches along the ids.
 *
 * @param before ISO 8601, UTC
 * @returns how many
 */
export async function purgeMessages(
	database: Database,
	table: SqlTable,
	before: string,
): Promise<number> {
	let removed = 0;
	let restMs = 0;
	for (let last = 0; ; ) {
		const begunAt = database.now();
		const results = await database.runAll([restSql(restMs), batchSql(table, before, last)]);
		const batch = results[1] as { readonly removed: number; readonly last: number | null };
		const tookMs = database.now() - begunAt - restMs;
		restMs = Math.min(Math.max(0, tookMs) * RESTS, MAX_REST_MS);
		removed += batch.removed;
		if (batch.last === null) return removed;
		last = batch.last;
	}
}

/** Before the batch: no row is locked meanwhile, and nothing waits in n8n. */
const restSql = (ms: number): Statement => ({
	text: `select coalesce(nullif(pg_sleep($1::double precision)::text, ''), 'null') as result`,
	values: [ms / 1_000],
});

/** Rows that somebody is changing right now have changed since, and are left alone. */
function batchSql(table: SqlTable, before: string, last: number): Statement {
	const placeholders = new Placeholders();
	return {
		text: `with seen as materialized (select t.id from ${table.name} t where t.id > ${placeholders.add(last)}::bigint order by t.id limit ${BATCH_SIZE}),
old as materialized (select t.id from ${table.name} t join seen using (id) where t.updated_at < ${placeholders.add(before)}::timestamptz and t.status = any (array(select jsonb_array_elements_text(${placeholders.json(DONE)}))) for update of t skip locked),
removed as (delete from ${table.name} t using old where t.id = old.id returning 1)
select jsonb_build_object('removed', (select count(*) from removed), 'last', (select max(id) from seen))::text as result`,
		values: placeholders.values,
	};
}

/** The same for some messages only; gives the schedule ids of those removed. */
export async function purgeThese(
	database: Database,
	table: SqlTable,
	scheduleIds: readonly string[],
	before: string,
): Promise<ReadonlySet<string>> {
	const placeholders = new Placeholders();
	const list = (values: readonly string[]) =>
		`any (array(select jsonb_array_elements_text(${placeholders.json(values)})))`;
	const removed = await database.run({
		text: `with removed as (delete from ${table.name} t where t.schedule_id = ${list(scheduleIds)} and t.status = ${list(DONE)} and t.updated_at < ${placeholders.add(before)}::timestamptz returning t.schedule_id)
select coalesce(jsonb_agg(schedule_id), '[]')::text as result from removed`,
		values: placeholders.values,
	});
	return new Set(removed as string[]);
}
