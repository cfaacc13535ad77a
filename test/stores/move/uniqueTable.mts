import type { Row, Values } from '../../../stores/table/columns';
import { MemoryTable } from '../table/memoryTable.mts';

/** A table in memory with the unique keys that PostgreSQL's has: an insert gives the rows that hold them. */
export class UniqueTable extends MemoryTable {
	override async insert(values: readonly Values[]): Promise<Row[]> {
		// The access itself; what follows is one step, as it is in a transaction.
		await super.insert([]);
		const { before } = this;
		this.before = () => undefined;
		const held: Row[] = [];
		for (const value of values) held.push(this.holderOf(value) ?? (await super.insert([value]))[0]);
		this.before = before;
		return held;
	}

	private holderOf(value: Values): Row | undefined {
		const rows = [...this.rows.values()];
		const key = value.deduplication_key ?? null;
		return (
			rows.find((row) => row.schedule_id === value.schedule_id) ??
			rows.find(
				(row) =>
					key !== null &&
					row.deduplication_key === key &&
					row.gateway === value.gateway &&
					row.account === value.account,
			)
		);
	}
}
