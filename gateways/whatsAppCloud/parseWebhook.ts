import { describeAddress, type Recipient } from '../../messages/recipient';
import { mapStatus } from '../../messages/status';
import { createStatusEvent, type StatusEvent } from '../../messages/statusEvent';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { failureOf, STATUS_WORDS } from './statuses';

/**
 * Reads a webhook: `{ object, entry: [{ id, changes: [{ field, value: { metadata, statuses?, messages?, … } }] }] }`
 * (…/webhooks/reference/messages/status). One may bring up to a thousand statuses, of several numbers, with
 * incoming messages and other fields among them; each status is an event.
 */
export function parseWebhook(body: unknown, { receivedAt }: ParseContext): StatusEvent[] {
	if (!isObject(body) || body.object !== 'whatsapp_business_account') return [];
	return listAt(body, 'entry')
		.flatMap((entry) => listAt(entry, 'changes'))
		.filter(({ field }) => field === 'messages')
		.map((change) => objectAt(change, 'value'))
		.flatMap((value) => {
			const account = textAt(objectAt(value, 'metadata'), 'phone_number_id');
			return listAt(value, 'statuses').map((status) => toEvent(status, account, receivedAt));
		});
}

const listAt = (object: JsonObject, key: string): JsonObject[] => {
	const value = Object.hasOwn(object, key) ? object[key] : undefined;
	return Array.isArray(value) ? value.filter(isObject) : [];
};

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
