import type { Cell, ColumnName, Row } from './columns';

/** Columns that every table of n8n has. */
export type OwnColumn = 'id' | 'createdAt' | 'updatedAt';

/** Values of some columns. */
export type ValuesOf<C extends string> = Readonly<Partial<Record<C, Cell>>>;

/** A row as it stands in a table with these columns. */
export type RowOf<C extends string> = Readonly<Record<C, Cell>> & {
	readonly id: number;
	readonly createdAt: string;
	readonly updatedAt: string;
};

/** Compares a column with a value. */
export interface Condition<C extends string = ColumnName> {
	readonly column: C | OwnColumn;
	/** `isEmpty` is met by null, and by the empty text: a person who clears a cell may leave either. */
	readonly is: 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte' | 'isEmpty';
	/** Not looked at for `isEmpty`. */
	readonly value: Cell;
}

/** Writes values to every row that meets all conditions at that moment. */
export interface ConditionalUpdate<C extends string = ColumnName> {
	readonly where: readonly Condition<C>[];
	readonly values: ValuesOf<C>;
}

/**
 * A table with these columns. Each change is atomic: of several that want the same row in a certain
 * state, one gets it. n8n's Data Tables are such (`nodes/shared/dataTable`).
 */
export interface Table<C extends string> {
	/** Tells one table from another. */
	readonly id: string;
	/** Writes rows, all or none, and gives them back in their order. */
	insert(rows: readonly ValuesOf<C>[]): Promise<RowOf<C>[]>;
	/** The first of the rows that meet all conditions, by ascending id unless by another column. */
	select(where: readonly Condition<C>[], limit: number, by?: 'id' | C): Promise<RowOf<C>[]>;
	/** All rows whose column has one of the values, at most {@link PAGE_SIZE} values. */
	selectAny(column: C, values: readonly string[]): Promise<RowOf<C>[]>;
	/** All rows that meet at least one of the conditions; none without conditions. */
	selectEither(conditions: readonly Condition<C>[]): Promise<RowOf<C>[]>;
	/** Makes the changes one after the other, and gives the rows that each one matched, as they are then. */
	update(changes: readonly ConditionalUpdate<C>[]): Promise<RowOf<C>[][]>;
	/** Removes the rows that meet all conditions, and tells how many. */
	remove(where: readonly Condition<C>[]): Promise<number>;
}

/** The table of messages. */
export interface MessageTable extends Table<ColumnName> {
	/**
	 * The table beside this one for status events that wait for their message's id; null if there is
	 * none and it is not to be created. Not there if the table was reached by its id.
	 */
	events?(options: { readonly create: boolean }): Promise<MessageTable | null>;
}

/** Conditions that ask for equality. */
export const whereIn = <C extends string>(
	conditions: Readonly<Partial<Record<Condition<C>['column'], Cell>>>,
): Condition<C>[] =>
	Object.entries(conditions).map(([column, value]) => ({
		column: column as Condition<C>['column'],
		is: 'eq',
		value: value as Cell,
	}));

/** The same for the table of messages. */
export const where = (conditions: Readonly<Partial<Record<Condition['column'], Cell>>>) =>
	whereIn<ColumnName>(conditions);

/** All rows that meet the conditions, read in pages. */
export async function selectAll(
	table: MessageTable,
	conditions: readonly Condition[],
): Promise<Row[]> {
	const all: Row[] = [];
	for await (const page of selectPages(table, conditions)) all.push(...page);
	return all;
}

/** The same page by page, for whoever does not need all rows at once. */
export async function* selectPages(
	table: MessageTable,
	conditions: readonly Condition[],
): AsyncGenerator<Row[], void> {
	for (let last = 0; ; ) {
		const after: Condition = { column: 'id', is: 'gt', value: last };
		const page = await table.select([...conditions, after], PAGE_SIZE);
		yield page;
		if (page.length < PAGE_SIZE) return;
		last = page[page.length - 1].id;
	}
}

/** Rows of one page. */
export const PAGE_SIZE = 1_000;
