import type { MessageContent, MessageType } from '../../messages/message';
import { describeAddress, type Recipient } from '../../messages/recipient';
import type { SentMessage } from '../../messages/sentMessage';
import { mapStatus, type Status } from '../../messages/status';
import { errorText } from '../hypersender/parseError';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import type { Connection } from '../gateway';
import { ACK_NAMES } from './acks';
import { account } from './credential';
import { typeOfPath } from './paths';

/** If neither the request nor its response has it, and the user did not either. */
const NOBODY: Recipient = { address: '', phone: null, kind: 'unknown' };

/**
 * Looks a queued request up: `{ uuid, request, response_status, response_body, response_header }`,
 * the last three null while it waits
 * (docs.hypersender.com/v2/api-reference/whatsapp/queued-requests/get-queued-request).
 *
 * The vendor contradicts itself, and all forms are read. `request` is the body that was sent in both
 * samples of the page, and `{ method, url, headers, body }` in the fixture of its SDK. `response_body` has
 * WhatsApp's `key`, or a `message_id` alone, or only says that it went well.
 */
export async function lookup(
	connection: Connection,
	queueId: string,
	recipient: Recipient | null,
): Promise<SentMessage> {
	const response = await connection.request({
		method: 'GET',
		path: `/queued-requests/${encodeURIComponent(queueId)}`,
		idempotent: true,
	});
	const queued = isObject(response.body) ? response.body : {};
	const uuid = textAt(queued, 'uuid');
	if (uuid === null) throw connection.unexpected(response, '"uuid"', false);
	const request = objectAt(queued, 'request');
	const sent = isObject(request.body) ? request.body : request;
	const url = sent === request ? null : textAt(request, 'url');
	const answer = objectAt(queued, 'response_body');
	const key = objectAt(answer, 'key');
	return {
		...contentOf(sent, url === null ? typeOfMessage(answer) : typeOfPath(url)),
		recipient:
			recipient ??
			describeAddress(textAt(sent, 'chatId')) ??
			describeAddress(textAt(key, 'remoteJid')) ??
			NOBODY,
		gateway: 'hypersenderWhatsApp',
		account: account(connection.credential),
		queueId: uuid,
		reference: null,
		...outcomeOf(queued),
		raw: withoutHeaders(queued),
	};
}

/** The page names `SENT` and `DELIVERED` beside `PENDING`; the SDK's fixtures have words of acks. */
const WORDS: Readonly<Record<string, Status>> = {
	...ACK_NAMES,
	SENT: 'sent',
	DELIVERED: 'delivered',
};

/** What WhatsApp calls the content of each type (the SDK's fixtures of sent messages). */
const MESSAGES: ReadonlyArray<[name: string, type: MessageType]> = [
	['imageMessage', 'image'],
	['videoMessage', 'video'],
	['documentMessage', 'document'],
	['audioMessage', 'voice'],
];

/** The type of a message that went out; null if the answer has none. */
function typeOfMessage(answer: JsonObject): MessageType | null {
	const message = objectAt(answer, 'message');
	return MESSAGES.find(([name]) => isObject(message[name]))?.[1] ?? null;
}

/** A result is there as soon as `response_status` is: 2xx, or 404, 422 and 500 for what failed. */
function outcomeOf(queued: JsonObject) {
	const word = textAt(queued, 'response_status');
	const code = word === null ? null : Number(word);
	const pending = { messageId: null, acceptedAt: null, gatewayStatus: word, failure: null };
	if (code === null) return { ...pending, status: 'queued' as const };
	const answer = objectAt(queued, 'response_body');
	if (code >= 200 && code < 300) {
		const gatewayStatus = textAt(answer, 'status');
		return {
			messageId: textAt(objectAt(answer, 'key'), 'id') ?? textAt(answer, 'message_id'),
			acceptedAt: unixInstantAt(answer, 'messageTimestamp'),
			// It was sent, whatever came of it: `queued` claims least.
			status: gatewayStatus === null ? ('queued' as const) : mapStatus(WORDS, gatewayStatus),
			gatewayStatus,
			failure: null,
		};
	}
	const reason = errorText(answer) ?? `The queued request ended with HTTP ${word}`;
	return { ...pending, status: 'failed' as const, failure: { code: word, reason } };
}

function contentOf(sent: JsonObject, reported: MessageType | null): MessageContent {
	const mediaUrl = textAt(sent, 'url');
	return {
		type: reported ?? (mediaUrl === null ? 'text' : 'document'),
		text: textAt(sent, 'text'),
		mediaUrl,
		caption: textAt(sent, 'caption'),
		fileName: textAt(sent, 'filename'),
		template: null,
	};
}

/** The vendor repeats the request with its headers, and one of those is the token's. */
function withoutHeaders(queued: JsonObject): JsonObject {
	const request = Object.entries(objectAt(queued, 'request'));
	const shown = Object.fromEntries(request.filter(([name]) => name !== 'headers'));
	return isObject(queued.request) ? { ...queued, request: shown } : queued;
}
