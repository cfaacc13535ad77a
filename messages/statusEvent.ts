import { createHash } from 'node:crypto';
import type { Recipient } from './recipient';
import type { Failure } from './failure';
import { STATUSES, type Status } from './status';

/** One status of one message, as a gateway's webhook told it. Every key is always there. */
export interface StatusEvent {
	/** The same for the same status of the same message, in any process: see {@link eventIdOf}. */
	readonly eventId: string;
	readonly gateway: string;
	readonly channel: 'whatsapp' | 'sms';
	/** Session, instance or channel of the gateway. */
	readonly account: string | null;
	readonly status: Status;
	readonly statusRank: number;
	readonly isFinal: boolean;
	/** The gateway's own word. */
	readonly gatewayStatus: string | null;
	readonly messageId: string | null;
	readonly scheduleId: string | null;
	readonly reference: string | null;
	readonly recipient: Recipient | null;
	/** Who of a group read it, where the gateway tells. */
	readonly viewer: string | null;
	readonly failure: Failure | null;
	/** Whether the message was sent through the API or from the phone. */
	readonly origin: 'api' | 'phone' | null;
	/** When it happened, by the gateway's clock: ISO 8601, UTC. Null where it does not say. */
	readonly occurredAt: string | null;
	/** When n8n received it: ISO 8601, UTC. */
	readonly receivedAt: string;
	/** The part of the webhook's body that tells of this status. */
	readonly raw: unknown;
}

/** What a gateway's parser knows; the rest follows from it or is null. */
export type StatusEventInput = Pick<
	StatusEvent,
	'gateway' | 'channel' | 'status' | 'receivedAt' | 'raw'
> &
	Partial<Omit<StatusEvent, 'eventId' | 'statusRank' | 'isFinal'>> & {
		/** The chat of the message, where the gateway's message ids are unique within a chat only. */
		readonly idScope?: string | null;
	};

/** Completes an event: every key present, rank and finality from the vocabulary, a stable id. */
export function createStatusEvent(input: StatusEventInput): StatusEvent {
	const { rank, isFinal } = STATUSES[input.status];
	const {
		gateway,
		channel,
		account = null,
		status,
		gatewayStatus = null,
		messageId = null,
		scheduleId = null,
		reference = null,
		recipient = null,
		viewer = null,
		failure = null,
		origin = null,
		occurredAt = null,
		receivedAt,
		raw,
		idScope = null,
	} = input;
	const message = [gateway, account, idScope, messageId ?? scheduleId ?? contentKey(raw), viewer];
	return {
		eventId:
			status === 'unknown'
				? // What a word means that is not documented is unknown: whether it tells a state, which is one
					// event however often it is told, or something that happens again.
					eventIdOf(message, `unknown:${gatewayStatus ?? ''}`, occurredAt)
				: eventIdOf(message, status),
		gateway,
		channel,
		account,
		status,
		statusRank: rank,
		isFinal,
		gatewayStatus,
		messageId,
		scheduleId,
		reference,
		recipient,
		viewer,
		failure,
		origin,
		occurredAt,
		receivedAt,
		raw,
	};
}

/** The longest halves of an event id that are written out; of a longer one, its start and its hash. */
const MAX_MESSAGE_LENGTH = 128;
const MAX_STATUS_LENGTH = 64;

/**
 * The id of an event, joined by `|`: which message it is about (gateway, account, chat if the
 * gateway's ids need it, message or schedule id, viewer), then its status. Without the time: gateways
 * report one status of one message by two events, which give different times. It is text that a
 * person can read, and needs no hash for each event.
 *
 * @param message tells one message and viewer from all others; the id without its last part(s)
 * @param status one of the vocabulary, or a word of the gateway with the time of the event
 */
export function eventIdOf(
	message: ReadonlyArray<string | null>,
	...status: ReadonlyArray<string | null>
): string {
	return `${bounded(joined(message), MAX_MESSAGE_LENGTH)}|${bounded(joined(status), MAX_STATUS_LENGTH)}`;
}

/**
 * Tells one message and viewer from all others. Null for an event that names no message, and for one
 * whose status is unknown: neither has a place in a message's order.
 */
export function messageKeyOf(event: StatusEvent): string | null {
	if ((event.messageId ?? event.scheduleId) === null || event.status === 'unknown') return null;
	// A word of the vocabulary holds no separator.
	return event.eventId.slice(0, event.eventId.lastIndexOf('|'));
}

function joined(parts: ReadonlyArray<string | null>): string {
	let text = '';
	// `map` and `join` take half as long again, and this is the longest step of an event.
	for (let i = 0; i < parts.length; i++) text += (i === 0 ? '' : '|') + escapePart(parts[i]);
	return text;
}

const bounded = (text: string, max: number): string =>
	text.length <= max ? text : `${text.slice(0, max)}#${sha256(text)}`;

const escapePart = (part: string | null): string => {
	if (part === null) return '';
	return part.includes('|') || part.includes('\\') ? part.replace(/[|\\]/g, '\\$&') : part;
};

/** Stands in for the id where a webhook names no message: without it, all such bodies were one event. */
function contentKey(raw: unknown): string {
	try {
		return sha256(JSON.stringify(raw, inKeyOrder) ?? '').slice(0, 32);
	} catch {
		// Nested too deeply to be written out; nothing that a gateway sends.
		return '';
	}
}

const inKeyOrder = (_key: string, value: unknown): unknown =>
	typeof value === 'object' && value !== null && !Array.isArray(value)
		? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
		: value;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
