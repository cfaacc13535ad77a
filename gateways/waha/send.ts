import type { MessageType, OutgoingMessage } from '../../messages/message';
import { describeAddress } from '../../messages/recipient';
import { createSentMessage, type SentMessage } from '../../messages/sentMessage';
import { isoInstantAt, isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import type { Connection } from '../gateway';
import { unsupported } from '../transport/gatewayError';
import type { GatewayResponse } from '../transport/request';
import { readAck } from './acks';
import { account, sessionOf } from './credential';
import { fileOf } from './file';
import { chosenId, sentId } from './messageId';
import { toChatId } from './recipient';
import { serverIfKnown, takesMessageIds } from './server';

/** A route for each type (waha.devlike.pro/docs/how-to/send-messages); there is none for audio. */
const ROUTES: Readonly<Partial<Record<MessageType, string>>> = {
	text: '/api/sendText',
	image: '/api/sendImage',
	video: '/api/sendVideo',
	document: '/api/sendFile',
	voice: '/api/sendVoice',
};

/** Sends immediately. A text goes with an id of ours where the engine takes one. */
export async function send(connection: Connection, message: OutgoingMessage): Promise<SentMessage> {
	const { credential } = connection;
	const content = sendBody(message);
	const id = await idFor(connection, message);
	const response = await connection.request({
		method: 'POST',
		path: ROUTES[message.type] ?? '',
		body: { session: sessionOf(credential), ...content, ...(id === null ? {} : { id }) },
		idempotent: false,
	});
	const answer = isObject(response.body) ? response.body : {};
	const messageId = sentId(answer) ?? (isEmptySuccess(response) ? id : undefined);
	if (messageId === undefined) throw connection.unexpected(response, 'the ID of the message', true);
	return createSentMessage(message, {
		recipient: describeAddress(content.chatId) ?? message.recipient,
		gateway: 'waha',
		account: account(credential),
		messageId,
		// What a server says of a message that it has just taken: no more than that.
		status: 'queued',
		gatewayStatus: textAt(answer, 'status') ?? readAck(answer).word,
		acceptedAt: acceptedAt(answer),
		raw: response.body,
	});
}

/** The id to send a message with; null where the server takes none, or does not say what it is. */
export async function idFor(
	connection: Connection,
	{ type, idempotencyKey }: OutgoingMessage,
): Promise<string | null> {
	// The DTOs of media have no such field (src/structures/chatting.dto.ts).
	if (type !== 'text') return null;
	const server = await serverIfKnown(connection);
	return server !== null && takesMessageIds(server) ? chosenId(idempotencyKey) : null;
}

/**
 * WEBJS has answered with 201 and nothing else, and sent the message (github.com/devlikeapro/waha, issues 1083
 * and 1087): its id is not known, and it must not go out again.
 */
const isEmptySuccess = ({ status, body }: GatewayResponse): boolean =>
	status === 201 && (body === '' || body === null || body === undefined);

/** NOWEB tells seconds as text, WEBJS as a number, GOWS an instant. */
const acceptedAt = (answer: JsonObject): string | null =>
	unixInstantAt(answer, 'messageTimestamp') ??
	unixInstantAt(answer, 'timestamp') ??
	isoInstantAt(objectAt(answer, '_data'), 'Timestamp');

/** The body without `session` and `id`. Rejects what the vendor does not document. */
export const sendBody = (message: OutgoingMessage) => ({
	chatId: toChatId(message.recipient),
	...contentBody(message),
});

function contentBody(message: OutgoingMessage): Record<string, unknown> {
	const { type, text, caption, fileName } = message;
	if (type === 'text') return { text };
	if (ROUTES[type] === undefined) {
		throw unsupported(
			`WAHA documents no way to send ${type}`,
			'Choose voice or document as "Message Type".',
		);
	}
	if (type !== 'voice') {
		// The DTO of a video has a caption by default (src/structures/chatting.dto.ts), so none is said, too.
		const said = caption ?? (type === 'video' ? '' : null);
		return { ...fileOf(message), ...(said === null ? {} : { caption: said }) };
	}
	if (caption !== null) {
		throw unsupported(
			'"Caption" is set, but WAHA does not support it for voice',
			'Leave "Caption" empty, or send it as a separate message.',
		);
	}
	if (fileName !== null) {
		throw unsupported(
			'"File Name" is set, but WAHA takes none for voice',
			'Leave "File Name" empty, or choose document as "Message Type".',
		);
	}
	return fileOf(message);
}
