import { describeAddress } from '../../messages/recipient';
import type { Status } from '../../messages/status';
import { createStatusEvent, type StatusEvent } from '../../messages/statusEvent';
import { isObject, objectAt, textAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { failureOf } from './records';
import { scheduleIdOf } from './scheduleId';
import { instantAt } from './times';

/** What each event means, and where in `data` its time is. */
interface EventMeaning {
	readonly status: Status;
	readonly time: string;
	/** Where it is if that is empty. */
	readonly otherwise?: string;
}

/** docs.hypersender.com, "SMS webhooks"; the names are those of the vendor's SDK. */
const EVENTS: Readonly<Record<string, EventMeaning>> = {
	'message.notification.scheduled': { status: 'scheduled', time: 'created_at' },
	'message.phone.sent': { status: 'sent', time: 'sent_at' },
	'message.phone.delivered': { status: 'delivered', time: 'delivered_at' },
	'message.send.failed': { status: 'failed', time: 'failed_at' },
	// `expired_at` is null in the sample of the vendor's SDK, `updated_at` is not.
	'message.send.expired': { status: 'expired', time: 'expired_at', otherwise: 'updated_at' },
};

/** These are about incoming messages, calls, and the phone's state. */
const NO_STATUS: readonly string[] = [
	'message.phone.received',
	'message.call.missed',
	'phone.heartbeat.received',
	'phone.heartbeat.online',
	'phone.heartbeat.offline',
	'phone.heartbeat.missed',
	'phone.heartbeat.disabled',
];

/**
 * Reads a webhook: `{ event, data }`, with one message in `data`.
 *
 * The event's name counts, not `data.status`, which is the later state of the message. The
 * account is `phone_id`, which in the vendor's samples is the instance. `reference` is `request_id`,
 * whoever made it: see `scheduler.ts`. An event that is documented nowhere is reported as `unknown`.
 */
export function parseWebhook(body: unknown, { receivedAt }: ParseContext): StatusEvent[] {
	if (!isObject(body)) return [];
	const event = textAt(body, 'event');
	if (event === null || NO_STATUS.includes(event)) return [];
	const data = objectAt(body, 'data');
	const meaning = Object.hasOwn(EVENTS, event) ? EVENTS[event] : null;
	const status = meaning?.status ?? 'unknown';
	const id = textAt(data, 'id');
	const requestId = textAt(data, 'request_id');
	const isScheduled = id !== null && textAt(data, 'schedule_send_at') !== null;
	return [
		createStatusEvent({
			gateway: 'hypersenderSms',
			channel: 'sms',
			account: textAt(data, 'phone_id'),
			status,
			gatewayStatus: event,
			messageId: id,
			scheduleId: isScheduled ? scheduleIdOf(id, requestId) : null,
			reference: requestId,
			recipient: describeAddress(textAt(data, 'to_phone_number')),
			failure: failureOf(data, status),
			occurredAt: meaning === null ? null : timeOf(data, meaning),
			receivedAt,
			raw: body,
		}),
	];
}

const timeOf = (data: JsonObject, { time, otherwise }: EventMeaning): string | null =>
	instantAt(data, time) ?? (otherwise === undefined ? null : instantAt(data, otherwise));
