import type { Cell } from '../table/columns';
import type { RowOf } from '../table/table';
import type { SqlColumns } from './columns';

/** A row as `to_jsonb` gives it, as the stores know it: instants in UTC, content beside the rest. */
export function toRow<C extends string>(json: unknown, columns: SqlColumns): RowOf<C> {
	const { content, created_at, updated_at, ...cells } = json as Record<string, Cell> & {
		content?: unknown;
	};
	const given: Readonly<Record<string, Cell | undefined>> = {
		// First: whoever inserts by SQL may have put anything into it.
		...((content ?? {}) as Record<string, Cell>),
		...cells,
		createdAt: created_at,
		updatedAt: updated_at,
	};
	return Object.fromEntries(
		[...columns.values()].map(({ name, type }): [string, Cell] => {
			const cell = given[name] ?? null;
			return [name, type === 'timestamptz' && cell !== null ? instantOf(cell) : cell];
		}),
	) as unknown as RowOf<C>;
}

/** JSON of PostgreSQL has microseconds, and the session's offset. */
const instantOf = (cell: Cell): Cell => {
	const ms = new Date(String(cell)).getTime();
	return Number.isNaN(ms) ? null : new Date(ms).toISOString();
};
