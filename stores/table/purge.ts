import { randomUUID } from 'node:crypto';
import { STATUS_NAMES, type Status } from '../../messages/status';
import { MAX_KEYS } from './byScheduleId';
import { MOVED } from '../move/words';
import { SENDING } from './rows';
import { PAGE_SIZE, where, type Condition, type MessageTable } from './table';

/**
 * Statuses of messages that are still to be sent. A message in a gateway's queue counts as finished: some
 * gateways report no more unless statuses are recorded, and those rows would stay forever.
 */
export const RETAINED_STATUSES: readonly Status[] = ['scheduled'];

/** Statuses of messages that are finished here. */
const DONE: readonly string[] = [
	...STATUS_NAMES.filter((name) => !RETAINED_STATUSES.includes(name)),
	MOVED,
];

/**
 * Deletes finished messages that have not changed since.
 *
 * @param before ISO 8601, UTC
 * @returns the number of deleted rows
 */
export async function purge(table: MessageTable, before: string): Promise<number> {
	let removed = 0;
	for (const status of DONE) {
		removed += await removeAll(table, [
			...where({ status }),
			{ column: 'updatedAt', is: 'lt', value: before },
		]);
	}
	return removed;
}

/**
 * The same for some messages only. Two accesses for many of them: n8n deletes by one set of conditions at a
 * time, so they are marked first.
 *
 * @param before ISO 8601, UTC
 * @returns the schedule ids of the deleted rows
 */
export async function purgeThese(
	table: MessageTable,
	scheduleIds: readonly string[],
	before: string,
): Promise<ReadonlySet<string>> {
	const removed = new Set<string>();
	for (let from = 0; from < scheduleIds.length; from += MAX_KEYS) {
		const rows = await table.selectAny('schedule_id', scheduleIds.slice(from, from + MAX_KEYS));
		const done = rows.filter(({ status }) => DONE.includes(String(status)));
		const token = `purged ${randomUUID()}`;
		const marked = await table.update(
			done.map(({ id, status }) => ({
				where: [...where({ id, status }), { column: 'updatedAt', is: 'lt', value: before }],
				values: { claim_token: token },
			})),
		);
		// A person may have put one back meanwhile, and it waits again.
		const waiting = ['scheduled', SENDING].map(
			(word): Condition => ({ column: 'status', is: 'neq', value: word }),
		);
		if (marked.flat().length > 0)
			await table.remove([...where({ claim_token: token }), ...waiting]);
		for (const row of marked.flat()) removed.add(String(row.schedule_id));
	}
	return removed;
}

/** Page by page, since n8n reads every row that it deletes into memory. */
async function removeAll(table: MessageTable, old: readonly Condition[]): Promise<number> {
	for (let removed = 0; ; ) {
		const page = await table.select(old, PAGE_SIZE);
		if (page.length === 0) return removed;
		removed += await table.remove([
			...old,
			{ column: 'id', is: 'gte', value: page[0].id },
			{ column: 'id', is: 'lte', value: page[page.length - 1].id },
		]);
		if (page.length < PAGE_SIZE) return removed;
	}
}
