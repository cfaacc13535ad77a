import type { Recipient } from '../../messages/recipient';
import type { Status } from '../../messages/status';
import { createStatusEvent, type StatusEvent } from '../../messages/statusEvent';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { failureOf, readAck } from './acks';
import { readKey } from './messageId';
import { receiptOf } from './receipts';
import { chatOf } from './records';
import { isOfOthers } from './revocation';

/** What an event tells of a message of ours. */
interface Reading {
	readonly messageId: string | null;
	readonly recipient: Recipient | null;
	readonly status: Status;
	/** The vendor's word; null if it is the event's name. */
	readonly word: string | null;
	readonly occurredAt: string | null;
	readonly viewer?: string | null;
	readonly origin?: 'api' | null;
}

/** waha.devlike.pro/docs/how-to/events. Null: of a message that somebody else wrote. */
const READERS: Readonly<Record<string, (payload: JsonObject, me: JsonObject) => Reading | null>> = {
	'message.ack': readAckEvent,
	// Groups since 2025.12.2; the page's sample of it says `message.ack`, so both take both.
	'message.ack.group': readAckEvent,

	'message.any': (payload) => {
		const message = readOwn(payload);
		return message === null
			? null
			: {
					...message,
					...readAck(payload),
					occurredAt: unixInstantAt(payload, 'timestamp'),
					// That it says `app` means nothing: github.com/devlikeapro/waha, issue 1689.
					origin: payload.source === 'api' ? 'api' : null,
				};
	},

	'message.revoked': (payload) => {
		if (isOfOthers(payload)) return null;
		const revoked = textAt(payload, 'revokedMessageId');
		const before = objectAt(payload, 'before');
		const known = readOwn(before);
		const after = objectAt(payload, 'after');
		return {
			messageId: revoked === null ? (known?.messageId ?? null) : readKey(revoked).messageId,
			recipient: known?.recipient ?? chatOf(after),
			status: 'deleted',
			word: null,
			occurredAt: unixInstantAt(after, 'timestamp'),
		};
	},
};

/** What the vendor lists and what is no status of a sent message (`message` is of others only). */
const NO_STATUS =
	/^(message(\.(reaction|waiting|edited))?|session\.status|state\.change|engine\.event|(group|presence|poll|chat|call|label|event)\..+)$/;

/**
 * Reads a webhook: `{ id, timestamp, event, session, me, payload, … }`. An event that is documented nowhere is
 * reported as `unknown`.
 */
export function parseWebhook(body: unknown, { receivedAt }: ParseContext): StatusEvent[] {
	if (!isObject(body)) return [];
	const event = textAt(body, 'event');
	if (event === null || NO_STATUS.test(event)) return [];
	const read = Object.hasOwn(READERS, event) ? READERS[event] : () => UNDOCUMENTED;
	const reading = read(objectAt(body, 'payload'), objectAt(body, 'me'));
	if (reading === null) return [];
	const { word, status, occurredAt, ...rest } = reading;
	return [
		createStatusEvent({
			gateway: 'waha',
			channel: 'whatsapp',
			account: textAt(body, 'session'),
			...rest,
			status,
			gatewayStatus: word ?? event,
			failure: failureOf(status),
			// An acknowledgement has no time of its own; the event has one since 2024.
			occurredAt: occurredAt ?? millisecondsAt(body, 'timestamp'),
			receivedAt,
			raw: body,
		}),
	];
}

const UNDOCUMENTED: Reading = {
	messageId: null,
	recipient: null,
	status: 'unknown',
	word: null,
	occurredAt: null,
};

/**
 * The ids of messages that others wrote: that one of them is taken back in a group may look like an own one
 * ({@link isOfOthers}).
 */
export function receivedIds(body: unknown): string[] {
	const payload = objectAt(isObject(body) ? body : {}, 'payload');
	const { messageId, isOwn } = readKey(textAt(payload, 'id') ?? '');
	return isOwn === false && isObject(body) && body.event === 'message.any' ? [messageId] : [];
}

/** The payload's message, if it is one of ours: by its id, since some engines turn `fromMe` round. */
function readOwn(payload: JsonObject): Pick<Reading, 'messageId' | 'recipient'> | null {
	const id = textAt(payload, 'id');
	if (id === null) return null;
	const { messageId, isOwn } = readKey(id);
	return (isOwn ?? payload.fromMe === true) ? { messageId, recipient: chatOf(payload) } : null;
}

function readAckEvent(payload: JsonObject, me: JsonObject): Reading | null {
	const message = readOwn(payload);
	if (message === null) return null;
	const receipt = receiptOf(payload);
	const { status: told, word } = readAck(payload);
	const status = receipt?.status ?? told;
	return {
		...message,
		status,
		word,
		occurredAt: receipt?.occurredAt ?? null,
		viewer: VIEWED.includes(status) ? (receipt?.viewer ?? viewerOf(payload, me)) : null,
	};
}

/** Statuses that somebody of a group can be the one of. */
const VIEWED: readonly Status[] = ['delivered', 'read', 'played'];

/** In a group the `participant` is who has it, or ourselves where an engine names the sender. */
function viewerOf(payload: JsonObject, me: JsonObject): string | null {
	const participant = textAt(payload, 'participant');
	const isGroup = chatOf(payload)?.kind === 'group';
	const isMe = participant !== null && [me.id, me.lid].includes(participant);
	return isGroup && !isMe ? participant : null;
}

/** The instant at a key with milliseconds since 1970, as ISO 8601 in UTC. */
export function millisecondsAt(object: JsonObject, key: string): string | null {
	const { [key]: ms } = object;
	return typeof ms === 'number' ? unixInstantAt({ seconds: ms / 1000 }, 'seconds') : null;
}
