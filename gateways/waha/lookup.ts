import { shorten } from '../../messages/text';
import type { Recipient } from '../../messages/recipient';
import type { SentMessage } from '../../messages/sentMessage';
import { isObject, textAt } from '../json';
import type { Connection } from '../gateway';
import { GatewayError } from '../transport/gatewayError';
import { account } from './credential';
import { readKey, serialId } from './messageId';
import { messagePath } from './paths';
import { toChatId } from './recipient';
import { chatOf, toSentMessage } from './records';
import { findsByIdAlone, serverIfKnown } from './server';

/**
 * `GET …/messages/{id}` (waha.devlike.pro/docs/how-to/chats, "Get message by id"). The acknowledgement that it tells
 * may stay PENDING for ever in NOWEB (github.com/devlikeapro/waha, issue 1379): `queued` here, and never a failure.
 */
export async function lookup(
	connection: Connection,
	id: string,
	recipient: Recipient | null,
): Promise<SentMessage> {
	const response = await connection.request({
		method: 'GET',
		path: await pathOf(connection, id, recipient),
		// Without `downloadMedia`: the route takes any text in it for true (src/api/chats.controller.ts).
		idempotent: true,
	});
	const record = isObject(response.body) ? response.body : {};
	const reported = textAt(record, 'id');
	if (reported === null) throw connection.unexpected(response, '"id"', false);
	const { messageId, isOwn } = readKey(reported);
	if (record.fromMe === false || isOwn === false) {
		throw new GatewayError(
			'notFound',
			`The message ${shorten(messageId, 80)} was received by the WAHA session, not sent by it`,
			{ hint: 'Enter the ID that the operation "Send" returned.' },
		);
	}
	const chat = chatOf(record);
	// A LID says less than the number that was asked for.
	const to = chat === null || chat.kind === 'lid' ? (recipient ?? chat) : chat;
	if (to === null) throw connection.unexpected(response, '"to"', false);
	return toSentMessage(record, {
		messageId,
		recipient: to,
		account: account(connection.credential),
	});
}

/** By the bare id in all chats where the engine can, which also finds chats by a LID; else by chat and id. */
async function pathOf(
	connection: Connection,
	id: string,
	recipient: Recipient | null,
): Promise<string> {
	const { messageId, chat } = readKey(id.trim());
	const known = recipient === null ? chat : toChatId(recipient);
	const server = await serverIfKnown(connection);
	const isAlone = server === null ? known === null : findsByIdAlone(server);
	if (isAlone) return messagePath(connection.credential, 'all', messageId);
	if (known !== null) {
		return messagePath(connection.credential, known, serialId(known, messageId));
	}
	throw new GatewayError(
		'unsupported',
		'The engine of this WAHA finds a message only with its recipient',
		{ hint: 'Enter the recipient of the message.' },
	);
}
