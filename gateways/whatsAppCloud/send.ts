import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { OutgoingMessage } from '../../messages/message';
import { describeAddress } from '../../messages/recipient';
import { createSentMessage, type SentMessage } from '../../messages/sentMessage';
import type { Status } from '../../messages/status';
import type { Connection } from '../gateway';
import { isObject, textAt, type JsonObject } from '../json';
import { account } from './credential';
import { mediaContent, mediaSource } from './media';
import { toPhone } from './recipient';
import { templateContent } from './templateContent';

/** …/messages/text-messages */
const MAX_TEXT_LENGTH = 4_096;
/** `biz_opaque_callback_data` in the reference "Messages". */
const MAX_REFERENCE_LENGTH = 512;

/** Sends immediately: `POST /{phone-number-id}/messages`. */
export async function send(connection: Connection, message: OutgoingMessage): Promise<SentMessage> {
	const response = await connection.request({
		method: 'POST',
		path: `/${account(connection.credential)}/messages`,
		body: sendBody(message),
		// There is no key by which Meta would know a repetition.
		idempotent: false,
	});
	const answer = isObject(response.body) ? response.body : {};
	const reported = firstOf(answer, 'messages');
	const contact = firstOf(answer, 'contacts');
	const messageId = textAt(reported, 'id');
	if (messageId === null) throw connection.unexpected(response, '"messages[0].id"', true);
	const gatewayStatus = textAt(reported, 'message_status');
	return createSentMessage(message, {
		recipient: describeAddress(textAt(contact, 'wa_id')) ?? message.recipient,
		gateway: 'whatsAppCloud',
		account: account(connection.credential),
		messageId,
		status: acceptedStatus(gatewayStatus),
		gatewayStatus,
		raw: response.body,
	});
}

/** What Meta holds back to look at a template's quality first (…/templates/utility-templates). */
const HELD_BACK = new Set(['held_for_quality_assessment', 'paused']);

/** 200 says that Meta has the message; a webhook says that it has sent it. */
const acceptedStatus = (word: string | null): Status =>
	word !== null && HELD_BACK.has(word) ? 'suspended' : 'queued';

/** The body of a message. Rejects what the vendor does not document. */
export const sendBody = (message: OutgoingMessage): Record<string, unknown> => ({
	messaging_product: 'whatsapp',
	recipient_type: 'individual',
	to: toPhone(message.recipient),
	...content(message),
	biz_opaque_callback_data: callbackData(message),
});

/** The object of the message's type, beside its name. */
function content(message: OutgoingMessage): Record<string, unknown> {
	const { type, text, mediaUrl, mediaId, template } = message;
	if (type === 'text') return { type, text: { body: withinLimit(text ?? '') } };
	if (type === 'template') return { type, template: templateContent(template, mediaId) };
	const source = mediaId ? { id: mediaId } : mediaSource(mediaUrl ?? '');
	return mediaContent(type, source, message);
}

function withinLimit(text: string): string {
	if (text.length <= MAX_TEXT_LENGTH) return text;
	throw new InvalidParameterError(
		'Text',
		`"Text" has ${text.length} characters, but the WhatsApp Business Platform takes at most ${MAX_TEXT_LENGTH}. Shorten it, or send two messages.`,
	);
}

/**
 * What each status of the message brings back: the user's reference, else the id of this package, by which a
 * message of unknown outcome is found.
 */
function callbackData({ reference, idempotencyKey }: OutgoingMessage): string {
	const data = reference?.trim() || idempotencyKey;
	if (data.length <= MAX_REFERENCE_LENGTH) return data;
	throw new InvalidParameterError(
		'Reference',
		`"Reference" has ${data.length} characters, but the WhatsApp Business Platform takes at most ${MAX_REFERENCE_LENGTH}. Shorten it.`,
	);
}

function firstOf(answer: JsonObject, key: string): JsonObject {
	const list = Object.hasOwn(answer, key) ? answer[key] : undefined;
	const first: unknown = Array.isArray(list) ? list[0] : undefined;
	return isObject(first) ? first : {};
}
