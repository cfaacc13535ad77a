import { describeAddress, type Recipient } from '../../messages/recipient';
import {
	createReceivedMessage,
	isSomething,
	type ReceivedMessage,
	type ReceivedMessageInput,
} from '../../messages/receivedMessage';
import { isObject, objectAt, textAt, unixInstantAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { withoutFiles } from '../withoutFiles';
import { contentOf } from './receivedContent';

/**
 * Reads a message that somebody wrote (green-api.com/en/docs/api/receiving/notifications-format/
 * incoming-message, and the same under /waba/): `incomingMessageReceived`, which calls and own messages
 * are not. One webhook has one message.
 */
export function parseReceived(body: unknown, { receivedAt }: ParseContext): ReceivedMessage[] {
	if (!isObject(body) || textAt(body, 'typeWebhook') !== 'incomingMessageReceived') return [];
	const sender = objectAt(body, 'senderData');
	if (/@(broadcast|newsletter)$/.test(textAt(sender, 'chatId') ?? '')) return [];
	const people = peopleOf(sender);
	const message = createReceivedMessage({
		gateway: 'greenApi',
		channel: 'whatsapp',
		account: textAt(objectAt(body, 'instanceData'), 'idInstance'),
		messageId: textAt(body, 'idMessage'),
		...people,
		// `senderContactName` is what the account's owner calls the person.
		fromName: textAt(sender, 'senderName'),
		occurredAt: unixInstantAt(body, 'timestamp'),
		receivedAt,
		raw: withoutFiles(body),
		...contentOf(objectAt(body, 'messageData'), namesOf(sender)),
	});
	return isSomething(message) ? [message] : [];
}

/**
 * `chatId` is the chat, `sender` in a group the participant. In the vendor's beta either may be a LID
 * (…/docs/faq/lid-important-differences), and where the phone number then stands is not documented; in a direct chat
 * each of the two names the person, so that the one that is a phone number is taken.
 */
function peopleOf(data: JsonObject): Pick<ReceivedMessageInput, 'from' | 'fromLid' | 'chat'> {
	const chat = describeAddress(textAt(data, 'chatId'));
	const names = namesOf(data);
	const from = names.find(({ kind }) => kind === 'phone') ?? names[0] ?? null;
	const lid = names.find(({ kind }) => kind === 'lid');
	return { from, fromLid: lid?.address ?? null, chat: chat?.kind === 'group' ? chat : from };
}

/** The addresses of the person: of a direct chat the chat is one. */
function namesOf(data: JsonObject): Recipient[] {
	const chat = describeAddress(textAt(data, 'chatId'));
	const names = [describeAddress(textAt(data, 'sender')), chat?.kind === 'group' ? null : chat];
	return names.filter((one) => one !== null);
}
