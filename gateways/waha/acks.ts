import type { Failure } from '../../messages/failure';
import { mapStatus, type Status } from '../../messages/status';
import { textAt, type JsonObject } from '../json';

/** `ackName` (waha.devlike.pro/docs/how-to/events, `message.ack`). */
export const ACK_NAMES: Readonly<Record<string, Status>> = {
	ERROR: 'failed',
	PENDING: 'queued',
	SERVER: 'sent',
	DEVICE: 'delivered',
	READ: 'read',
	PLAYED: 'played',
};

/** `ack`, the same as a number. */
const ACK_NUMBERS: Readonly<Record<string, string>> = {
	'-1': 'ERROR',
	'0': 'PENDING',
	'1': 'SERVER',
	'2': 'DEVICE',
	'3': 'READ',
	'4': 'PLAYED',
};

/** The status of `ackName`, or else `ack`; the word is null if there is neither. */
export function readAck(record: JsonObject): { status: Status; word: string | null } {
	const number = textAt(record, 'ack') ?? '';
	const word =
		textAt(record, 'ackName') ??
		(Object.hasOwn(ACK_NUMBERS, number) ? ACK_NUMBERS[number] : number);
	return { status: mapStatus(ACK_NAMES, word), word: word === '' ? null : word };
}

/** No event and no answer of WAHA has a reason. */
const FAILURE: Failure = {
	code: null,
	reason: 'WhatsApp did not deliver the message; WAHA reported no reason',
};

export const failureOf = (status: Status): Failure | null => (status === 'failed' ? FAILURE : null);
