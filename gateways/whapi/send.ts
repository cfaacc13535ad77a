import { describeAddress } from '../../messages/recipient';
import type { MessageType, OutgoingMessage } from '../../messages/message';
import { createSentMessage, type SentMessage } from '../../messages/sentMessage';
import { mapStatus } from '../../messages/status';
import { isObject, objectAt, textAt, unixInstantAt } from '../json';
import type { Connection } from '../gateway';
import { unsupported } from '../transport/gatewayError';
import { account } from './credential';
import { toChatId } from './recipient';
import { failureOf, STATUS_WORDS } from './statuses';

/** Sends immediately: `POST /messages/{type}` (the vendor's OpenAPI file, tag *Messages*). */
export async function send(connection: Connection, message: OutgoingMessage): Promise<SentMessage> {
	const body = sendBody(message);
	const response = await connection.request({
		method: 'POST',
		path: `/messages/${message.type}`,
		body,
		idempotent: false,
	});
	const answer = isObject(response.body) ? response.body : {};
	const reported = objectAt(answer, 'message');
	const messageId = textAt(reported, 'id');
	if (messageId === null) throw connection.unexpected(response, '"message.id"', true);
	if (answer.sent === false) throw connection.unexpected(response, '"sent": true', true);
	const gatewayStatus = textAt(reported, 'status');
	// An answer without a status says no more than that the message was taken.
	const status = gatewayStatus === null ? 'queued' : mapStatus(STATUS_WORDS, gatewayStatus);
	return createSentMessage(message, {
		recipient: describeAddress(textAt(reported, 'chat_id') ?? body.to) ?? message.recipient,
		gateway: 'whapi',
		account: account(connection.credential),
		messageId,
		status,
		gatewayStatus,
		acceptedAt: unixInstantAt(reported, 'timestamp'),
		failure: failureOf(reported, status),
		raw: response.body,
	});
}

/** The body of `POST /messages/{type}`. Rejects what the vendor does not document. */
export const sendBody = (message: OutgoingMessage) => ({
	to: toChatId(message.recipient),
	...contentBody(message),
});

/** The types whose request has a `caption`. */
const CAPTIONED: readonly MessageType[] = ['image', 'video', 'document'];

/** `{ body }` for text; `{ media, caption?, filename? }` for a file, as far as its type has them. */
function contentBody(message: OutgoingMessage): Record<string, unknown> {
	const { type, text, mediaUrl, mediaId, caption, fileName } = message;
	if (type === 'text') return { body: text };
	if (caption !== null && !CAPTIONED.includes(type)) {
		throw unsupported(
			`"Caption" is set, but Whapi.Cloud does not support it for ${type}`,
			'Leave "Caption" empty, or send it as a separate message.',
		);
	}
	if (fileName !== null && type !== 'document') {
		throw unsupported(
			`"File Name" is set, but Whapi.Cloud takes a file name for documents only`,
			'Leave "File Name" empty, or choose document as "Message Type".',
		);
	}
	return {
		media: mediaUrl ?? mediaId,
		...(caption === null ? {} : { caption }),
		...(fileName === null ? {} : { filename: fileName }),
	};
}
