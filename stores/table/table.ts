import type { Cell, ColumnName, Row, Values } from './columns';

/** Compares a column with a value. */
export interface Condition {
	readonly column: ColumnName | 'id' | 'createdAt' | 'updatedAt';
	readonly is: 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte' | 'isEmpty';
	/** Not looked at for `isEmpty`. */
	readonly value: Cell;
}

/** Writes values to every row that meets all conditions at that moment. */
export interface Change {
	readonly where: readonly Condition[];
	readonly values: Values;
}

/**
 * A table of messages. Each change is atomic: of several that want the same row in a certain state,
 * one gets it.
 */
export interface MessageTable {
	/** Tells one table from another, for ids. */
	readonly id: string;
	/** Writes rows, all or none, and gives them back in their order. */
	insert(rows: readonly Values[]): Promise<Row[]>;
	/** The first of the rows that meet all conditions, by ascending id unless by another column. */
	select(where: readonly Condition[], limit: number, by?: 'id' | ColumnName): Promise<Row[]>;
	/** All rows whose column has one of the values, at most {@link PAGE} values. */
	selectAny(column: ColumnName, values: readonly string[]): Promise<Row[]>;
	/** Makes the changes one after the other, and gives the rows that each one matched, as they are then. */
	update(changes: readonly Change[]): Promise<Row[][]>;
	/** Removes the rows that meet all conditions, and tells how many. */
	remove(where: readonly Condition[]): Promise<number>;
	/**
	 * The table beside this one for status events that wait for their message's id; null if there is
	 * none and it is not to be created. Not there if the table was reached by its id.
	 */
	events?(options: { readonly create: boolean }): Promise<MessageTable | null>;
}

export const where = (
	conditions: Readonly<Partial<Record<Condition['column'], Cell>>>,
): Condition[] =>
	Object.entries(conditions).map(([column, value]) => ({
		column: column as Condition['column'],
		is: 'eq',
		value,
	}));

/** All rows that meet the conditions, read in pages. */
export async function selectAll(
	table: MessageTable,
	conditions: readonly Condition[],
): Promise<Row[]> {
	const all: Row[] = [];
	for (;;) {
		const after: Condition = { column: 'id', is: 'gt', value: all.at(-1)?.id ?? 0 };
		const page = await table.select([...conditions, after], PAGE);
		all.push(...page);
		if (page.length < PAGE) return all;
	}
}

/** Rows of one page. */
export const PAGE = 1_000;
