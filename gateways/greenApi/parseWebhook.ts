import { describeAddress } from '../../messages/recipient';
import { mapStatus } from '../../messages/status';
import {
	createStatusEvent,
	type StatusEvent,
	type StatusEventInput,
} from '../../messages/statusEvent';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { failureOf, STATUS_WORDS } from './statuses';

/** Messages about another message: its edit, its deletion, a reaction, a vote. */
const ABOUT_ANOTHER = new Set([
	'editedMessage',
	'deletedMessage',
	'reactionMessage',
	'pollUpdateMessage',
]);

/**
 * What reports no message: the `typeWebhook`s that the vendor's own webhook servers know beside messages
 * and statuses (github.com/green-api/whatsapp-api-webhook-server-java, NotificationMapper;
 * …-server-cpp, jsonSchema). Each `incoming…` is about none of ours either.
 */
const NO_MESSAGE = new Set([
	'stateInstanceChanged',
	'statusInstanceChanged',
	'deviceInfo',
	'outgoingCall',
	'quotaExceeded',
]);

type ReportedFields = Omit<
	StatusEventInput,
	'gateway' | 'channel' | 'receivedAt' | 'raw' | 'account'
>;

/**
 * Reads a webhook (green-api.com/en/docs/api/receiving/notifications-format/outgoing-message, and the
 * same under /waba/): the status of a message, or a message that was sent. A `typeWebhook` that
 * nobody documents creates one event with status `unknown`.
 */
export function parseWebhook(body: unknown, { receivedAt }: ParseContext): StatusEvent[] {
	if (!isObject(body)) return [];
	const type = textAt(body, 'typeWebhook');
	const reported = type === null ? null : read(type, body);
	if (reported === null) return [];
	return [
		createStatusEvent({
			gateway: 'greenApi',
			channel: 'whatsapp',
			account: textAt(objectAt(body, 'instanceData'), 'idInstance'),
			messageId: textAt(body, 'idMessage'),
			// Unique within a chat only (green-api.com/en/docs/api/message-id).
			idScope: reported.recipient?.address,
			occurredAt: unixInstantAt(body, 'timestamp'),
			receivedAt,
			raw: body,
			...reported,
		}),
	];
}

/** The specific fields of a webhook; null if it reports no outgoing message. */
function read(type: string, body: JsonObject): ReportedFields | null {
	switch (type) {
		case 'outgoingMessageStatus':
			return readStatus(body);
		case 'outgoingAPIMessageReceived':
		case 'outgoingMessageReceived':
			return readMessage(type, body);
		default:
			return NO_MESSAGE.has(type) || type.startsWith('incoming')
				? null
				: { status: 'unknown', gatewayStatus: type };
	}
}

function readStatus(body: JsonObject): ReportedFields {
	const word = textAt(body, 'status');
	const { sendByApi } = body;
	return {
		status: mapStatus(STATUS_WORDS, word),
		gatewayStatus: word,
		recipient: describeAddress(textAt(body, 'chatId')),
		failure: failureOf(word, textAt(body, 'description')),
		origin: typeof sendByApi === 'boolean' ? (sendByApi ? 'api' : 'phone') : null,
	};
}

/**
 * A message that was sent, without a status. One sent through the API may still fail, and a status of
 * its own follows: `queued` claims least. One sent from the phone is reported by WhatsApp, which hence
 * has it. Its chat is `senderData.chatId`: "the format is the same as for an incoming message".
 */
function readMessage(type: string, body: JsonObject): ReportedFields | null {
	const kind = textAt(objectAt(body, 'messageData'), 'typeMessage');
	if (kind !== null && ABOUT_ANOTHER.has(kind)) return null;
	const byApi = type === 'outgoingAPIMessageReceived';
	return {
		status: byApi ? 'queued' : 'sent',
		gatewayStatus: type,
		recipient: describeAddress(textAt(objectAt(body, 'senderData'), 'chatId')),
		origin: byApi ? 'api' : 'phone',
	};
}
