import { DateTime } from 'luxon';

import type { Json } from '../../sandbox/types.mts';
import { account } from './sandboxAccount.mts';

/** A message as the gateway keeps it: instants are instants here, and wall-clock texts outside. */
export interface Sms {
	id: string;
	requestId: string | null;
	threadId: string;
	to: string;
	content: string;
	scheduleOnPhoneAt: Date | null;
	sentAt: Date | null;
	lastAttemptedAt: Date | null;
	deliveredAt: Date | null;
	receivedAt: Date | null;
	expiredAt: Date | null;
	scheduleSendAt: Date | null;
	failedAt: Date | null;
	sendAttemptCount: number | null;
	maxSendAttempts: number;
	failureReason: string | null;
	messageExpirationSeconds: number;
	status: string;
	createdAt: Date;
	updatedAt: Date;
}

/** The phone that sends for the account. */
export interface Phone {
	isOnline: boolean;
	lastMessageAt: Date | null;
	since: Date;
}

const wallClock = 'yyyy-MM-dd HH:mm:ss';
const threeDays = 259_200;
const attempts = 10;

/** `2025-01-22 20:20:00`: what the gateway tells is UTC, without an offset. */
export const utcTime = (date: Date | null): string | null =>
	date && DateTime.fromJSDate(date, { zone: 'utc' }).toFormat(wallClock);

/** The instant that a wall-clock text means in the account's zone; null where it is no such text. */
export function instantOf(text: string, timezone: string): Date | null {
	const time = DateTime.fromFormat(text, wallClock, { zone: timezone });
	return time.isValid ? time.toJSDate() : null;
}

/** `GMT+2`: how the webhooks name the phone's zone, which no time in them is in. */
export const gmtOffset = (at: Date, timezone: string): string =>
	`GMT${DateTime.fromJSDate(at, { zone: timezone }).toFormat('Z')}`;

/** The `phone` object, with all fields of the reference sample. */
export function phoneRecord(phone: Phone, shownZone: string): Json {
	const since = utcTime(phone.since);
	return {
		id: account.instanceId,
		user_id: account.userId,
		phone_number: account.phoneNumber,
		name: 'john doe',
		sim: 'SIM1',
		max_send_attempts: attempts,
		message_expiration_seconds: threeDays,
		missed_call_auto_reply_message: null,
		is_online: phone.isOnline,
		last_online_at: since,
		last_offline_at: since,
		last_message_at: utcTime(phone.lastMessageAt ?? phone.since),
		last_missed_call_at: null,
		last_heartbeat_at: since,
		heartbeat_enabled_at: since,
		timezone: shownZone,
		created_at: since,
		updated_at: since,
	};
}

/** The `message_thread` object, with the fields of the vendor's SDK fixture. */
export function threadRecord(sms: Sms): Json {
	return {
		id: sms.threadId,
		phone_id: account.instanceId,
		last_message_id: sms.id,
		from_phone_number: account.phoneNumber,
		to_phone_number: sms.to,
		is_archived: false,
		last_message_content: sms.content,
		last_message_at: utcTime(sms.createdAt),
		created_at: utcTime(sms.createdAt),
		updated_at: utcTime(sms.updatedAt),
	};
}

/** The full message object; `phone` and `thread` stand in it only where they are given. */
export function smsRecord(
	sms: Sms,
	shownZone: string,
	{ phone, thread }: { phone?: Json; thread?: Json } = {},
): Json {
	return {
		id: sms.id,
		request_id: sms.requestId,
		...(phone && { phone }),
		...(thread && { message_thread: thread }),
		message_thread_id: sms.threadId,
		phone_id: account.instanceId,
		from_phone_number: account.phoneNumber,
		to_phone_number: sms.to,
		content: sms.content,
		send_duration: null,
		schedule_on_phone_at: utcTime(sms.scheduleOnPhoneAt),
		sent_at: utcTime(sms.sentAt),
		last_attempted_at: utcTime(sms.lastAttemptedAt),
		delivered_at: utcTime(sms.deliveredAt),
		received_at: utcTime(sms.receivedAt),
		expired_at: utcTime(sms.expiredAt),
		schedule_send_at: utcTime(sms.scheduleSendAt),
		failed_at: utcTime(sms.failedAt),
		send_attempt_count: sms.sendAttemptCount,
		max_send_attempts: sms.maxSendAttempts,
		failure_reason: sms.failureReason,
		message_expiration_seconds: sms.messageExpirationSeconds,
		timezone: shownZone,
		sim: 'SIM1',
		status: sms.status,
		type: 'sent_to_mobile',
		created_at: utcTime(sms.createdAt),
		updated_at: utcTime(sms.updatedAt),
	};
}

/** A message just taken, with the account's defaults. */
export const newSms = (
	sms: Pick<Sms, 'id' | 'threadId' | 'requestId' | 'to' | 'content' | 'scheduleSendAt'>,
	now: Date,
	limits: { maxSendAttempts?: number; messageExpirationSeconds?: number },
): Sms => ({
	...sms,
	scheduleOnPhoneAt: null,
	sentAt: null,
	// The sample of a scheduled message has this one filled from the start.
	lastAttemptedAt: now,
	deliveredAt: null,
	receivedAt: null,
	expiredAt: null,
	failedAt: null,
	sendAttemptCount: null,
	maxSendAttempts: limits.maxSendAttempts ?? attempts,
	failureReason: null,
	messageExpirationSeconds: limits.messageExpirationSeconds ?? threeDays,
	status: sms.scheduleSendAt ? 'scheduled' : 'pending',
	createdAt: now,
	updatedAt: now,
});
