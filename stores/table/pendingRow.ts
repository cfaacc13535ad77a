import { randomUUID } from 'node:crypto';
import { GatewayError } from '../../gateways/transport/gatewayError';
import { STATUSES } from '../../messages/status';
import { isHandedOver } from '../move/words';
import type { Row, Values } from './columns';
import { statusWord } from './rows';
import { asRead, where, type Condition } from './table';

/** The conditions that a row's status is unchanged since it was read. */
export const asItStands = (row: Row): Condition[] => [
	...where({ id: row.id }),
	asRead(row, 'status'),
];

/** @throws GatewayError if the message is in another store by now, or is on its way there */
export function assertStillHere(row: Row): void {
	if (!isHandedOver(statusWord(row))) return;
	throw new GatewayError(
		'notPending',
		`The scheduled message "${String(row.schedule_id)}" was moved to PostgreSQL, so nothing was changed`,
		{ hint: 'Set "Stored In" (in "Schedule": "Store Messages In") to "PostgreSQL".' },
	);
}

/** Cancels a pending row. */
export const cancelledValues = (): Values => ({
	status: 'cancelled',
	status_rank: STATUSES.cancelled.rank,
});

/**
 * Another token than before, for a row whose time changes: a run of *Send Due* that has read the row as due
 * cannot start it any more. It would send it at its former time.
 */
export const newToken = (): Values => ({ claim_token: `moved ${randomUUID()}` });

/** Moves a pending row. `now` in milliseconds since 1970. */
export const movedValues = (scheduledAt: string, now: number): Values => ({
	send_at: scheduledAt,
	// This ends the retry delay of a failed attempt.
	next_attempt_at: new Date(now).toISOString(),
	...newToken(),
});
