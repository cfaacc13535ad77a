import { createHash } from 'node:crypto';
import type { Recipient } from './recipient';
import type { Failure } from './scheduledMessage';
import { STATUSES, type Status } from './status';

/** One status of one message, as a gateway's webhook told it. Every key is always there. */
export interface StatusEvent {
	/** The same for the same status told twice, in any process: see {@link eventIdOf}. */
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
	Partial<Omit<StatusEvent, 'eventId' | 'statusRank' | 'isFinal'>>;

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
	} = input;
	return {
		eventId: eventIdOf([
			gateway,
			account,
			messageId ?? scheduleId ?? contentKey(raw),
			// Two words that are both unknown are two events.
			status === 'unknown' ? `unknown:${gatewayStatus ?? ''}` : status,
			viewer,
			occurredAt,
		]),
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

/** The longest event id that is written out; of a longer one, its start and its hash. */
const LONGEST_ID = 256;

/**
 * The id of an event: gateway, account, message or schedule id, status, viewer and the gateway's own
 * time, joined by `|`. It is text that a person can read, and needs no hash for each event.
 */
export function eventIdOf(parts: ReadonlyArray<string | null>): string {
	let id = '';
	// `map` and `join` take half as long again, and this is the longest step of an event.
	for (let i = 0; i < parts.length; i++) id += (i === 0 ? '' : '|') + escapePart(parts[i]);
	return id.length <= LONGEST_ID ? id : `${id.slice(0, LONGEST_ID)}#${sha256(id)}`;
}

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
