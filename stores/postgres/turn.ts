import { sameRecipientForms } from '../../messages/sameRecipient';
import { STATUS_NAMES } from '../../messages/status';
import type { Beside, Step, TurnOutcome, WholeTurns } from '../dispatcher/queue';
import { stateValues, withPauses, type AccountColumn } from '../table/accounts';
import type { ColumnName, Row } from '../table/columns';
import { SENDING, type SendingAccount } from '../table/rows';
import { scopesOf, type ListOwner } from '../doNotContact/columns';
import { columnOf } from './conditions';
import type { Database } from './database';
import { nextDueSql } from './due';
import { toRow } from './rows';
import { Placeholders, type Statement } from './statement';
import { setSql, withContent, type SqlTable } from './table';

/** Messages that one turn takes. */
const MAX_MESSAGES = 500;

/** Where the turns of one account take place. */
export interface TurnTables extends ListOwner {
	readonly messages: SqlTable;
	readonly accounts: SqlTable;
	readonly doNotContact: SqlTable;
	/** The names of the account. */
	readonly senders: readonly SendingAccount[];
}

/** Turns of one statement each: results, the lease, the starts under it, and the next due rows. */
export const wholeTurns = (database: Database, tables: TurnTables): WholeTurns => ({
	maxMessages: MAX_MESSAGES,
	turn: async (steps, beside) => {
		// A message of which a turn has two steps needs two statements, which one transaction holds.
		const groups = distinct(steps);
		const results = await database.runAll(
			groups.map((group, index) =>
				turnSql(tables, group, { ...beside, due: index === 0 ? beside.due : null }),
			),
		);
		const outcomes = groups.map((group, index) =>
			outcomeOf(tables, group, results[index] as Result),
		);
		const [first] = outcomes;
		const rows = outcomes.flatMap((outcome) => outcome.rows);
		const listed = new Set(outcomes.flatMap((outcome) => [...outcome.listed]));
		return { rows, record: outcomes[outcomes.length - 1].record, due: first.due, listed };
	},
});

/** What the statement returns. */
interface Result {
	readonly held: readonly unknown[] | null;
	readonly changed: ReadonlyArray<{ readonly n: number; readonly row: unknown }> | null;
	readonly due: readonly unknown[];
	readonly listed: readonly string[];
}

function outcomeOf(
	{ messages, accounts, senders }: TurnTables,
	steps: readonly Step[],
	{ held, changed, due, listed }: Result,
): TurnOutcome {
	const rows = steps.map((): Row | null => null);
	for (const { n, row } of changed ?? []) rows[n] = toRow<ColumnName>(row, messages.columns);
	const named = (held ?? []).map((row) => toRow<AccountColumn>(row, accounts.columns));
	return {
		rows,
		record: named.length < senders.length ? null : withPauses(named[0], named),
		due: due.map((row): Row => toRow<ColumnName>(row, messages.columns)),
		listed: new Set(listed.flatMap(sameRecipientForms)),
	};
}

/**
 * One turn:
 * - `held`: the lease, renewed while we have it, under each name of the account;
 * - `changed`: results, lease or not, and starts only while `held` has all names. Each row of `c` changes
 *   another row, in the state that its step requires;
 * - `listed`: of those who would be written to, the people on Do Not Contact, by the same snapshot;
 * - `due`: the next rows, as they were before the turn; they lie behind those that start.
 */
function turnSql(tables: TurnTables, steps: readonly Step[], { lease, due }: Beside): Statement {
	const { messages, accounts, senders } = tables;
	const placeholders = new Placeholders();
	const names = placeholders.json(
		senders.map(({ gateway, account }, n) => ({ gateway, account, n })),
	);
	const until = `${placeholders.add(new Date(lease.until).toISOString())}::timestamptz`;
	const state = placeholders.json(stateValues(lease.state));
	const ofFirst = Object.keys(stateValues(lease.state)).map((name) => {
		const { type } = columnOf(accounts.columns, name);
		return `${name} = case when s.n = 0 then (l.state->>'${name}')::${type} else a.${name} end`;
	});
	const changes = placeholders.json(
		steps.map(({ id, ifStatus, ifToken, values: given }, n) => ({
			n,
			id,
			s: ifStatus,
			k: ifToken,
			b: given.status === SENDING,
			v: withContent(messages.columns, given),
		})),
	);
	const known = placeholders.json([...STATUS_NAMES, SENDING]);
	return {
		text: `with held as (
	update ${accounts.name} a set lease_until = ${until}, ${ofFirst.join(', ')}, updated_at = now()
	from jsonb_to_recordset(${names}) as s(gateway text, account text, n int), (select ${state} as state) l
	where a.gateway = s.gateway and a.account = s.account and a.lease_holder = ${placeholders.add(lease.holder)}
	returning a.*, s.n
), c as materialized (
	select j.* from jsonb_to_recordset(${changes}) as j(n int, id bigint, s text, k text, b boolean, v jsonb)
	where not j.b or (select count(*) from held) = ${placeholders.add(senders.length)}::int
), changed as (
	update ${messages.name} t set ${setSql(messages.columns, steps)} from c
	where t.id = c.id and t.claim_token = c.k and (t.status = c.s or c.s is null and not t.status = any (array(select jsonb_array_elements_text(${known}))))
	returning c.n, to_jsonb(t) as row
)
select jsonb_build_object(
	'held', (select jsonb_agg(to_jsonb(held) order by n) from held),
	'changed', (select jsonb_agg(to_jsonb(changed)) from changed),
	'listed', ${listedSql(tables, steps, placeholders)},
	'due', ${due === null ? `'[]'::jsonb` : nextDueSql(messages, senders, due, placeholders)}
)::text as result`,
		values: placeholders.values,
	};
}

/** A list that is broken must not keep results from being written: without a start it is not read. */
function listedSql(tables: TurnTables, steps: readonly Step[], placeholders: Placeholders): string {
	const people = steps.flatMap(({ person }) => (person ? sameRecipientForms(person) : []));
	if (people.length === 0) return `'[]'::jsonb`;
	const isOneOf = (values: readonly string[]) =>
		`any (array(select jsonb_array_elements_text(${placeholders.json(values)})))`;
	return `coalesce((select jsonb_agg(distinct l.person) from ${tables.doNotContact.name} l where l.person = ${isOneOf(people)} and l.scope = ${isOneOf(scopesOf(tables))}), '[]')`;
}

/** Steps in their order, as few statements as may hold them: each row once in each. */
function distinct(steps: readonly Step[]): Step[][] {
	const groups: Step[][] = [[]];
	let ids = new Set<number>();
	for (const step of steps) {
		if (ids.has(step.id)) {
			groups.push([]);
			ids = new Set();
		}
		groups[groups.length - 1].push(step);
		ids.add(step.id);
	}
	return groups;
}
