import { describeAddress } from '../../messages/recipient';
import type { OutgoingMessage } from '../../messages/message';
import { createSentMessage, type SentMessage } from '../../messages/sentMessage';
import { mapStatus } from '../../messages/status';
import { isObject, isoInstantAt, textAt } from '../json';
import type { Connection } from '../gateway';
import { account, sessionOf } from './credential';
import { isRefusal } from './parseError';
import { toAddress } from './recipient';

/** Sends immediately (docs.chatwhatsapp.in/api-reference/messaging). */
export async function send(connection: Connection, message: OutgoingMessage): Promise<SentMessage> {
	const session = sessionOf(connection.credential);
	const body = sendBody(message);
	const response = await connection.request({
		method: 'POST',
		path: `/sessions/${encodeURIComponent(session)}/send${message.type === 'text' ? '' : '/image'}`,
		body,
		idempotent: false,
	});
	const answer = isObject(response.body) ? response.body : {};
	const messageId = textAt(answer, 'messageId');
	if (messageId === null) {
		throw connection.unexpected(response, '"messageId"', !isRefusal(response.body));
	}
	const gatewayStatus = textAt(answer, 'status');
	return createSentMessage(message, {
		recipient: describeAddress(textAt(answer, 'to')) ?? message.recipient,
		gateway: 'chatWhatsApp',
		account: account(connection.credential),
		messageId,
		// The vendor's sample answers `sent` before anything is known of delivery.
		status: mapStatus({ sent: 'sent' }, gatewayStatus),
		gatewayStatus,
		acceptedAt: isoInstantAt(answer, 'timestamp'),
		raw: response.body,
	});
}

/** The body of `/send` or `/send/image`. Rejects a recipient that the vendor does not document. */
export function sendBody(message: OutgoingMessage): Record<string, unknown> {
	const { type, text, mediaUrl, caption, fileName } = message;
	const to = toAddress(message.recipient);
	if (type === 'text') return { to, text };
	return {
		to,
		image: mediaUrl,
		...(caption === null ? {} : { caption }),
		...(fileName === null ? {} : { filename: fileName }),
	};
}
