import { mapStatus, type Status } from '../../messages/status';
import { textAt, type JsonObject } from '../json';

/** docs.hypersender.com/api-reference/whatsapp-webhooks/messages-ack. */
export const ACK_NAMES: Readonly<Record<string, Status>> = {
	ERROR: 'failed',
	PENDING: 'queued',
	SERVER: 'sent',
	DEVICE: 'delivered',
	READ: 'read',
	PLAYED: 'played',
};

/** The page keeps the numbers for backward compatibility: the name is the one to go by. */
const ACK_NUMBERS: Readonly<Record<string, string>> = {
	'-1': 'ERROR',
	'0': 'PENDING',
	'1': 'SERVER',
	'2': 'DEVICE',
	'3': 'READ',
	'4': 'PLAYED',
};

/** The status of `ackName`, or else `ack`; the word is null if there is neither. */
export function readAck(payload: JsonObject): { status: Status; word: string | null } {
	const number = textAt(payload, 'ack') ?? '';
	const word =
		textAt(payload, 'ackName') ??
		(Object.hasOwn(ACK_NUMBERS, number) ? ACK_NUMBERS[number] : number);
	return { status: mapStatus(ACK_NAMES, word), word: word === '' ? null : word };
}
