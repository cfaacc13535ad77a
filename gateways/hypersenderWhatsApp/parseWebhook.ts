import { describeAddress } from '../../messages/recipient';
import type { Failure } from '../../messages/failure';
import type { Status } from '../../messages/status';
import { createStatusEvent, type StatusEvent } from '../../messages/statusEvent';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { readAck } from './acks';
import { readKey, readRevokedKey, type MessageKey } from './messageKey';

/** The fields of a message in an event. */
interface Reading {
	readonly key: MessageKey;
	readonly status: Status;
	/** The vendor's word; null if it is the event's name. */
	readonly word: string | null;
	readonly occurredAt?: string | null;
}

/** docs.hypersender.com, "WhatsApp webhooks"; the names are those of the vendor's SDK. */
const READERS: Readonly<Record<string, (payload: JsonObject) => Reading>> = {
	/** Its sample has no time. */
	'message.ack': (payload) => ({ key: readKey(payload), ...readAck(payload) }),

	/** Each message of the instance, whoever sent it. */
	'message.any': (payload) => ({
		key: readKey(payload),
		...readAck(payload),
		occurredAt: unixInstantAt(payload, 'timestamp'),
		// What its `source` means (`app` in the sample) stands nowhere, so the origin is not known.
	}),

	/** Its time is the notice's. */
	'message.revoked': (payload) => ({
		key: readRevokedKey(payload),
		status: 'deleted',
		word: null,
		occurredAt: unixInstantAt(objectAt(payload, 'after'), 'timestamp'),
	}),

	/** Where its ack says nothing (the SDK's sample has `PENDING`), its meaning is undocumented. */
	'message.waiting': (payload) => ({ key: readKey(payload), ...readAck(payload) }),
};

const readUndocumented = (): Reading => ({
	key: { isOwn: true, messageId: null, chat: null },
	status: 'unknown',
	word: null,
});

const NO_STATUS: readonly string[] = [
	'message.reaction',
	'presence.update',
	'poll.vote',
	'poll.vote.failed',
];

/**
 * Reads a webhook: `{ event, data: { id, event, me, payload, instanceId, … } }`. Messages of others
 * create no event. Nothing in a webhook leads back to the queued request. An event that is documented
 * nowhere is reported as `unknown`.
 */
export function parseWebhook(body: unknown, { receivedAt }: ParseContext): StatusEvent[] {
	if (!isObject(body)) return [];
	const event = textAt(body, 'event');
	if (event === null || NO_STATUS.includes(event)) return [];
	const data = objectAt(body, 'data');
	const payload = objectAt(data, 'payload');
	const read = Object.hasOwn(READERS, event) ? READERS[event] : readUndocumented;
	const { key, status, word, occurredAt } = read(payload);
	if (!key.isOwn) return [];
	return [
		createStatusEvent({
			gateway: 'hypersenderWhatsApp',
			channel: 'whatsapp',
			account: textAt(data, 'instanceId'),
			status,
			gatewayStatus: word ?? event,
			messageId: key.messageId,
			recipient: describeAddress(key.chat),
			failure: status === 'failed' ? FAILURE : null,
			occurredAt,
			receivedAt,
			raw: body,
		}),
	];
}

/** An `ERROR` comes without a text (…/whatsapp-webhooks/messages-ack). */
const FAILURE: Failure = {
	code: null,
	reason: 'WhatsApp did not deliver the message; Hypersender reported no reason',
};
