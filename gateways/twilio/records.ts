import type { Recipient } from '../../messages/recipient';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import type { SentMessage } from '../../messages/sentMessage';
import { isObject, textAt, type JsonObject } from '../json';
import { senderOf } from './credential';
import type { Credential } from '../gateway';
import { channelOf, describeTo } from './recipient';
import { failureOf, statusOf } from './statuses';

/** A message of the API (Twilio's OpenAPI file, `api.v2010.account.message`). */
export interface MessageRecord {
	readonly sid: string;
	readonly raw: JsonObject;
}

/** Null if it lacks its id. */
export function readRecord(body: unknown): MessageRecord | null {
	const sid = isObject(body) ? textAt(body, 'sid') : null;
	return isObject(body) && sid !== null ? { sid, raw: body } : null;
}

/** Whether the account received the message: the list has these too. */
export const isInbound = ({ raw }: MessageRecord): boolean =>
	textAt(raw, 'direction') === 'inbound';

/** Whether a message was sent by what the credential sends with, as far as Twilio tells. */
export function isOfSender({ raw }: MessageRecord, credential: Credential): boolean {
	const { channel, from, service } = senderOf(credential);
	const number = textAt(raw, 'from');
	return (
		channelOf(textAt(raw, 'to')) === channel &&
		(service === null || textAt(raw, 'messaging_service_sid') === service) &&
		// Null while a Messaging Service has not chosen the sender.
		(from === null || number === null || number === from)
	);
}

/** How many files a message has: a text of digits. While Twilio has not fetched them, it may be 0. */
export const mediaCount = ({ raw }: MessageRecord): number => Number(textAt(raw, 'num_media') ?? 0);

/** RFC 2822 in GMT, such as `Thu, 24 Aug 2023 05:01:45 +0000`, as ISO 8601 in UTC; null if it is another form. */
export function instantAt(record: JsonObject, key: string): string | null {
	const text = textAt(record, key);
	if (
		text === null ||
		!/^[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} [\d:]{8} (\+0000|GMT)$/.test(text)
	)
		return null;
	const ms = Date.parse(text);
	return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/**
 * A sent message. Null if it lacks its recipient.
 *
 * @param recipient where the record has none
 */
export function toSentMessage(
	record: MessageRecord,
	account: string,
	recipient: Recipient | null = null,
): SentMessage | null {
	const common = commonOf(record, account);
	const to = common.recipient ?? recipient;
	if (to === null) return null;
	const acceptedAt = instantAt(record.raw, 'date_created');
	return { ...common, recipient: to, queueId: null, acceptedAt };
}

/** A scheduled message. Twilio never tells for when. */
export const toScheduledMessage = (record: MessageRecord, account: string): ScheduledMessage => ({
	...commonOf(record, account),
	scheduleId: record.sid,
	storedIn: 'gateway',
	scheduledAt: null,
	createdAt: instantAt(record.raw, 'date_created'),
});

/** What Twilio puts before the text of a trial account's messages (in its records, too). */
const TRIAL = /^Sent from your Twilio trial account - /;

function commonOf(record: MessageRecord, account: string) {
	const { raw, sid } = record;
	const code = textAt(raw, 'error_code');
	const gatewayStatus = textAt(raw, 'status');
	const status = statusOf(gatewayStatus, code);
	const body = textAt(raw, 'body')?.replace(TRIAL, '') ?? null;
	// Which kind of file it is, the record does not tell.
	const isMedia = sid.startsWith('MM') || mediaCount(record) > 0;
	return {
		gateway: 'twilio',
		account,
		recipient: describeTo(textAt(raw, 'to')),
		type: isMedia ? ('document' as const) : ('text' as const),
		text: isMedia ? null : body,
		mediaUrl: null,
		caption: isMedia ? body : null,
		fileName: null,
		template: null,
		status,
		gatewayStatus,
		messageId: sid,
		reference: null,
		failure: failureOf(status, code, textAt(raw, 'error_message')),
		raw,
	};
}
