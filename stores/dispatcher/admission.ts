import { textOf } from '../../gateways/transport/gatewayError';
import type { Gateway } from '../../gateways/gateway';
import { assertSendable } from '../../gateways/capabilityChecks';
import type { OutgoingMessage } from '../../messages/message';
import { openingHours, parseWindow } from '../../messages/sendTime';
import type { Row, Values } from '../table/columns';
import { DEFAULT_VALID_FOR_MINUTES, toOutgoing } from '../table/rows';
import { expired, failed, waiting } from './transitions';
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

/**
 * Decides whether to send a due row: by its validity, its sending window and its content.
 *
 * @param keptBy what prevented the account from sending, for the reason of an expired row
 */
export function admit(row: Row, gateway: Gateway, now: number, keptBy: string | null): Admission {
	const validMs = validForMinutes(row) * MINUTE_MS;
	const expiresAt = sendAtOf(row) + validMs;
	const reason = () => {
		const kept = text(row.failure) ?? keptBy;
		return `It was not sent within ${formatMinutes(validMs / MINUTE_MS)} after its time ("Valid For").${kept === null ? ' No run of "Send Due" sent it in time.' : ` ${kept}`}`;
	};
	// Not `>`: an unreadable time is rejected with its row, below.
	if (now > expiresAt) return { values: expired(reason()), isReported: true };
	try {
		const window = text(row.sending_window);
		const opening = window === null ? now : openingHours(parseWindow(window)).nextOpen(now);
		if (opening > expiresAt) {
			const closed = `Its sending window (${window}) does not open again before that.`;
			return { values: expired(`${reason()} ${closed}`), isReported: true };
		}
		if (opening > now) return { values: waiting(opening), isReported: false };
		const message = toOutgoing(row);
		assertSendable(gateway, message);
		return { send: message };
	} catch (error) {
		return { values: failed(textOf(error), Number(row.attempts ?? 0)), isReported: true };
	}
}

/** An empty cell, or one that is not a number, counts as not set. */
function validForMinutes(row: Row): number {
	const minutes = Number(row.valid_for_minutes ?? Number.NaN);
	return minutes > 0 ? minutes : DEFAULT_VALID_FOR_MINUTES;
}

const formatMinutes = (minutes: number): string =>
	minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;

const text = (cell: unknown): string | null =>
	cell === null || cell === undefined || cell === '' ? null : String(cell);
