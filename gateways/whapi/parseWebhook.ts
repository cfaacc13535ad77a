import { describeAddress } from '../../messages/recipient';
import { mapStatus, type Status } from '../../messages/status';
import { createStatusEvent, type StatusEvent } from '../../messages/statusEvent';
import { isObject, textAt, unixInstantAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { elements, envelopeOf, type Envelope } from './envelope';
import { failureOf, originOf, STATUS_WORDS } from './statuses';

/**
 * What the vendor lists but what is not a status of a sent message (the OpenAPI file,
 * `WebhookPayload`). `messages.delete` reports ids alone, not whose messages they were, and
 * `messages.patch` reports edits.
 */
const UNINTERESTING = new Set([
	'messages.patch',
	'messages.delete',
	...['chats', 'contacts', 'groups', 'presences', 'calls', 'channel', 'users', 'labels', 'service'],
]);

type Context = Envelope & Pick<ParseContext, 'receivedAt'>;

/**
 * Reads a webhook: `{ statuses | messages: […], event: { type, event }, channel_id }`
 * (…/incoming-webhooks-format/sent-message). Each element about a sent message creates one
 * event; a webhook that nobody documents creates one, with status `unknown`.
 */
export function parseWebhook(body: unknown, { receivedAt }: ParseContext): StatusEvent[] {
	const envelope = envelopeOf(body);
	if (envelope === null) return [];
	const context = { ...envelope, receivedAt };
	const { name, type } = envelope;
	switch (name) {
		case 'statuses.post':
		case 'statuses.put':
			return elements(envelope.body, 'statuses').map((record) => statusEvent(record, context));
		case 'messages.post':
		case 'messages.put':
			return elements(envelope.body, 'messages')
				.filter(isOurMessage)
				.map((record) => messageEvent(record, context));
		default:
			return UNINTERESTING.has(name) || UNINTERESTING.has(type) ? [] : [unknownEvent(context)];
	}
}

/**
 * What is no message that somebody sent (`MessageType`, `MessageSource`): an `action` is about another
 * message (its edit, its deletion, a reaction, a vote), `pin` too; `system` and `call` are notes in a chat.
 */
const NO_MESSAGE = new Set<unknown>(['action', 'pin', 'system', 'call']);

const isOurMessage = (record: JsonObject) =>
	record.from_me === true && !NO_MESSAGE.has(record.type) && record.source !== 'system';

/**
 * The ids of messages that others wrote. `statuses.post` also reports that *we* have read such a message
 * (…/incoming-webhooks-format/incoming-message, "Read incoming message"), and nothing in that status says
 * whose the message is: only its id does.
 */
export const receivedIds = (body: unknown): string[] =>
	elements(isObject(body) ? body : {}, 'messages')
		.filter((record) => record.from_me === false)
		.map((record) => textAt(record, 'id'))
		.filter((id) => id !== null);

function statusEvent(record: JsonObject, context: Context): StatusEvent {
	const word = textAt(record, 'status');
	return eventOf(mapStatus(STATUS_WORDS, word), record, context, {
		gatewayStatus: word,
		recipient: describeAddress(textAt(record, 'recipient_id')),
		viewer: textAt(record, 'viewer_id'),
	});
}

/**
 * A message that the channel has sent. Its `status` may be missing, as in the vendor's sample of a
 * message sent through the API. Then it shows only that the message exists: `queued` claims
 * least. A message that a person sent in WhatsApp itself is reported by WhatsApp, which hence has it.
 */
function messageEvent(record: JsonObject, context: Context): StatusEvent {
	const word = textAt(record, 'status');
	const origin = originOf(textAt(record, 'source'));
	const implied: Status = origin === 'phone' ? 'sent' : 'queued';
	return eventOf(word === null ? implied : mapStatus(STATUS_WORDS, word), record, context, {
		gatewayStatus: word ?? context.name,
		recipient: describeAddress(textAt(record, 'chat_id')),
		origin,
	});
}

const unknownEvent = ({ account, name, receivedAt, body }: Context): StatusEvent =>
	createStatusEvent({
		gateway: 'whapi',
		channel: 'whatsapp',
		account,
		status: 'unknown',
		gatewayStatus: name,
		receivedAt,
		raw: body,
	});

type ReportedFields = Partial<
	Pick<StatusEvent, 'gatewayStatus' | 'recipient' | 'viewer' | 'origin'>
>;

const eventOf = (
	status: Status,
	raw: JsonObject,
	{ account, receivedAt }: Context,
	{ gatewayStatus, recipient, viewer, origin }: ReportedFields,
): StatusEvent =>
	createStatusEvent({
		gateway: 'whapi',
		channel: 'whatsapp',
		account,
		status,
		messageId: textAt(raw, 'id'),
		failure: failureOf(raw, status),
		occurredAt: unixInstantAt(raw, 'timestamp'),
		receivedAt,
		raw,
		gatewayStatus,
		recipient,
		viewer,
		origin,
	});
