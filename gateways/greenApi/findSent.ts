import { describeAddress } from '../../messages/recipient';
import type { OutgoingMessage } from '../../messages/message';
import { createSentMessage, type SentMessage } from '../../messages/sentMessage';
import { isObject, objectAt, textAt, type JsonObject } from '../json';
import type { Connection } from '../gateway';
import { CLOCK_SKEW_MS, hasSameContent, mayComeOf } from '../sentBefore';
import { GatewayError } from '../transport/gatewayError';
import { account, methodPath } from './credential';
import { recipientIn, toChatId } from './recipient';
import { toSentMessage, typeOf } from './records';
import { sendBody } from './send';

/** How many messages of a chat to ask for; where they do not reach back far enough, the second. */
const COUNTS = [100, 1000];
/** "The method returns the first 500 messages" (…/queues/ShowMessagesQueue). */
const MAX_QUEUED = 500;

/**
 * Looks into the send queue, and then into the chat's history: what leaves the one in between is in the
 * other, though there up to two minutes later. `lastOutgoingMessages` would be no help: its times are
 * of the last thing that happened to a message, such as its being read.
 */
export async function findSent(
	connection: Connection,
	message: OutgoingMessage,
	sinceMs: number,
): Promise<SentMessage[]> {
	const { queued, isWhole } = await findQueued(connection, message);
	const history = await findInHistory(connection, message, sinceMs);
	const found = new Map([...queued, ...history].map((sent) => [sent.messageId, sent]));
	if (found.size === 0 && !isWhole) {
		throw new GatewayError(
			'unexpectedResponse',
			`GREEN-API shows only the first ${MAX_QUEUED} messages of the instance's queue, and there are more`,
			{ hint: LOOK_YOURSELF },
		);
	}
	return [...found.values()];
}

const LOOK_YOURSELF = 'Check on the phone whether the message is in the chat.';

/** `[{ messageID, type, body }]`, each body as it was sent (…/queues/ShowMessagesQueue). */
async function findQueued(connection: Connection, message: OutgoingMessage) {
	const records = await readList(connection, 'GET', 'showMessagesQueue');
	const wanted = sendBody(message);
	const method = message.type === 'text' ? 'sendMessage' : 'sendFileByUrl';
	const queued = records
		.filter((record) => textAt(record, 'type') === method)
		.flatMap((record): SentMessage[] => {
			const messageId = textAt(record, 'messageID');
			const body = objectAt(record, 'body');
			const recipient = describeAddress(textAt(body, 'chatId'));
			if (messageId === null || recipient === null) return [];
			const fileName = textAt(body, 'fileName');
			const listed = {
				recipient,
				// The queue reports a method; the file's name decides the type.
				type: message.type,
				text: textAt(body, 'message'),
				caption: textAt(body, 'caption'),
				fileName,
			};
			const isSameFile = !('fileName' in wanted) || fileName === wanted.fileName;
			if (!isSameFile || !hasSameContent(message, listed)) return [];
			const known = { gateway: 'greenApi', account: account(connection.credential), recipient };
			return [createSentMessage(message, { ...known, messageId, status: 'queued', raw: record })];
		});
	return { queued, isWhole: records.length < MAX_QUEUED };
}

/** The newest messages of a chat, newest first (…/journals/GetChatHistory). */
async function findInHistory(
	connection: Connection,
	message: OutgoingMessage,
	sinceMs: number,
): Promise<SentMessage[]> {
	const chatId = toChatId(message.recipient);
	for (const count of COUNTS) {
		const records = await readList(connection, 'POST', 'getChatHistory', { chatId, count });
		if (records.length < count || reachBack(records, sinceMs)) {
			return records
				.map((record) => readOwn(connection, record, message))
				.filter((sent) => sent !== null && mayComeOf(message, sent, sinceMs)) as SentMessage[];
		}
	}
	throw new GatewayError(
		'unexpectedResponse',
		`GREEN-API has more than ${COUNTS.at(-1)} newer messages in that chat`,
		{ hint: LOOK_YOURSELF },
	);
}

/** Whether a list holds something that is older than what is looked for. */
const reachBack = (records: readonly JsonObject[], sinceMs: number): boolean =>
	records.some((record) => Number(textAt(record, 'timestamp')) * 1000 < sinceMs - CLOCK_SKEW_MS);

/** What the API sent; null for what came in, or was written on the phone. */
function readOwn(
	{ credential }: Connection,
	record: JsonObject,
	asked: OutgoingMessage,
): SentMessage | null {
	const messageId = textAt(record, 'idMessage');
	const chatId = textAt(record, 'chatId');
	const type = typeOf(record);
	if (messageId === null || chatId === null || type === null) return null;
	// Older answers have no `sendByApi`; that says nothing against it.
	if (textAt(record, 'type') !== 'outgoing' || record.sendByApi === false) return null;
	const recipient = recipientIn(chatId, asked.recipient);
	const sent = toSentMessage(record, { messageId, recipient, account: account(credential) });
	// The vendor has one word for audio and voice notes.
	return type === 'audio' && asked.type === 'voice' ? { ...sent, type: 'voice' } : sent;
}

async function readList(
	connection: Connection,
	method: 'GET' | 'POST',
	name: string,
	body?: JsonObject,
): Promise<JsonObject[]> {
	const response = await connection.request({
		method,
		path: methodPath(connection.credential, name),
		...(body === undefined ? {} : { body }),
		idempotent: true,
	});
	if (!Array.isArray(response.body)) throw connection.unexpected(response, 'a list', false);
	return response.body.filter(isObject);
}
