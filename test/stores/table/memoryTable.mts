import {
	COLUMNS,
	type Cell,
	type ColumnName,
	type Row,
	type Values,
} from '../../../stores/table/columns';
import type { Change, Condition, MessageTable } from '../../../stores/table/table';

/** What a test may do before an access takes effect: wait, or throw. */
export type Before = (access: 'insert' | 'select' | 'update' | 'remove') => Promise<void> | void;

/**
 * A table in memory with what n8n's promises: an insert is all or none, each change is atomic, and
 * between any two of them others may come.
 */
export class MemoryTable implements MessageTable {
	readonly id = 'memory';
	readonly rows = new Map<number, Row>();
	/** How many inserts, selects, updates and removals there were. */
	readonly accesses: string[] = [];
	now = () => Date.now();
	before: Before = () => undefined;
	private lastId = 0;
	/** The table of events beside this one, once it was created. */
	kept: MemoryTable | null = null;

	async events({ create }: { create: boolean }): Promise<MessageTable | null> {
		if (this.kept === null && create) {
			this.kept = new MemoryTable();
			this.kept.now = () => this.now();
			// One count of accesses for both.
			Object.assign(this.kept, { accesses: this.accesses, before: this.before });
		}
		return this.kept;
	}

	async insert(values: readonly Values[]): Promise<Row[]> {
		await this.access('insert');
		const at = new Date(this.now()).toISOString();
		return values.map((value) => {
			const id = ++this.lastId;
			const empty = Object.fromEntries(COLUMNS.map(({ name }) => [name, null]));
			const row = { ...empty, ...value, id, createdAt: at, updatedAt: at } as unknown as Row;
			this.rows.set(id, row);
			return { ...row };
		});
	}

	async select(
		where: readonly Condition[],
		limit: number,
		by: 'id' | ColumnName = 'id',
	): Promise<Row[]> {
		await this.access('select');
		return this.matching(where)
			.sort((a, b) => order(a[by], b[by]))
			.slice(0, limit)
			.map((row) => ({ ...row }));
	}

	async selectAny(column: ColumnName, values: readonly string[]): Promise<Row[]> {
		await this.access('select');
		return [...this.rows.values()]
			.filter((row) => values.includes(String(row[column])))
			.map((row) => ({ ...row }));
	}

	async update(changes: readonly Change[]): Promise<Row[][]> {
		const matched: Row[][] = [];
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

	async remove(where: readonly Condition[]): Promise<number> {
		await this.access('remove');
		const found = this.matching(where);
		for (const { id } of found) this.rows.delete(id);
		return found.length;
	}

	/** As a person edits a cell in n8n. */
	edit(id: number, values: Values): void {
		this.rows.set(id, { ...this.row(id), ...values });
	}

	row(id: number): Row {
		const row = this.rows.get(id);
		if (row === undefined) throw new Error(`There is no row ${id}`);
		return row;
	}

	/** The status of every row, by id. */
	get statuses(): Cell[] {
		return [...this.rows.values()].map(({ status }) => status);
	}

	private async access(kind: Parameters<Before>[0]): Promise<void> {
		this.accesses.push(kind);
		await this.before(kind);
	}

	private matching(where: readonly Condition[]): Row[] {
		return [...this.rows.values()].filter((row) => where.every((one) => meets(row, one)));
	}
}

const order = (a: Cell, b: Cell): number =>
	a === b ? 0 : a === null || (b !== null && a < b) ? -1 : 1;

/** As SQL compares: an empty cell meets no comparison. */
function meets(row: Row, { column, is, value }: Condition): boolean {
	const cell = row[column];
	if (is === 'isEmpty') return cell === null;
	if (cell === null || value === null) return false;
	switch (is) {
		case 'eq':
			return cell === value;
		case 'neq':
			return cell !== value;
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
