import { textOf } from '../../gateways/transport/gatewayError';
import type { Gateway } from '../../gateways/gateway';
import { assertSendable } from '../../gateways/capabilityChecks';
import { limitInWords } from '../../messages/frequencyCap';
import type { OutgoingMessage } from '../../messages/message';
import { openingHours, parseWindow } from '../../messages/sendTime';
import { settleSync } from '../../messages/settle';
import type { Row, Values } from '../table/columns';
import { DEFAULT_VALID_FOR_MINUTES, isoOf, toOutgoing } from '../table/rows';
import { limitOf, type SendsOfRecipients } from './recentSends';
import { expired, failed, released, waiting } from './transitions';
import { MINUTE_MS } from '../../messages/duration';

/** Whether a row may be sent now, or its transition if not. */
export type Admission =
	| { readonly send: OutgoingMessage }
	| { readonly values: Values; readonly isReported: boolean };

/** The time of a row, in milliseconds since 1970; NaN if a person has emptied it. */
export const sendAtOf = (row: Row): number =>
	row.send_at === null || row.send_at === '' ? Number.NaN : new Date(String(row.send_at)).getTime();

/** Milliseconds from its time until its request began, or until now if none has. */
export const lateByMs = (row: Row, now: number): number => {
	const at = row.send_started_at === null ? now : new Date(String(row.send_started_at)).getTime();
	return Math.max(0, at - sendAtOf(row)) || 0;
};

/** Begins the reason of a row that its frequency cap holds. */
const HELD_BY_CAP = 'Held by its frequency cap';

/** What a decision about a row depends on beside the row. */
export interface AdmissionContext {
	readonly gateway: Gateway;
	/** Milliseconds since 1970. */
	readonly now: number;
	/** What prevented the account from sending, for the reason of an expired row. */
	readonly keptBy: string | null;
	readonly recent: SendsOfRecipients;
}

/**
 * Decides whether to send a due row: by its validity, its sending window, its content and its frequency cap.
 * The cap comes last: what it depends on may change until the window opens.
 */
export function admit(row: Row, context: AdmissionContext): Admission {
	const { gateway, now, keptBy } = context;
	const validMs = validForMinutes(row) * MINUTE_MS;
	const expiresAt = expiryOf(row);
	const tooLate = (why: string): Admission => {
		const within = formatMinutes(validMs / MINUTE_MS);
		const words = `It was not sent within ${within} after its time ("Valid For"). ${why}`;
		return { values: expired(words), isReported: true };
	};
	const lastReason = text(row.failure) ?? keptBy ?? NOT_IN_TIME;
	// Not `>`: an unreadable time is rejected with its row, below.
	if (now > expiresAt) return tooLate(lastReason);
	try {
		const window = text(row.sending_window);
		const hours = window === null ? null : openingHours(parseWindow(window));
		const opening = hours?.nextOpen(now) ?? now;
		if (opening > expiresAt) {
			const closed = `Its sending window (${window}) does not open again before that.`;
			return tooLate(`${lastReason} ${closed}`);
		}
		if (opening > now) return { values: waiting(opening), isReported: false };
		const message = toOutgoing(row);
		assertSendable(gateway, message);
		const limit = limitOf(row);
		const from = limit === null ? now : context.recent.allowedFrom(row, limit, now);
		// A later run knows what has become of this recipient's messages.
		if (from === null) return { values: released(), isReported: false };
		if (limit === null || from === now) return { send: message };
		const cap = limitInWords(limit);
		if (limit.over === 'skip') {
			const why = `Not sent: over its frequency cap (${cap}).`;
			return { values: expired(why), isReported: true };
		}
		const until = hours?.nextOpen(from) ?? from;
		const held = `${HELD_BY_CAP} (${cap})`;
		if (until > expiresAt) return tooLate(`${held} until after that.`);
		return { values: waiting(until, { failure: `${held}.` }), isReported: false };
	} catch (error) {
		return { values: failed(textOf(error), Number(row.attempts ?? 0)), isReported: true };
	}
}

const NOT_IN_TIME =
	'No run of "Send Due" sent it in time, or an earlier message to this recipient waited for another attempt.';

/**
 * Whether a row that waits for another attempt keeps later messages to its recipient. What waits for its window or
 * its cap does not: these have their own. Nor does what expires before that attempt.
 *
 * @param now milliseconds since 1970
 */
export function keepsLaterOnes(row: Row, now: number): boolean {
	if (Date.parse(isoOf(row.next_attempt_at) ?? '') > expiryOf(row)) return false;
	if (text(row.failure)?.startsWith(HELD_BY_CAP) === true) return false;
	const window = text(row.sending_window);
	const opening = settleSync(() =>
		window === null ? now : openingHours(parseWindow(window)).nextOpen(now),
	);
	return !opening.ok || opening.value === now;
}

/** Until when it may be sent, in milliseconds since 1970. */
const expiryOf = (row: Row): number => sendAtOf(row) + validForMinutes(row) * MINUTE_MS;

/** An empty cell, or one that is not a number, counts as not set. */
function validForMinutes(row: Row): number {
	const minutes = Number(row.valid_for_minutes ?? Number.NaN);
	return minutes > 0 ? minutes : DEFAULT_VALID_FOR_MINUTES;
}

const formatMinutes = (minutes: number): string =>
	minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;

const text = (cell: unknown): string | null =>
	cell === null || cell === undefined || cell === '' ? null : String(cell);
