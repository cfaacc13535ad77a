import type { Cell } from '../table/columns';
import type {
	ConditionalUpdate,
	Condition,
	Direction,
	RowOf,
	Table,
	ValuesOf,
} from '../table/table';
import { columnName, valueOf, type SqlColumns } from './columns';
import { all, columnOf, conditionsSql, conditionSql } from './conditions';
import type { Database } from './database';
import { quoted } from './names';
import { toRow } from './rows';
import { Placeholders, type Statement } from './statement';

/** Which table, and what it has. */
export interface SqlTable {
	/** Its full name, quoted. */
	readonly name: string;
	readonly columns: SqlColumns;
	/** Sets of columns of which no two rows may have the same values; rows with an empty one may. */
	readonly unique: ReadonlyArray<readonly string[]>;
}

/** Rows beyond this are no page of anybody's. */
const MAX_LIMIT = 1_000_000;

/** A table of PostgreSQL with what the stores ask of any table. */
export function createSqlTable<C extends string>(
	database: Pick<Database, 'run' | 'runAll'>,
	table: SqlTable,
): Table<C> {
	const { columns } = table;
	const rowsOf = (result: unknown): Array<RowOf<C>> =>
		(result as unknown[]).map((json) => toRow<C>(json, columns));

	return {
		id: table.name,

		insert: async (values) => {
			if (values.length === 0) return [];
			if (table.unique.length === 0) return rowsOf(await database.run(insertSql(table, values)));
			const results = await database.runAll([insertSql(table, values), holdersSql(table, values)]);
			return inOrder(table, values, rowsOf(results[1]));
		},

		select: async (conditions, limit, by = 'id', direction = 'asc') =>
			rowsOf(await database.run(selectSql(table, { conditions, limit, by, direction }))),

		selectAny: async (column, values) =>
			values.length === 0 ? [] : rowsOf(await database.run(selectAnySql(table, column, values))),

		selectEither: async (conditions) =>
			conditions.length === 0 ? [] : rowsOf(await database.run(selectEitherSql(table, conditions))),

		update: async (changes) => {
			if (changes.length === 0) return [];
			const groups = alikeGroups(changes);
			const results = await database.runAll(groups.map((group) => updateSql(table, group)));
			const matched = new Map(changes.map((change): [unknown, Array<RowOf<C>>] => [change, []]));
			for (const [index, group] of groups.entries()) {
				for (const { n, row } of results[index] as Array<{ n: number; row: unknown }>) {
					matched.get(group[n])!.push(toRow<C>(row, columns));
				}
			}
			return changes.map((change) => matched.get(change)!);
		},

		remove: async (conditions) => {
			const placeholders = new Placeholders();
			const where = all(conditionsSql(columns, conditions, placeholders));
			return Number(
				await database.run({
					text: `with removed as (delete from ${table.name} t where ${where} returning 1) select count(*)::text as result from removed`,
					values: placeholders.values,
				}),
			);
		},
	};
}

const rowsResult = (from: string, order: string): string =>
	`select coalesce(jsonb_agg(to_jsonb(r) order by ${order}), '[]')::text as result from (${from}) r`;

/** Which rows, and in what order. */
export interface Selection {
	readonly conditions: ReadonlyArray<Condition<string>>;
	readonly limit: number;
	readonly by: string;
	/** Ascending unless given. */
	readonly direction?: Direction;
	/** Conditions on the row `t` that no {@link Condition} says. */
	more?(placeholders: Placeholders): readonly string[];
}

export function selectSql(table: SqlTable, selection: Selection): Statement {
	const placeholders = new Placeholders();
	const text = selectionSql(table, selection, placeholders);
	return {
		text: rowsResult(text, orderSql(table, selection.by, 'r', selection.direction)),
		values: placeholders.values,
	};
}

/** The same as part of a statement. */
export function selectionSql(
	table: SqlTable,
	{ conditions, limit, by, direction, more }: Selection,
	placeholders: Placeholders,
): string {
	const where = all([
		...conditionsSql(table.columns, conditions, placeholders),
		...(more?.(placeholders) ?? []),
	]);
	const most = placeholders.add(Math.min(limit, MAX_LIMIT));
	return `select t.* from ${table.name} t where ${where} order by ${orderSql(table, by, 't', direction)} limit ${most}`;
}

/** Rows without a value come first, as in a Data Table; last if descending. */
export function orderSql(
	{ columns }: Pick<SqlTable, 'columns'>,
	by: string,
	alias: string,
	direction: Direction = 'asc',
): string {
	const column = columnOf(columns, by);
	const order = direction === 'asc' ? '' : ' desc';
	if (by === 'id') return `${alias}.id${order}`;
	const nulls = column.isRequired ? '' : ` nulls ${direction === 'asc' ? 'first' : 'last'}`;
	return `${valueOf(column, alias)}${order}${nulls}, ${alias}.id${order}`;
}

function selectAnySql(table: SqlTable, name: string, values: readonly string[]): Statement {
	const placeholders = new Placeholders();
	const column = columnOf(table.columns, name);
	const wanted = `select value::${column.type} from jsonb_array_elements_text(${placeholders.json(values)}) value`;
	return {
		text: rowsResult(
			`select t.* from ${table.name} t where ${valueOf(column, 't')} = any (array(${wanted}))`,
			'r.id',
		),
		values: placeholders.values,
	};
}

function selectEitherSql(table: SqlTable, conditions: ReadonlyArray<Condition<string>>): Statement {
	const placeholders = new Placeholders();
	const either = conditionsSql(table.columns, conditions, placeholders).join(' or ');
	return {
		text: rowsResult(`select t.* from ${table.name} t where ${either}`, 'r.id'),
		values: placeholders.values,
	};
}

/** The columns that a row of JSON has, written as a record of theirs. */
function insertSql(table: SqlTable, values: ReadonlyArray<ValuesOf<string>>): Statement {
	const placeholders = new Placeholders();
	const given = new Set(values.flatMap((row) => Object.keys(row)));
	const own = [...given].map((name) => columnOf(table.columns, name)).filter((c) => !c.isContent);
	const hasContent = [...table.columns.values()].some(({ isContent }) => isContent);
	// What is not given gets the column's default.
	const cell = (name: string, type: string) => `(v.value->>'${name}')::${type}`;
	const names = [...own.map(columnName), ...(hasContent ? ['content'] : [])];
	const cells = [
		...own.map(({ name, type }) => cell(name, type)),
		...(hasContent ? [`v.value->'content'`] : []),
	];
	const rows = placeholders.json(values.map((row) => withContent(table.columns, row)));
	return {
		text: `with added as (insert into ${table.name} (${names.join(', ')}) select ${cells.join(', ')} from jsonb_array_elements(${rows}) with ordinality v(value, n) order by v.n on conflict do nothing returning *) select coalesce(jsonb_agg(to_jsonb(added) order by id), '[]')::text as result from added`,
		values: placeholders.values,
	};
}

/** Values of content go into one JSON column. */
export function withContent(columns: SqlColumns, row: ValuesOf<string>): Record<string, unknown> {
	const written: Record<string, unknown> = {};
	const content: Record<string, Cell> = {};
	for (const [name, cell] of Object.entries(row)) {
		if (columnOf(columns, name).isContent) content[name] = cell as Cell;
		else written[name] = cell;
	}
	return { ...written, content };
}

/**
 * The rows that have the unique values of these: those just inserted, and those that were there before
 * them. A statement of its own, so that it sees what another transaction has inserted meanwhile.
 */
function holdersSql(table: SqlTable, values: ReadonlyArray<ValuesOf<string>>): Statement {
	const placeholders = new Placeholders();
	const parts = table.unique.flatMap((names) => {
		const keys = values.filter((row) => keyOf(names, row) !== null);
		if (keys.length === 0) return [];
		const key = placeholders.json(keys.map((row) => names.map((name) => row[name])));
		const conditions = names.map((name, index) => {
			const { type } = columnOf(table.columns, name);
			return `t.${quoted(name)} = (k->>${index})::${type}`;
		});
		// One look by the index for each: nobody has counted yet what was just inserted.
		return [
			`select t.* from jsonb_array_elements(${key}) k cross join lateral (select t.* from ${table.name} t where ${all(conditions)} limit 1) t`,
		];
	});
	return { text: rowsResult(parts.join(' union '), 'r.id'), values: placeholders.values };
}

/** The values of a unique key as text; null where one is empty: then there may be several. */
const keyOf = (names: readonly string[], row: Readonly<Record<string, unknown>>): string | null =>
	names.some((name) => row[name] === null || row[name] === undefined || row[name] === '')
		? null
		: JSON.stringify([names, ...names.map((name) => row[name])]);

/** The row of each of the values: by the first unique key that one has. */
function inOrder<C extends string>(
	table: SqlTable,
	values: ReadonlyArray<ValuesOf<string>>,
	rows: ReadonlyArray<RowOf<C>>,
): Array<RowOf<C>> {
	const byKey = new Map<string, RowOf<C>>();
	for (const names of table.unique) {
		for (const row of rows) {
			const key = keyOf(names, row);
			if (key !== null) byKey.set(key, row);
		}
	}
	return values.map((value) => {
		for (const names of table.unique) {
			const key = keyOf(names, value);
			const row = key === null ? undefined : byKey.get(key);
			if (row !== undefined) return row;
		}
		throw new Error('PostgreSQL returned no row for one that was inserted');
	});
}

/**
 * Changes as few statements can make them: those of one differ in values only, and each is of a row of its
 * own. Changes of one row stay in their order; those of different rows do not affect each other.
 */
function alikeGroups<C extends string>(
	changes: ReadonlyArray<ConditionalUpdate<C>>,
): Array<Array<ConditionalUpdate<C>>> {
	const groups: Array<Array<ConditionalUpdate<C>>> = [];
	/** The group of each row's last change. */
	const lastOf = new Map<Cell, number>();
	/** The groups of each shape; and the first that a change may go into, behind one of unknown rows. */
	const byShape = new Map<string, number[]>();
	let first = 0;
	for (const change of changes) {
		const id = change.where.find(({ column, is }) => column === 'id' && is === 'eq')?.value;
		if (id === undefined) {
			first = groups.push([change]);
			continue;
		}
		const shape = change.where.map(({ column, is }) => `${column} ${is}`).join();
		const after = Math.max(first, (lastOf.get(id) ?? -1) + 1);
		let place = byShape.get(shape)?.find((index) => index >= after);
		if (place === undefined) {
			place = groups.push([]) - 1;
			byShape.set(shape, [...(byShape.get(shape) ?? []), place]);
		}
		groups[place].push(change);
		lastOf.set(id, place);
	}
	return groups;
}

function updateSql(table: SqlTable, changes: ReadonlyArray<ConditionalUpdate<string>>): Statement {
	const placeholders = new Placeholders();
	const { columns } = table;
	const [{ where }] = changes;
	const set = setSql(columns, changes);
	if (changes.length === 1) {
		// By placeholders, so that the planner sees which partial index serves.
		const conditions = conditionsSql(columns, where, placeholders);
		const values = placeholders.json(withContent(columns, changes[0].values));
		return {
			text: `with changed as (update ${table.name} t set ${set} from (select ${values} as v) c where ${all(conditions)} returning t.*) select coalesce(jsonb_agg(jsonb_build_object('n', 0, 'row', to_jsonb(changed)) order by id), '[]')::text as result from changed`,
			values: placeholders.values,
		};
	}
	const conditions = where.map(({ column: name, is }, index) => {
		const column = columnOf(columns, name);
		return conditionSql(column, is, `(c.w->>${index})::${column.type}`, 't');
	});
	const rows = placeholders.json(
		changes.map((change, n) => ({
			n,
			w: change.where.map(({ value }) => value),
			v: withContent(columns, change.values),
		})),
	);
	return {
		text: `with c as materialized (select (j->>'n')::int as n, j->'w' as w, j->'v' as v from jsonb_array_elements(${rows}) j), changed as (update ${table.name} t set ${set} from c where ${all(conditions)} returning c.n as n, to_jsonb(t) as row) select coalesce(jsonb_agg(to_jsonb(changed) order by n), '[]')::text as result from changed`,
		values: placeholders.values,
	};
}

/** Sets each column that one of the changes names; where it does not, the column stays as it is. */
export function setSql(
	columns: SqlColumns,
	changes: ReadonlyArray<Pick<ConditionalUpdate<string>, 'values'>>,
): string {
	const named = [...new Set(changes.flatMap(({ values }) => Object.keys(values)))].map((name) =>
		columnOf(columns, name),
	);
	const sets = named
		.filter(({ isContent }) => !isContent)
		.map((column) => {
			const { name, type } = column;
			const value = `(c.v->>'${name}')::${type}`;
			const isInAll = changes.every(({ values }) => name in values);
			const otherwise = `case when c.v ? '${name}' then ${value} else t.${columnName(column)} end`;
			return `${columnName(column)} = ${isInAll ? value : otherwise}`;
		});
	if (named.some(({ isContent }) => isContent)) {
		sets.push(`content = t.content || (c.v->'content')`);
	}
	return [...sets, 'updated_at = now()'].join(', ');
}
