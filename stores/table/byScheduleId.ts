import { randomUUID } from 'node:crypto';
import { GatewayError } from '../../gateways/transport/gatewayError';
import type { Row } from './columns';
import { textOf } from './rows';
import { where, type MessageTable } from './table';
import { shorten } from '../../messages/text';

/** Keys of one look: each is a condition, and SQLite takes a thousand of them at most. */
export const MAX_KEYS = 500;

/** The rows of each of these schedule ids, the lowest first: one look for all. */
export async function rowsOfIds(table: MessageTable, ids: readonly string[]): Promise<Row[][]> {
	const rows = await table.selectAny('schedule_id', [...new Set(ids)]);
	const byId = rows.sort((a, b) => a.id - b.id);
	return ids.map((id) => byId.filter(({ schedule_id: own }) => own === id));
}

/**
 * The one row that has a schedule id.
 *
 * @throws GatewayError where there is none, or where a person has made a second one
 */
export function requireOne(
	rows: readonly Row[],
	scheduleId: string,
	notFound: NotFound = notHeld,
): Row {
	if (rows.length === 1) return rows[0];
	throw rows.length === 0 ? notFound(scheduleId) : sharedId(scheduleId, rows);
}

/** What is said of a schedule id that no row has. */
export type NotFound = (scheduleId: string) => GatewayError;

/** The same where it is looked for in the Data Tables. */
export const notHeld = (scheduleId: string) =>
	new GatewayError(
		'notFound',
		`No Data Table of this project holds a message with the schedule id "${shorten(scheduleId, 120)}"`,
		{
			hint: 'Check "Scheduled Message": copy the id from the column "schedule_id" of the table, or pass on the "scheduleId" that "Get Many" gives. A row that was purged or deleted is gone, and tables of other projects are out of reach.',
		},
	);

function sharedId(scheduleId: string, rows: readonly Row[]): GatewayError {
	const ids = rows.map(({ id }) => id);
	return new GatewayError(
		'rejected',
		`The rows ${ids.slice(0, -1).join(', ')} and ${ids.at(-1)} of the Data Table have the same schedule id "${scheduleId}", so nothing was changed`,
		{
			hint: 'Empty the cell "schedule_id" of the row that was copied: it then gets an id of its own.',
		},
	);
}

/**
 * Gives an id to each row that has none, such as one that a person has added.
 *
 * @returns the rows as they are then, without those that were removed meanwhile
 */
export async function withIds(table: MessageTable, rows: readonly Row[]): Promise<Row[]> {
	const lacking = rows.filter((row) => textOf(row.schedule_id) === null);
	if (lacking.length === 0) return [...rows];
	const given = await table.update(
		lacking.map(({ id }) => ({
			where: [...where({ id }), { column: 'schedule_id', is: 'isEmpty', value: null }],
			values: { schedule_id: randomUUID() },
		})),
	);
	const now = new Map<number, Row | undefined>();
	for (const [index, { id }] of lacking.entries()) {
		// Another execution has given it one, or it is gone.
		now.set(id, given[index][0] ?? (await table.select(where({ id }), 1))[0]);
	}
	return rows.flatMap((row) => (now.has(row.id) ? (now.get(row.id) ?? []) : row));
}
