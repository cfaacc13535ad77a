import { createHash } from 'node:crypto';
import type { Recipient } from './recipient';
import type { Failure } from './failure';
import { STATUSES, type Status } from './status';

/** One status of one message, as a gateway's webhook reported it. Every field is always present. */
export interface StatusEvent {
	readonly event: 'status';
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
	/** Who of a group read it, if the gateway reports it. */
	readonly viewer: string | null;
	readonly failure: Failure | null;
	/** Whether the message was sent through the API or from the phone. */
	readonly origin: 'api' | 'phone' | null;
	/** When it occurred, by the gateway's clock: ISO 8601, UTC. Null if not reported. */
	readonly occurredAt: string | null;
	/** When n8n received it: ISO 8601, UTC. */
	readonly receivedAt: string;
	/** The part of the webhook's body with this status. */
	readonly raw: unknown;
}

/** The fields that a gateway's parser sets; the others follow from them or are null. */
export type StatusEventInput = Pick<
	StatusEvent,
	'gateway' | 'channel' | 'status' | 'receivedAt' | 'raw'
> &
	Partial<Omit<StatusEvent, 'event' | 'eventId' | 'statusRank' | 'isFinal'>> & {
		/** The chat of the message, if the gateway's message ids are unique within a chat only. */
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
		event: 'status',
		eventId:
			status === 'unknown'
				? // An undocumented word may be a state, which is one event even if it is reported several times,
					// or something that happens again.
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

/** Maximum length of a part of an event id; a longer one is replaced by its start and its hash. */
const MAX_MESSAGE_LENGTH = 128;
const MAX_STATUS_LENGTH = 64;

/**
 * The id of an event, joined by `|`: which message it is about (gateway, account, chat if the
 * gateway's ids need it, message or schedule id, viewer), then its status. Without the time: gateways
 * report one status of one message by two events with different times. It is readable text, and needs no
 * hash for each event.
 *
 * @param message identifies one message and viewer; the id without its last part(s)
 * @param status one of the vocabulary, or a word of the gateway with the time of the event
 */
export function eventIdOf(
	message: ReadonlyArray<string | null>,
	...status: ReadonlyArray<string | null>
): string {
	return `${bounded(joined(message), MAX_MESSAGE_LENGTH)}|${bounded(joined(status), MAX_STATUS_LENGTH)}`;
}

/**
 * Identifies one message and viewer. Null for an event without a message id, and for one whose status is
 * unknown: neither has a place in a message's order.
 */
export function messageKeyOf(event: StatusEvent): string | null {
	if ((event.messageId ?? event.scheduleId) === null || event.status === 'unknown') return null;
	// A status of the vocabulary contains no separator.
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

/** Replaces the id if a webhook names no message: without it, all such bodies would be one event. */
export function contentKey(raw: unknown): string {
	try {
		return sha256(JSON.stringify(raw, inKeyOrder) ?? '').slice(0, 32);
	} catch {
		// Nested too deeply to serialize, which no gateway sends.
		return '';
	}
}

const inKeyOrder = (_key: string, value: unknown): unknown =>
	typeof value === 'object' && value !== null && !Array.isArray(value)
		? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
		: value;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
