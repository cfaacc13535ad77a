import { GatewayError } from '../../gateways/transport/gatewayError';
import type { DoNotContactEntry } from '../../messages/doNotContact';
import { Batcher } from '../table/batcher';
import { MAX_KEYS } from '../table/byScheduleId';
import type { Row } from '../table/columns';
import { personOfRow } from '../table/rows';
import type { DoNotContactTable, ListOwner } from './columns';
import { listedOf } from './listed';

/** Where the list is, and for whom it is read; null as long as there is none. */
export interface ListAccess {
	find(): Promise<DoNotContactTable | null>;
	readonly owner: ListOwner;
}

/**
 * Why stored messages are not to be sent later or again, by the rows' ids: their recipients are on Do Not
 * Contact.
 *
 * @param what what is not done with them, as in `was not moved`
 */
export async function refusalsOf(
	{ find, owner }: ListAccess,
	rows: readonly Row[],
	what: string,
): Promise<ReadonlyMap<number, GatewayError>> {
	const table = await find();
	const refusals = new Map<number, GatewayError>();
	if (table === null) return refusals;
	const people = rows.flatMap((row) => personOfRow(row) ?? []);
	const listed = await listedOf(table, owner, people);
	for (const row of rows) {
		const entry = listed.get(personOfRow(row) ?? '');
		if (entry !== undefined) refusals.set(row.id, refusal(row, entry, what));
	}
	return refusals;
}

/** The same for one row after the other, gathered: null for a message that may be sent. */
export function gatheredRefusals(
	access: ListAccess,
	what: string,
): (row: Row) => Promise<GatewayError | null> {
	const batcher = new Batcher(async (rows: Row[]) => {
		const refusals = await refusalsOf(access, rows, what);
		return rows.map(({ id }) => refusals.get(id) ?? null);
	}, MAX_KEYS);
	return async (row) => await batcher.add(row);
}

const refusal = (row: Row, { person, reason }: DoNotContactEntry, what: string): GatewayError =>
	new GatewayError(
		'rejected',
		`The scheduled message "${String(row.schedule_id)}" ${what}: its recipient (${person}) is on Do Not Contact${reason === null ? '' : ` (${reason})`}`,
		{
			hint: 'If the person wants to be written to again, use the operation "Remove" of "Do Not Contact". To send this message all the same, enter "ignore" in its column "do_not_contact".',
		},
	);
