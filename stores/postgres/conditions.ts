import type { Condition } from '../table/table';
import { valueOf, type SqlColumn, type SqlColumns } from './columns';
import type { Placeholders } from './statement';

const OPERATORS = { eq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/**
 * One condition on the row `alias` as SQL. The same as with a Data Table: an empty cell meets no
 * comparison but `neq`, and an empty text is empty, too.
 *
 * @param operand the SQL of what is compared with; not looked at for `isEmpty`
 */
export function conditionSql(
	column: SqlColumn,
	is: Condition['is'],
	operand: string,
	alias: string,
): string {
	const value = valueOf(column, alias);
	if (is === 'isEmpty') {
		return column.type === 'text' ? `coalesce(${value}, '') = ''` : `${value} is null`;
	}
	if (is === 'neq') return `${value} is distinct from ${operand}`;
	return `${value} ${OPERATORS[is]} ${operand}`;
}

export function columnOf(columns: SqlColumns, name: string): SqlColumn {
	const column = columns.get(name);
	if (column === undefined) throw new Error(`There is no column "${name}"`);
	return column;
}

/** Each condition with its own placeholder. */
export const conditionsSql = (
	columns: SqlColumns,
	conditions: ReadonlyArray<Condition<string>>,
	placeholders: Placeholders,
	alias = 't',
): string[] =>
	conditions.map(({ column: name, is, value }) => {
		const column = columnOf(columns, name);
		const operand = is === 'isEmpty' ? '' : `${placeholders.add(value)}::${column.type}`;
		return conditionSql(column, is, operand, alias);
	});

export const all = (conditions: readonly string[]): string =>
	conditions.length === 0 ? 'true' : conditions.join(' and ');
