import { describeAddress, sameRecipient, type Recipient } from '../../messages/recipient';
import {
	createReceivedMessage,
	isSomething,
	type ReceivedMessage,
} from '../../messages/receivedMessage';
import { isObject, objectAt, textAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { withoutFiles } from '../withoutFiles';
import { instantAt } from './times';

/**
 * Reads an SMS that the phone got: `message.phone.received`
 * (docs.hypersender.com/api-reference/sms-webhooks/messages-events/message-received). Its `request_id` is
 * the gateway's own and leads to no message of ours; nothing in it names the message that it answers.
 */
export function parseReceived(body: unknown, { receivedAt }: ParseContext): ReceivedMessage[] {
	if (!isObject(body) || textAt(body, 'event') !== 'message.phone.received') return [];
	const data = objectAt(body, 'data');
	const text = textAt(data, 'content');
	const message = createReceivedMessage({
		gateway: 'hypersenderSms',
		channel: 'sms',
		account: textAt(data, 'phone_id'),
		messageId: textAt(data, 'id'),
		from: senderOf(data),
		// What an MMS brings is documented nowhere.
		type: text === null ? 'other' : 'text',
		text,
		occurredAt: instantAt(data, 'received_at'),
		receivedAt,
		raw: withoutFiles(body),
	});
	return isSomething(message) ? [message] : [];
}

/**
 * Who wrote. Which of the two numbers it is only their names say: the vendor's page has the same ones as for a
 * sent message. Where the webhook names the phone's own number, it is the other one.
 */
function senderOf(data: JsonObject): Recipient | null {
	const from = describeAddress(textAt(data, 'from_phone_number'));
	const to = describeAddress(textAt(data, 'to_phone_number'));
	const own = describeAddress(textAt(objectAt(data, 'phone'), 'phone_number'));
	return own !== null && from !== null && to !== null && sameRecipient(from, own) ? to : from;
}
