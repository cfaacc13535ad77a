import { STATUS_NAMES, type Status } from '../../messages/status';
import { MOVED } from '../move/words';
import { PAGE_SIZE, where, type Condition, type MessageTable } from './table';

/**
 * Statuses of messages that are still to be sent. A message in a gateway's queue counts as finished: some
 * gateways report no more unless statuses are recorded, and those rows would stay forever.
 */
export const RETAINED_STATUSES: readonly Status[] = ['scheduled'];

/**
 * Deletes finished messages that have not changed since.
 *
 * @param before ISO 8601, UTC
 * @returns the number of deleted rows
 */
export async function purge(table: MessageTable, before: string): Promise<number> {
	let removed = 0;
	const done = [...STATUS_NAMES.filter((name) => !RETAINED_STATUSES.includes(name)), MOVED];
	for (const status of done) {
		removed += await removeAll(table, [
			...where({ status }),
			{ column: 'updatedAt', is: 'lt', value: before },
		]);
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
