import { COLUMNS, type Cell, type ColumnName } from '../../../stores/table/columns';
import type {
	ConditionalUpdate,
	Condition,
	Direction,
	RowOf,
	Table,
	ValuesOf,
} from '../../../stores/table/table';

/** What a test may do before an access takes effect: wait, or throw. */
export type Before = (access: 'insert' | 'select' | 'update' | 'remove') => Promise<void> | void;

/**
 * A table in memory with what n8n's promises: an insert is all or none, each change is atomic, and
 * between any two of them others may come.
 */
export class MemoryTable<C extends string = ColumnName> implements Table<C> {
	readonly id: string = 'memory';
	readonly rows = new Map<number, RowOf<C>>();
	/** How many inserts, selects, updates and removals there were. */
	readonly accesses: string[] = [];
	now = () => Date.now();
	before: Before = () => undefined;
	/** Before n8n 2.41 it does not. */
	emptyMatchesEmptyText = true;
	private lastId = 0;
	/** The table of events beside this one, once it was created. */
	kept: MemoryTable | null = null;

	async events({ create }: { create: boolean }): Promise<MemoryTable | null> {
		if (this.kept === null && create) {
			this.kept = new MemoryTable();
			this.kept.now = () => this.now();
			// One count of accesses for both.
			Object.assign(this.kept, { accesses: this.accesses, before: this.before });
		}
		return this.kept;
	}

	constructor(private readonly columns: readonly string[] = COLUMNS.map(({ name }) => name)) {}

	async insert(values: readonly ValuesOf<C>[]): Promise<RowOf<C>[]> {
		await this.access('insert');
		const at = new Date(this.now()).toISOString();
		return values.map((value) => {
			const id = ++this.lastId;
			const empty = Object.fromEntries(this.columns.map((name) => [name, null]));
			const row = { ...empty, createdAt: at, ...value, id, updatedAt: at } as unknown as RowOf<C>;
			this.rows.set(id, row);
			return { ...row };
		});
	}

	async select(
		where: readonly Condition<C>[],
		limit: number,
		by: 'id' | C = 'id',
		direction: Direction = 'asc',
	): Promise<RowOf<C>[]> {
		await this.access('select');
		const sign = direction === 'asc' ? 1 : -1;
		return this.matching(where)
			.sort((a, b) => sign * order(a[by], b[by]))
			.slice(0, limit)
			.map((row) => ({ ...row }));
	}

	async selectAny(column: C, values: readonly string[]): Promise<RowOf<C>[]> {
		await this.access('select');
		const wanted = new Set(values);
		return [...this.rows.values()]
			.filter((row) => wanted.has(String(row[column])))
			.map((row) => ({ ...row }));
	}

	async selectEither(conditions: readonly Condition<C>[]): Promise<RowOf<C>[]> {
		await this.access('select');
		// As a database does with many values of one column.
		const equal = new Map<string, Set<Cell>>();
		for (const { column, is, value } of conditions) {
			if (is === 'eq') equal.set(column, (equal.get(column) ?? new Set<Cell>()).add(value));
		}
		const others = conditions.filter(({ is }) => is !== 'eq');
		return [...this.rows.values()]
			.filter(
				(row) =>
					[...equal].some(([column, values]) => {
						const cell = row[column as C];
						return cell !== null && values.has(cell);
					}) || others.some((one) => this.meets(row, one)),
			)
			.map((row) => ({ ...row }));
	}

	async update(changes: readonly ConditionalUpdate<C>[]): Promise<RowOf<C>[][]> {
		const matched: RowOf<C>[][] = [];
		for (const { where, values } of changes) {
			await this.access('update');
			const found = this.matching(where);
			const updatedAt = new Date(this.now()).toISOString();
			const changed = found.map((row) => ({ ...row, ...values, updatedAt }));
			for (const row of changed) this.rows.set(row.id, row);
			matched.push(changed.map((row) => ({ ...row })));
		}
		return matched;
	}

	async remove(where: readonly Condition<C>[]): Promise<number> {
		await this.access('remove');
		const found = this.matching(where);
		for (const { id } of found) this.rows.delete(id);
		return found.length;
	}

	/** As a person edits a cell in n8n. */
	edit(id: number, values: ValuesOf<C>): void {
		this.rows.set(id, { ...this.row(id), ...values });
	}

	row(id: number): RowOf<C> {
		const row = this.rows.get(id);
		if (row === undefined) throw new Error(`There is no row ${id}`);
		return row;
	}

	/** The row that has a schedule id. */
	idOf(scheduleId: string): number {
		const found = [...this.rows.values()].find((row) => row['schedule_id' as C] === scheduleId);
		if (found === undefined) throw new Error(`No row has the schedule id ${scheduleId}`);
		return found.id;
	}

	/** The status of every row, by id. */
	get statuses(): Cell[] {
		return [...this.rows.values()].map((row) => row['status' as C]);
	}

	private async access(kind: Parameters<Before>[0]): Promise<void> {
		this.accesses.push(kind);
		await this.before(kind);
	}

	private matching(where: readonly Condition<C>[]): RowOf<C>[] {
		const id = where.find(({ column, is }) => column === 'id' && is === 'eq')?.value;
		if (id !== undefined) {
			const row = this.rows.get(id as number);
			return row !== undefined && where.every((one) => this.meets(row, one)) ? [row] : [];
		}
		// By the status first: it leaves out the most.
		const rest = where.filter(({ column }) => column !== 'status');
		const ordered = [...where.filter(({ column }) => column === 'status'), ...rest];
		const found: RowOf<C>[] = [];
		for (const row of this.rows.values()) {
			if (ordered.every((one) => this.meets(row, one))) found.push(row);
		}
		return found;
	}

	/** As n8n compares: an empty cell meets no comparison but `neq`; an empty text is empty, too. */
	private meets(row: RowOf<C>, { column, is, value }: Condition<C>): boolean {
		const cell = row[column as C];
		if (is === 'isEmpty') {
			return (cell ?? null) === null || (cell === '' && this.emptyMatchesEmptyText);
		}
		if (is === 'neq') return cell !== value;
		if (cell === null || value === null) return false;
		switch (is) {
			case 'eq':
				return cell === value;
			case 'gt':
				return cell > value;
			case 'gte':
				return cell >= value;
			case 'lt':
				return cell < value;
			case 'lte':
				return cell <= value;
		}
	}
}

const order = (a: Cell, b: Cell): number =>
	a === b ? 0 : a === null || (b !== null && a < b) ? -1 : 1;
