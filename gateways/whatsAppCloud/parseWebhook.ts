import { describeAddress, type Recipient } from '../../messages/recipient';
import { mapStatus } from '../../messages/status';
import { createStatusEvent, type StatusEvent } from '../../messages/statusEvent';
import { textAt, unixInstantAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { failureOf, STATUS_WORDS } from './statuses';
import { changesOf, objectsAt } from './values';

/**
 * Reads a webhook (…/webhooks/reference/messages/status). One may bring up to a thousand statuses, of several
 * numbers, with incoming messages and other fields among them; each status is an event.
 */
export const parseWebhook = (body: unknown, { receivedAt }: ParseContext): StatusEvent[] =>
	changesOf(body)
		.filter(({ field }) => field === 'messages')
		.flatMap(({ value, account }) =>
			objectsAt(value, 'statuses').map((status) => toEvent(status, account, receivedAt)),
		);

function toEvent(record: JsonObject, account: string | null, receivedAt: string): StatusEvent {
	const word = textAt(record, 'status');
	const status = mapStatus(STATUS_WORDS, word);
	return createStatusEvent({
		gateway: 'whatsAppCloud',
		channel: 'whatsapp',
		account,
		status,
		gatewayStatus: word,
		messageId: textAt(record, 'id'),
		reference: textAt(record, 'biz_opaque_callback_data'),
		recipient: recipientOf(record),
		viewer: textAt(record, 'recipient_participant_id'),
		failure: failureOf(record, status),
		occurredAt: unixInstantAt(record, 'timestamp'),
		receivedAt,
		raw: record,
	});
}

/** A phone number or a group; of a user who hides the number, the id that the business knows the user by. */
function recipientOf(record: JsonObject): Recipient | null {
	const address = textAt(record, 'recipient_id');
	if (address !== null && record.recipient_type === 'group') {
		return { address, phone: null, kind: 'group' };
	}
	return describeAddress(address ?? textAt(record, 'recipient_user_id'));
}
