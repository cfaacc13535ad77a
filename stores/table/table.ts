import type { Cell, ColumnName } from './columns';

/** A row as it stands in a table of those columns. `createdAt` and `updatedAt` are n8n's own. */
export type RowOf<C extends string> = Readonly<Record<C, Cell>> & {
	readonly id: number;
	readonly createdAt: string;
	readonly updatedAt: string;
};

/** What is to be written; columns that are not named stay empty, or as they are. */
export type ValuesOf<C extends string> = Readonly<Partial<Record<C, Cell>>>;

/** Compares a column with a value. */
export interface Condition<C extends string = ColumnName> {
	readonly column: C | 'id' | 'createdAt' | 'updatedAt';
	readonly is: 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte' | 'isEmpty';
	/** Not looked at for `isEmpty`. */
	readonly value: Cell;
}

/** Writes values to every row that meets all conditions at that moment. */
export interface Change<C extends string = ColumnName> {
	readonly where: ReadonlyArray<Condition<C>>;
	readonly values: ValuesOf<C>;
}

/**
 * A table of n8n. Each change is atomic: of several that want the same row in a certain state, one
 * gets it.
 */
export interface DataTable<C extends string> {
	/** Tells one table from another, for ids. */
	readonly id: string;
	/** Writes rows, all or none, and gives them back in their order. */
	insert(rows: ReadonlyArray<ValuesOf<C>>): Promise<Array<RowOf<C>>>;
	/** The first of the rows that meet all conditions, by ascending id unless by another column. */
	select(
		where: ReadonlyArray<Condition<C>>,
		limit: number,
		by?: 'id' | C,
	): Promise<Array<RowOf<C>>>;
	/** All rows whose column has one of the values, at most {@link PAGE} values. */
	selectAny(column: C, values: readonly string[]): Promise<Array<RowOf<C>>>;
	/** Makes the changes one after the other, and gives the rows that each one matched, as they are then. */
	update(changes: ReadonlyArray<Change<C>>): Promise<Array<Array<RowOf<C>>>>;
	/** Removes the rows that meet all conditions, and tells how many. */
	remove(where: ReadonlyArray<Condition<C>>): Promise<number>;
}

/** The table that stores messages. */
export type MessageTable = DataTable<ColumnName>;

/** Conditions that columns of any table have these values. */
export const equals = <C extends string>(
	conditions: Readonly<Partial<Record<C | 'id', Cell>>>,
): Array<Condition<C>> =>
	(Object.entries(conditions) as Array<[C, Cell]>).map(([column, value]) => ({
		column,
		is: 'eq',
		value,
	}));

/** The same for the table of messages. */
export const where = (
	conditions: Readonly<Partial<Record<Condition['column'], Cell>>>,
): Condition[] => equals<Condition['column']>(conditions) as Condition[];

/** All rows that meet the conditions, read in pages. */
export async function selectAll(
	table: MessageTable,
	conditions: readonly Condition[],
): Promise<Array<RowOf<ColumnName>>> {
	const all: Array<RowOf<ColumnName>> = [];
	for (;;) {
		const after: Condition = { column: 'id', is: 'gt', value: all.at(-1)?.id ?? 0 };
		const page = await table.select([...conditions, after], PAGE);
		all.push(...page);
		if (page.length < PAGE) return all;
	}
}

/** Rows of one page. */
export const PAGE = 1_000;
