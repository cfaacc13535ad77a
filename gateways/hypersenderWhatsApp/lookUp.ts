import type { MessageContent } from '../../messages/message';
import { describeAddress, type Recipient } from '../../messages/recipient';
import type { SentMessage } from '../../messages/scheduledMessage';
import { mapStatus } from '../../messages/status';
import { errorText } from '../hypersender/explain';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import type { Connection } from '../gateway';
import { ACK_NAMES } from './acks';
import { account } from './credential';
import { typeOfPath } from './paths';

/** Where neither the request nor its answer tells it, and the user did not either. */
const NOBODY: Recipient = { address: '', phone: null, kind: 'unknown' };

/**
 * Looks a queued request up: `{ uuid, request, response_status, response_body, response_header }`,
 * the last three null while it waits
 * (docs.hypersender.com/v2/api-reference/whatsapp/queued-requests/get-queued-request).
 */
export async function lookUp(
	connection: Connection,
	queueId: string,
	recipient: Recipient | null,
): Promise<SentMessage> {
	const response = await connection.request({
		method: 'GET',
		path: `/queued-requests/${encodeURIComponent(queueId)}`,
		kind: 'repeatable',
	});
	const queued = isObject(response.body) ? response.body : {};
	const uuid = textAt(queued, 'uuid');
	if (uuid === null) throw connection.unexpected(response, '"uuid"', false);
	const request = objectAt(queued, 'request');
	const sent = objectAt(request, 'body');
	const key = objectAt(objectAt(queued, 'response_body'), 'key');
	return {
		...contentOf(sent, textAt(request, 'url')),
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
			messageId: textAt(objectAt(answer, 'key'), 'id'),
			acceptedAt: unixInstantAt(answer, 'messageTimestamp'),
			status: mapStatus(ACK_NAMES, gatewayStatus),
			gatewayStatus,
			failure: null,
		};
	}
	const reason = errorText(answer) ?? `The queued request ended with HTTP ${word}`;
	return { ...pending, status: 'failed' as const, failure: { code: word, reason } };
}

function contentOf(sent: JsonObject, url: string | null): MessageContent {
	const mediaUrl = textAt(sent, 'url');
	const told = url === null ? null : typeOfPath(url);
	return {
		type: told ?? (mediaUrl === null ? 'text' : 'document'),
		text: textAt(sent, 'text'),
		mediaUrl,
		caption: textAt(sent, 'caption'),
		fileName: textAt(sent, 'filename'),
	};
}

/** The vendor repeats the request with its headers, and one of those is the token's. */
function withoutHeaders(queued: JsonObject): JsonObject {
	const request = Object.entries(objectAt(queued, 'request'));
	const shown = Object.fromEntries(request.filter(([name]) => name !== 'headers'));
	return isObject(queued.request) ? { ...queued, request: shown } : queued;
}
