import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { OutgoingMessage } from '../../messages/message';
import { describeAddress } from '../../messages/recipient';
import { createSentMessage, type SentMessage } from '../../messages/sentMessage';
import { isObject, textAt } from '../json';
import type { Connection } from '../gateway';
import { unsupported } from '../transport/gatewayError';
import { account, methodPath } from './credential';
import { fileNameOf } from './fileName';
import { toChatId } from './recipient';

/** Of a text and of a caption alike (green-api.com/en/docs/api/sending/SendMessage, SendFileByUrl). */
const MAX_CHARACTERS = 20_000;

/** Puts a message into the send queue, from which it goes out at once or after those before it. */
export async function send(connection: Connection, message: OutgoingMessage): Promise<SentMessage> {
	const body = sendBody(message);
	const response = await connection.request({
		method: 'POST',
		path: methodPath(
			connection.credential,
			message.type === 'text' ? 'sendMessage' : 'sendFileByUrl',
		),
		body,
		idempotent: false,
	});
	const messageId = isObject(response.body) ? textAt(response.body, 'idMessage') : null;
	if (messageId === null) throw connection.unexpected(response, '"idMessage"', true);
	return createSentMessage(message, {
		fileName: 'fileName' in body ? body.fileName : null,
		recipient: describeAddress(body.chatId) ?? message.recipient,
		gateway: 'greenApi',
		account: account(connection.credential),
		messageId,
		// "The message will be added to the send queue"; the answer holds nothing but the id.
		status: 'queued',
		raw: response.body,
	});
}

/** The body of `sendMessage` or `sendFileByUrl`. Rejects what the vendor does not document. */
export function sendBody(message: OutgoingMessage) {
	const { type, text, mediaUrl, mediaId, caption, recipient } = message;
	const chatId = toChatId(recipient);
	checkLength('Text', text);
	if (type === 'text') return { chatId, message: text };
	checkCaption(message);
	return {
		chatId,
		urlFile: mediaUrl ?? mediaId,
		fileName: fileNameOf(message),
		...(caption === null ? {} : { caption }),
	};
}

/**
 * "Caption added to video, images"; journals show it for documents too, but nowhere for audio, which a
 * voice note is here.
 */
function checkCaption({ type, caption }: OutgoingMessage): void {
	if (caption !== null && (type === 'audio' || type === 'voice')) {
		throw unsupported(
			`"Caption" is set, but GREEN-API does not support it for ${type}`,
			'Leave "Caption" empty, or send it as a separate message.',
		);
	}
	checkLength('Caption', caption);
}

function checkLength(parameter: string, value: string | null): void {
	const length = value === null ? 0 : [...value].length;
	if (length > MAX_CHARACTERS) {
		throw new InvalidParameterError(
			parameter,
			`"${parameter}" has ${length} characters, but GREEN-API accepts at most ${MAX_CHARACTERS}. Shorten it or split it.`,
		);
	}
}
