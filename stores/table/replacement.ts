import { createHash } from 'node:crypto';
import { settleSync } from '../../messages/settle';
import { STATUSES } from '../../messages/status';
import { parseTemplate, type TemplateContent } from '../../messages/template';
import type { Cell, Row, Values } from './columns';

/*
 * A message that the gateway no longer lets through (its 24-hour window is closed) may have a replacement:
 * a template. Once `replaced_at` is set, the row's message is the template, and waits for *Send Due* as any
 * other; the columns of the first content stay for people. It is set at most once, by a conditional update,
 * and only if the gateway has said that the first message is not delivered.
 */

const isEmpty = (cell: Cell | undefined): boolean =>
	cell === null || cell === undefined || cell === '';

/** Whether the row's message is the replacement by now. */
export const isReplaced = (row: Row): boolean => !isEmpty(row.replaced_at);

/** Whether there is a replacement that has not been used. */
export const isReplaceable = (row: Row): boolean =>
	!isReplaced(row) && !isEmpty(row.replacement_template) && row.type !== 'template';

/** The replacement of a row; null if it has none, or a person has made it unreadable. */
export function replacementOf(row: Row): TemplateContent | null {
	if (isEmpty(row.replacement_template)) return null;
	const parsed = settleSync(() => parseTemplate(row.replacement_template));
	return parsed.ok ? parsed.value : null;
}

/** Puts the replacement in the message's place. `now` in milliseconds since 1970. */
export const replaced = (reason: string, now: number): Values => ({
	status: 'scheduled',
	status_rank: STATUSES.scheduled.rank,
	replaced_at: new Date(now).toISOString(),
	next_attempt_at: new Date(now).toISOString(),
	failure: `To be replaced by its template: ${reason}`,
	claim_token: '',
	send_started_at: null,
	sent_at: null,
	message_id: null,
	queue_id: null,
});

/**
 * The idempotency key of a row's message: its schedule id, or for a replacement another UUID that always
 * follows from it, so that no gateway takes the two for one message. Null for a row without an id.
 */
export function idempotencyKeyOf(row: Row): string | null {
	const id = isEmpty(row.schedule_id) ? null : String(row.schedule_id);
	if (id === null || !isReplaced(row)) return id;
	const hex = createHash('sha256').update(`${id}/replacement`).digest('hex');
	// The form of a UUID of version 8, whose bits are free (RFC 9562).
	return [
		hex.slice(0, 8),
		hex.slice(8, 12),
		`8${hex.slice(13, 16)}`,
		`8${hex.slice(17, 20)}`,
		hex.slice(20, 32),
	].join('-');
}
