import { describeAddress } from '../../messages/recipient';
import { mapStatus } from '../../messages/status';
import {
	createStatusEvent,
	type StatusEvent,
	type StatusEventInput,
} from '../../messages/statusEvent';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { recipientIn } from './recipient';
import { failureOf, NO_STATUS, STATUS_WORDS } from './statuses';

type ReportedFields = Omit<
	StatusEventInput,
	'gateway' | 'channel' | 'receivedAt' | 'raw' | 'account'
>;

/** The events that report a message of ours (src/api/types/wa.types.ts). */
const READERS: Readonly<Record<string, (data: JsonObject) => ReportedFields | null>> = {
	MESSAGES_UPDATE: readUpdate,
	SEND_MESSAGE: readSent,
	MESSAGES_DELETE: readDeletion,
};

/** All others that the code has, of version 1 as well (src/api/integrations/event/event.controller.ts). */
const NO_MESSAGE_OF_OURS = new Set(
	[
		'APPLICATION_STARTUP QRCODE_UPDATED MESSAGES_SET MESSAGES_UPSERT MESSAGES_EDITED MESSAGING_HISTORY_SET',
		'SEND_MESSAGE_UPDATE CONTACTS_SET CONTACTS_UPSERT CONTACTS_UPDATE PRESENCE_UPDATE CHATS_SET',
		'CHATS_UPSERT CHATS_UPDATE CHATS_DELETE GROUPS_UPSERT GROUPS_UPDATE GROUP_UPDATE',
		'GROUP_PARTICIPANTS_UPDATE CONNECTION_UPDATE LABELS_EDIT LABELS_ASSOCIATION CALL TYPEBOT_START',
		'TYPEBOT_CHANGE_STATUS CHAMA_AI_ACTION NEW_JWT_TOKEN NEW_JWT CREDS_UPDATE REMOVE_INSTANCE',
		'LOGOUT_INSTANCE INSTANCE_CREATE INSTANCE_DELETE STATUS_INSTANCE ERROR',
	].flatMap((line) => line.split(' ')),
);

/**
 * Reads a webhook: `{ event, instance, data, date_time, … }`. Messages of others give no event. An event
 * that the code does not have is reported as `unknown`.
 *
 * `date_time` is the clock time of the server with a false `Z` (src/api/services/channel.service.ts), three
 * hours behind in the vendor's own image: it is no instant, and never read.
 */
export function parseWebhook(body: unknown, { receivedAt }: ParseContext): StatusEvent[] {
	if (!isObject(body)) return [];
	const name = eventOf(body);
	if (name === null || NO_MESSAGE_OF_OURS.has(name)) return [];
	const reported = Object.hasOwn(READERS, name)
		? READERS[name](objectAt(body, 'data'))
		: { status: 'unknown' as const, gatewayStatus: textAt(body, 'event') };
	if (reported === null) return [];
	return [
		createStatusEvent({
			gateway: 'evolutionApi',
			channel: 'whatsapp',
			account: textAt(body, 'instance'),
			receivedAt,
			raw: body,
			...reported,
		}),
	];
}

/** The name of an event's setting, as the server itself makes it of the event: `MESSAGES_UPSERT`. */
export const eventOf = (body: JsonObject): string | null =>
	textAt(body, 'event')?.replace(/[.-]/g, '_').toUpperCase() ?? null;

/**
 * A status: `{ keyId, remoteJid, fromMe, status, … }`; in version 1 `id` and a time. An edit and a vote come
 * as an update, too, with the message or the votes and with a made-up status: `DELETED` up to 2.3.6,
 * `SERVER_ACK` since (github.com/EvolutionAPI/evolution-api/issues/2010).
 */
function readUpdate(data: JsonObject): ReportedFields | null {
	const messageId = textAt(data, 'keyId') ?? textAt(data, 'id');
	const word = textAt(data, 'status');
	const isOfStatus = isMissing(data.message) && isMissing(data.pollUpdates);
	if (!isOwn(data, messageId) || !isOfStatus || word === null || NO_STATUS.includes(word)) {
		return null;
	}
	return {
		messageId,
		status: mapStatus(STATUS_WORDS, word),
		gatewayStatus: word,
		recipient: describeAddress(textAt(data, 'remoteJid')),
		failure: failureOf(word),
		occurredAt: instantOfMs(data.datetime),
	};
}

/** A message that the API sent, as its answer has it: `PENDING`, where there is a status at all. */
function readSent(data: JsonObject): ReportedFields {
	const key = objectAt(data, 'key');
	return {
		messageId: textAt(key, 'id'),
		status: 'queued',
		gatewayStatus: textAt(data, 'status') ?? 'send.message',
		recipient: recipientIn(key, null),
		occurredAt: unixInstantAt(data, 'messageTimestamp'),
		origin: 'api',
	};
}

/** The key of a deleted message; by the API's own deletion, the message, whose `id` is the database's. */
function readDeletion(data: JsonObject): ReportedFields | null {
	const key = isObject(data.key) ? data.key : data;
	const messageId = textAt(key, 'id');
	if (!isOwn(key, messageId)) return null;
	return {
		messageId,
		status: 'deleted',
		gatewayStatus: textAt(data, 'status') ?? 'messages.delete',
		recipient: recipientIn(key, null),
	};
}

/** In the channel of Meta `fromMe` is always false, though Meta tells statuses of own messages only. */
export const isOwn = ({ fromMe }: JsonObject, messageId: string | null): boolean =>
	fromMe === true || messageId?.startsWith('wamid.') === true;

const isMissing = (value: unknown): boolean => value === undefined || value === null;

/** Version 1 has the time of a status, in milliseconds. */
const instantOfMs = (ms: unknown): string | null =>
	typeof ms === 'number' && Number.isInteger(ms) && ms > 0 && ms < 100_000_000_000_000
		? new Date(ms).toISOString()
		: null;
