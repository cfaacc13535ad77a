import { randomUUID } from 'node:crypto';
import { GatewayError } from '../../gateways/transport/gatewayError';
import type { Row } from './columns';
import { textOf } from './rows';
import { asRead, where, type MessageTable } from './table';
import { shorten } from '../../messages/text';

/** Keys per read: each is a condition, and SQLite accepts at most a thousand. */
export const MAX_KEYS = 500;

/** The rows of each of these schedule ids, the lowest first, in one read. */
export async function rowsOfIds(table: MessageTable, ids: readonly string[]): Promise<Row[][]> {
	const rows = await table.selectAny('schedule_id', [...new Set(ids)]);
	const byId = rows.sort((a, b) => a.id - b.id);
	return ids.map((id) => byId.filter(({ schedule_id: scheduleId }) => scheduleId === id));
}

/**
 * The one row that has a schedule id.
 *
 * @throws GatewayError if there is none, or if a person has created a second one
 */
export function requireOne(
	rows: readonly Row[],
	scheduleId: string,
	notFound: NotFound = notHeld,
): Row {
	if (rows.length === 1) return rows[0];
	throw rows.length === 0 ? notFound(scheduleId) : sharedId(scheduleId, rows);
}

/** Creates the error for a schedule id that no row has. */
export type NotFound = (scheduleId: string) => GatewayError;

/** The same, if the Data Tables were searched. */
export const notHeld = (scheduleId: string) =>
	new GatewayError(
		'notFound',
		`No Data Table of this project stores a message with the schedule id "${shorten(scheduleId, 120)}"`,
		{
			hint: 'Check "Scheduled Message": copy the id from the column "schedule_id" of the table, or use the "scheduleId" that "Get Many" returns. For a message in PostgreSQL, set "Stored In" to "PostgreSQL". Rows that were purged or deleted, and tables of other projects, cannot be found.',
		},
	);

function sharedId(scheduleId: string, rows: readonly Row[]): GatewayError {
	const ids = rows.map(({ id }) => id);
	return new GatewayError(
		'rejected',
		`The rows ${ids.slice(0, -1).join(', ')} and ${ids.at(-1)} of the Data Table have the same schedule id "${scheduleId}", so nothing was changed`,
		{
			hint: 'Empty the cell "schedule_id" of the copied row: it then gets a new id.',
		},
	);
}

/**
 * Assigns an id to each row that has none, such as one that a person has added.
 *
 * @returns the rows as they are then, without those that were removed meanwhile
 */
export async function withIds(table: MessageTable, rows: readonly Row[]): Promise<Row[]> {
	const lacking = rows.filter((row) => textOf(row.schedule_id) === null);
	if (lacking.length === 0) return [...rows];
	const given = await table.update(
		lacking.map((row) => ({
			where: [...where({ id: row.id }), asRead(row, 'schedule_id')],
			values: { schedule_id: randomUUID() },
		})),
	);
	const now = new Map<number, Row | undefined>();
	for (const [index, { id }] of lacking.entries()) {
		// Another execution has assigned one, or the row was removed.
		now.set(id, given[index][0] ?? (await table.select(where({ id }), 1))[0]);
	}
	return rows.flatMap((row) => (now.has(row.id) ? (now.get(row.id) ?? []) : row));
}
