import type { Cell, ColumnName, Row } from './columns';

/** Columns of every n8n Data Table. */
export type OwnColumn = 'id' | 'createdAt' | 'updatedAt';

/** Values of some columns. */
export type ValuesOf<C extends string> = Readonly<Partial<Record<C, Cell>>>;

/** A row of a table with these columns. */
export type RowOf<C extends string> = Readonly<Record<C, Cell>> & {
	readonly id: number;
	readonly createdAt: string;
	readonly updatedAt: string;
};

/** Compares a column with a value. */
export interface Condition<C extends string = ColumnName> {
	readonly column: C | OwnColumn;
	/** `isEmpty` matches null and, from n8n 2.41 on, the empty text: a person who clears a cell may leave either. */
	readonly is: 'eq' | 'neq' | 'gt' | 'gte' | 'lt' | 'lte' | 'isEmpty';
	/** Ignored for `isEmpty`. */
	readonly value: Cell;
}

/** Conditional update: writes values to every row that matches all conditions at that moment. */
export interface ConditionalUpdate<C extends string = ColumnName> {
	readonly where: readonly Condition<C>[];
	readonly values: ValuesOf<C>;
}

/** In which order rows are read. */
export type Direction = 'asc' | 'desc';

/**
 * A table with these columns. Each update is atomic: of several that require the same row in a certain state,
 * one succeeds. n8n's Data Tables are such (`nodes/shared/dataTable`).
 */
export interface Table<C extends string> {
	/** Identifies the table. */
	readonly id: string;
	/** Inserts rows, all or none, and returns them in their order. */
	insert(rows: readonly ValuesOf<C>[]): Promise<RowOf<C>[]>;
	/** The first of the rows that match all conditions, by id or another column; ascending unless given. */
	select(
		where: readonly Condition<C>[],
		limit: number,
		by?: 'id' | C,
		direction?: Direction,
	): Promise<RowOf<C>[]>;
	/** All rows whose column has one of the values, at most {@link PAGE_SIZE} values. */
	selectAny(column: C, values: readonly string[]): Promise<RowOf<C>[]>;
	/** All rows that match at least one of the conditions; none without conditions. */
	selectEither(conditions: readonly Condition<C>[]): Promise<RowOf<C>[]>;
	/** Applies the updates one after the other, and returns the rows that each one matched, as they are then. */
	update(changes: readonly ConditionalUpdate<C>[]): Promise<RowOf<C>[][]>;
	/** Deletes the rows that match all conditions, and returns their number. */
	remove(where: readonly Condition<C>[]): Promise<number>;
}

/** The table of messages. */
export interface MessageTable extends Table<ColumnName> {
	/**
	 * The table beside this one for status events whose message has no id yet; null if there is none and it
	 * should not be created. Missing if the table was opened by its id.
	 */
	events?(options: { readonly create: boolean }): Promise<MessageTable | null>;
}

/** Conditions for equality. */
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

/** The condition that a cell with text or a number is unchanged since the row was read. */
export const asRead = (row: Row, column: ColumnName): Condition =>
	(row[column] ?? null) === null
		? { column, is: 'isEmpty', value: null }
		: { column, is: 'eq', value: row[column] };

/** All rows that match the conditions, read in pages. */
export async function selectAll(
	table: MessageTable,
	conditions: readonly Condition[],
): Promise<Row[]> {
	const all: Row[] = [];
	for await (const page of selectPages(table, conditions)) all.push(...page);
	return all;
}

/** The same page by page, for callers that do not need all rows together. */
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
