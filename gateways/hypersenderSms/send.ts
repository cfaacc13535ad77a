import type { OutgoingMessage } from '../../messages/message';
import type { SentMessage } from '../../messages/sentMessage';
import type { Connection } from '../gateway';
import { unsupported } from '../transport/gatewayError';
import { account } from './credential';
import { toPhone } from './recipient';
import { toSentMessage } from './records';

/** Sends immediately: the same request as for scheduling, without a time. */
export async function send(connection: Connection, message: OutgoingMessage): Promise<SentMessage> {
	const { credential } = connection;
	const response = await connection.request({
		method: 'POST',
		path: '/send-message',
		body: sendBody(message),
		idempotent: false,
	});
	const sent = toSentMessage(response.body, account(credential));
	if (sent === null) throw connection.unexpected(response, '"id" and "to_phone_number"', true);
	return sent;
}

/** The text under which a message can be found again; always sent. Laravel trims what it takes. */
export const requestIdOf = ({ reference, idempotencyKey }: OutgoingMessage): string =>
	reference?.trim() || idempotencyKey;

/** The body of `POST /send-message` (docs.hypersender.com/api-reference/sms/messages/send-message). */
export function sendBody(message: OutgoingMessage): Record<string, unknown> {
	if (message.type !== 'text') {
		throw unsupported(
			`Hypersender SMS sends text, but not ${message.type}`,
			'Choose another "Message Type".',
		);
	}
	return {
		content: message.text,
		to: toPhone(message.recipient),
		request_id: requestIdOf(message),
	};
}
