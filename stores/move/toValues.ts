import { COLUMNS, type Cell, type Row, type Values } from '../table/columns';
import { isoOf, statusWord, textOf } from '../table/rows';
import { statusBefore } from './words';

/** What is written to the other store. */
export type MovedValues = Values & {
	/** ISO 8601, UTC: an uploaded file is as old as its row, so the row keeps its age. */
	readonly createdAt: string;
};

/** A row that is about to be moved, as the other store gets it: as it was before it was claimed. */
export const toValues = (row: Row): MovedValues => ({
	...Object.fromEntries(
		COLUMNS.map(({ name, type }): [string, Cell] => [name, cellOf(row[name], type)]),
	),
	createdAt: isoOf(row.createdAt) ?? row.createdAt,
	status: statusBefore(statusWord(row)) ?? statusWord(row),
	claim_token: textOf(row.claim_token) ?? '',
	attempts: Number(row.attempts ?? 0) || 0,
	deduplication_key: textOf(row.deduplication_key),
});

/** Databases differ in how they write an instant, and a person may leave anything in a cell. */
function cellOf(cell: Cell, type: (typeof COLUMNS)[number]['type']): Cell {
	if (cell === null || cell === undefined) return null;
	if (type === 'date') return isoOf(cell);
	if (type === 'number') return Number.isFinite(Number(cell)) ? Number(cell) : null;
	return String(cell);
}
