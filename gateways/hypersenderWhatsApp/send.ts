import type { MediaFile } from '../../messages/mediaFile';
import type { OutgoingMessage } from '../../messages/message';
import { createSentMessage, type SentMessage } from '../../messages/sentMessage';
import { mapStatus } from '../../messages/status';
import { isObject, objectAt, textAt, unixInstantAt } from '../json';
import type { Connection } from '../gateway';
import { unsupported } from '../transport/gatewayError';
import { hasFile } from '../uploads';
import { ACK_NAMES } from './acks';
import { account } from './credential';
import { PATHS, TAKES_FILE_NAME } from './paths';
import { toChatId } from './recipient';

/**
 * Hands a message over to the vendor's queue. The answer has the id of the queued request only; what
 * came of it, and the message's own id, is to be looked up
 * (docs.hypersender.com/v2/api-reference/whatsapp/queued-requests). An answer `{ key, status }`, as in
 * the SDK's fixtures of version 1, is of a message that was sent immediately.
 */
export async function send(connection: Connection, message: OutgoingMessage): Promise<SentMessage> {
	const { path, body } = sendRequest(message);
	const response = await connection.request({
		method: 'POST',
		path,
		...(hasFile(message) ? { multipart: withFile(body, message.file) } : { body }),
		idempotent: false,
	});
	const answer = isObject(response.body) ? response.body : {};
	const queueId = textAt(answer, 'queued_request_uuid');
	const messageId = textAt(objectAt(answer, 'key'), 'id');
	if (queueId === null && messageId === null) {
		throw connection.unexpected(response, '"queued_request_uuid"', true);
	}
	const gatewayStatus = textAt(answer, 'status');
	return createSentMessage(message, {
		gateway: 'hypersenderWhatsApp',
		account: account(connection.credential),
		queueId,
		messageId,
		status: gatewayStatus === null ? 'queued' : mapStatus(ACK_NAMES, gatewayStatus),
		gatewayStatus,
		acceptedAt: unixInstantAt(answer, 'messageTimestamp'),
		raw: response.body,
	});
}

/** Where a message goes, and as what. Rejects what the vendor does not document. */
export function sendRequest(message: OutgoingMessage) {
	const path = PATHS[message.type];
	if (path === undefined) {
		throw unsupported(
			`Hypersender WhatsApp documents no way to send ${message.type}`,
			'Choose "Voice" or "Document" as "Message Type".',
		);
	}
	return { path, body: sendBody(message) };
}

/** "Send the file it self as a file upload": the same fields as a form, `file` in place of `url`. */
function withFile(body: Record<string, unknown>, file: MediaFile) {
	const { mimeType, data } = file;
	const texts = Object.entries(body)
		.filter(([name]) => name !== 'url')
		.map(([name, value]) => [name, String(value)]);
	return {
		...(Object.fromEntries(texts) as Record<string, string>),
		file: { fileName: file.fileName ?? 'file', contentType: mimeType, data },
	};
}

function sendBody(message: OutgoingMessage): Record<string, unknown> {
	const chatId = toChatId(message.recipient);
	const { type, text, mediaUrl, caption, fileName } = message;
	if (type === 'text') return { chatId, text };
	if (fileName !== null && !TAKES_FILE_NAME.includes(type)) {
		throw unsupported(
			`"File Name" is set, but Hypersender WhatsApp does not accept a file name for ${type}`,
			'Leave "File Name" empty: the name in "Media URL" is used.',
		);
	}
	return {
		chatId,
		url: mediaUrl,
		...(fileName === null ? {} : { filename: fileName }),
		// The SDK always sends it: true would make a round video note of it.
		...(type === 'video' ? { asNote: false } : {}),
		...(caption === null ? {} : { caption }),
	};
}
