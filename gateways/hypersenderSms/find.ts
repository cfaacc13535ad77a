import { textAt, type JsonObject } from '../json';
import type { Connection } from '../gateway';
import { GatewayError } from '../transport/gatewayError';
import { readPages } from './pages';
import { parseScheduleId, scheduleIdOf, type MessageIds } from './scheduleId';
import { shorten } from '../../messages/text';

/**
 * All messages with exactly this `request_id`.
 *
 * Whether the filter takes parts of a value for a match is documented nowhere, so its answer is gone
 * through again. Other filters of this list take two values with a comma between them; so a
 * `request_id` that holds one is not left to the filter.
 */
export async function messagesWith(
	connection: Connection,
	{ requestId, id }: MessageIds,
	filters: Readonly<Record<string, string>> = {},
): Promise<JsonObject[]> {
	const records = await readPages(connection, {
		...filters,
		...(requestId.includes(',') ? {} : { 'filter[request_id]': requestId }),
	});
	return records.filter(
		(record) =>
			textAt(record, 'request_id') === requestId && (id === null || textAt(record, 'id') === id),
	);
}

/** The message with this id; undefined if there is none. See `scheduleId.ts`. */
export async function findMessage(
	connection: Connection,
	scheduleId: string,
): Promise<JsonObject | undefined> {
	const found = await messagesWith(connection, parseScheduleId(scheduleId));
	if (found.length < 2) return found[0];
	const ids = found.slice(0, 5).map((record) => scheduleIdOf(String(record.id), scheduleId));
	throw new GatewayError(
		'rejected',
		`Hypersender SMS has ${found.length} messages with the reference "${shorten(scheduleId, 80)}"`,
		{ hint: `Enter the complete ID of one of them: ${ids.join(', ')}.` },
	);
}

export const notFound = (scheduleId: string) =>
	new GatewayError(
		'notFound',
		`Hypersender SMS does not find the message "${shorten(scheduleId, 120)}"`,
		{
			hint: 'Enter the ID that an operation or the trigger returned, or the reference. The message may have been deleted.',
		},
	);
