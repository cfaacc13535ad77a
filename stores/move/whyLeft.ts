import { SENDING, isoOf, statusWord, textOf } from '../table/rows';
import type { Row } from '../table/columns';
import { accountKey } from '../table/served';
import { statusBefore } from './words';

/** Why a message stays where it is for now. */
export const REASONS = [
	/** A run of *Send Due* is sending it. */
	'sending',
	/** Nobody knows yet whether it was sent. */
	'unconfirmed',
	/** It is in the gateway's queue, and its statuses are found by this row only. */
	'awaitingId',
	/** Its account was paused with *Pause*, which the other store does not know. */
	'paused',
	/** A person has added or changed it, and no run of *Send Due* has taken it yet. */
	'incomplete',
	/** Two rows have its schedule id. */
	'sharedId',
] as const;
export type Reason = (typeof REASONS)[number];

/** A gateway that has not told an id for this long never will. */
const GIVEN_UP_AFTER_MS = 2 * 86_400_000;

/** What decides beside the row itself. */
export interface Surroundings {
	/** Schedule ids that several rows have. */
	readonly sharedIds: ReadonlySet<string>;
	/** Accounts that were paused with *Pause*, by `accountKey`. */
	readonly paused: ReadonlySet<string>;
	/** Milliseconds since 1970. */
	readonly now: number;
}

/** Why a row stays for now; null for one that can be moved. */
export function whyLeft(row: Row, { sharedIds, paused, now }: Surroundings): Reason | null {
	const word = statusWord(row);
	const before = statusBefore(word);
	// Claimed: no longer to be judged, but a person may have emptied a cell meanwhile.
	if (before !== null)
		return isIncomplete({ ...row, status: before }, before) ? 'incomplete' : null;
	if (word === SENDING || word === 'unconfirmed') return word;
	if (word === 'queued' && textOf(row.message_id) === null && now - sentAt(row) < GIVEN_UP_AFTER_MS)
		return 'awaitingId';
	if (isIncomplete(row, word)) return 'incomplete';
	if (sharedIds.has(String(row.schedule_id))) return 'sharedId';
	return word === 'scheduled' && paused.has(accountKey(row)) ? 'paused' : null;
}

const sentAt = ({ sent_at, send_started_at, updatedAt }: Row): number =>
	Date.parse(isoOf(sent_at) ?? isoOf(send_started_at) ?? isoOf(updatedAt) ?? '') || 0;

/** What *Send Due* adopts or asks a person for: see `table/adopt.ts`. */
const isIncomplete = (row: Row, word: string): boolean =>
	word === '' ||
	(word === 'scheduled' && row.status !== word) ||
	isoOf(row.send_at) === null ||
	row.account === null ||
	[row.status_rank, row.schedule_id, row.recipient, row.gateway].some(
		(cell) => textOf(cell) === null,
	);
