import type { Recipient } from '../../messages/recipient';
import type { SentMessage } from '../../messages/sentMessage';
import { shorten } from '../../messages/text';
import type { Connection } from '../gateway';
import { objectAt, textAt } from '../json';
import { GatewayError } from '../transport/gatewayError';
import { instancePath } from './credential';
import { findMessages, isOwnRecord, toSentMessage, wordsOf } from './messageList';
import { isAtLeast, versionOf } from './version';

/**
 * Looks a stored message up by its id alone: in an instance of Baileys a chat in the filter would let
 * messages of others through. Version 1 keeps the statuses apart.
 */
export async function lookup(
	connection: Connection,
	id: string,
	recipient: Recipient | null,
): Promise<SentMessage> {
	const isV2 = isAtLeast(await versionOf(connection), 2, 0);
	const where = { key: { id } };
	const records = await findMessages(connection, isV2 ? { where, page: 1, offset: 10 } : { where });
	const record = records.find((one) => textAt(objectAt(one, 'key'), 'id') === id);
	if (record === undefined) throw notStored(id);
	if (!isOwnRecord(record)) {
		throw new GatewayError(
			'notFound',
			`The message ${shorten(id, 80)} was received by the Evolution API instance, not sent by it`,
			{ hint: 'Enter the ID that the operation "Send" returned.' },
		);
	}
	return toSentMessage(connection, record, {
		messageId: id,
		asked: recipient,
		...(isV2 ? {} : { words: await statusesOf(connection, id) }),
	});
}

/** `POST /chat/findStatusMessage`: the statuses of a message, in version 1. */
async function statusesOf(connection: Connection, id: string): Promise<readonly string[]> {
	const response = await connection.request({
		method: 'POST',
		path: instancePath(connection.credential, 'chat/findStatusMessage'),
		body: { where: { id } },
		idempotent: true,
	});
	if (!Array.isArray(response.body)) throw connection.unexpected(response, 'a list', false);
	return wordsOf(response.body);
}

const notStored = (id: string) =>
	new GatewayError(
		'notFound',
		`The Evolution API instance has stored no message ${shorten(id, 80)}`,
		{
			hint: 'Check the ID. If it is right, the server stores no messages: set DATABASE_SAVE_DATA_NEW_MESSAGE and DATABASE_SAVE_MESSAGE_UPDATE to true there.',
		},
	);
