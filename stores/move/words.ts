/*
 * Statuses that only the move to another store writes. No dispatcher sends such a row, and no operation
 * changes it:
 *
 *   scheduled, sent, … ── claimed ──▶ moving scheduled, moving sent, … ── written there ──▶ moved
 */

/** Its message is in the other store. */
export const MOVED = 'moved';

const MOVING = 'moving ';

/** The status of a row that is about to be written to the other store, and what its message's was. */
export const movingFrom = (status: string): string => `${MOVING}${status}`;

/** What the status was before; null for a row that is not about to be moved. */
export const statusBefore = (word: string): string | null =>
	word.startsWith(MOVING) ? word.slice(MOVING.length) : null;

/** Whether the message is in the other store, or on its way there. */
export const isHandedOver = (word: string): boolean => word === MOVED || word.startsWith(MOVING);
