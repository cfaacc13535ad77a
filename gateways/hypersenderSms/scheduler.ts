import type { MessageToSchedule } from '../../messages/message';
import { describeAddress } from '../../messages/recipient';
import type { ScheduledMessage } from '../../messages/scheduledMessage';
import { isObject, textAt, type JsonObject } from '../json';
import type { Connection, NativeScheduler } from '../gateway';
import { notPending } from '../notPending';
import { GatewayError } from '../transport/gatewayError';
import { account, timezone } from './credential';
import { findMessage, messagesWith, notFound } from './find';
import { readPages } from './pages';
import { toPhone } from './recipient';
import { toScheduledMessage, wordsOf } from './records';
import { requestIdOf, sendBody } from './send';
import { instantAt, toWallClock, wholeSecond } from './times';
import { shorten } from '../../messages/text';

const LABEL = 'Hypersender SMS';

/**
 * `schedule_send_at` of `POST /send-message`, and the list of messages.
 *
 * `reference` is the vendor's `request_id`: the user's, or where there was none the one that stands in
 * for it. An answer or a webhook does not distinguish the two.
 */
export const scheduler: Required<NativeScheduler> = {
	async schedule(connection, message) {
		const zone = timezone(connection.credential);
		const scheduledAt = wholeSecond(message.scheduledAt);
		const response = await connection.request({
			method: 'POST',
			path: '/send-message',
			body: { ...sendBody(message), schedule_send_at: toWallClock(scheduledAt, zone) },
			idempotent: false,
		});
		const record = toScheduledMessage(response.body, account(connection.credential));
		if (record === null) {
			// With an id, it was taken for sure, and looking for a scheduled one would find nothing.
			const isTaken = isObject(response.body) && textAt(response.body, 'id') !== null;
			throw connection.unexpected(response, '"id" and "schedule_send_at"', !isTaken);
		}
		return { ...record, scheduledAt };
	},

	async get(connection, scheduleId) {
		return await getScheduled(connection, scheduleId);
	},

	async list(connection, { status, recipient }) {
		if (recipient !== undefined && recipient.phone === null) return [];
		const to: Record<string, string> =
			recipient === undefined ? {} : { 'filter[to_phone_number]': toPhone(recipient) };
		if (status === undefined) return await list(connection, to);
		const found = new Map<string, ScheduledMessage>();
		for (const word of wordsOf(status)) {
			const messages = await list(connection, { ...to, 'filter[status]': word });
			for (const message of messages) found.set(message.scheduleId, message);
		}
		return [...found.values()].filter((message) => message.status === status);
	},

	async find(connection, message, { byContent = false } = {}) {
		const zone = timezone(connection.credential);
		const ids = { requestId: requestIdOf(message), id: null };
		const to = { 'filter[to_phone_number]': toPhone(message.recipient) };
		const records = byContent
			? await readPages(connection, { ...to, 'filter[status]': 'scheduled' })
			: await messagesWith(connection, ids, to);
		// A key is this message's alone; a reference may be that of several reminders.
		const { reference, deduplicationKey } = message;
		const isOwn = reference === null || reference === deduplicationKey;
		const mine =
			isOwn && !byContent ? records : records.filter((record) => isSame(record, message, zone));
		// Told in UTC, by all samples but by no page: misread, it would make a message seem too old.
		return toScheduled(connection, mine).map((found) => ({ ...found, createdAt: null }));
	},

	/**
	 * Deletes the message: no page documents a cancel, or says whether deleting a scheduled message
	 * keeps it from being sent. So afterwards it must be gone, or be called deleted.
	 */
	async cancel(connection, scheduleId) {
		const message = await getScheduled(connection, scheduleId);
		if (message.status !== 'scheduled') throw notPending(LABEL, message, 'cancelled');
		const id = String(message.messageId);
		await connection.request({
			method: 'DELETE',
			path: '/delete-message',
			// The page names `messageId`, the vendor's SDK sends `message_id`.
			query: { messageId: id, message_id: id },
			idempotent: true,
		});
		const left = await findMessage(connection, scheduleId);
		const word = left === undefined ? 'deleted' : textAt(left, 'status');
		if (word === 'deleted') return;
		if (word !== 'scheduled') {
			const now = toScheduledMessage(left, account(connection.credential)) ?? message;
			throw notPending(LABEL, { ...now, gatewayStatus: word }, 'cancelled');
		}
		throw new GatewayError(
			'unexpectedResponse',
			`${LABEL} accepted the deletion of "${shorten(scheduleId, 120)}", but the message still has the status "scheduled" and may be sent`,
			{ hint: 'Delete it in the Hypersender dashboard.' },
		);
	},
};

async function getScheduled(connection: Connection, scheduleId: string): Promise<ScheduledMessage> {
	const record = await findMessage(connection, scheduleId);
	const message = toScheduledMessage(record, account(connection.credential));
	if (message === null) throw notFound(scheduleId);
	return message;
}

async function list(
	connection: Connection,
	filters: Readonly<Record<string, string>>,
): Promise<ScheduledMessage[]> {
	return toScheduled(connection, await readPages(connection, filters));
}

function toScheduled({ credential }: Connection, records: unknown[]): ScheduledMessage[] {
	const instance = account(credential);
	return records
		.map((record) => toScheduledMessage(record, instance))
		.filter((message) => message !== null);
}

/**
 * Whether a message with the same reference has the same recipient, text and time too. No page says that
 * an answer's time is UTC, as it is in all samples, so the account's clock, on which it was given, counts
 * as well: to take another message for this one needs a second reminder at just that distance, to miss
 * this one would send it twice.
 */
function isSame(record: JsonObject, message: MessageToSchedule, zone: string): boolean {
	const wanted = wholeSecond(message.scheduledAt);
	return (
		describeAddress(textAt(record, 'to_phone_number'))?.phone === message.recipient.phone &&
		// Laravel trims what it takes.
		textAt(record, 'content')?.trim() === message.text?.trim() &&
		[zone, 'UTC'].some((each) => instantAt(record, 'schedule_send_at', each) === wanted)
	);
}
