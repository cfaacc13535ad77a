import {
	createReceivedMessage,
	type ReceivedMessage,
	type ReceivedMessageInput,
} from '../../messages/receivedMessage';
import { isObject, isoInstantAt, objectAt, textAt, type JsonObject } from '../json';
import type { ParseContext } from '../webhooks';
import { eventsOf, tellsReceived } from './eventStreams';
import { channelOf, describeTo } from './recipient';
import { readContent } from './received';

type Reading = Omit<ReceivedMessageInput, 'gateway' | 'channel' | 'receivedAt'>;

/** Other channels have other prefixes, such as `messenger:`, and other ids behind them. */
const OTHER_CHANNEL = /^(?!whatsapp:|rcs:)[a-z]+:/i;

/**
 * Reads incoming messages: the form that goes to the webhook for incoming messages
 * (twilio.com/docs/messaging/guides/webhook-request), which has no `MessageStatus`, or events of Event Streams.
 * Both give one message the same id. The form has no time.
 */
export function parseReceived(body: unknown, { receivedAt }: ParseContext): ReceivedMessage[] {
	const events = eventsOf(body);
	const readings =
		events.length > 0
			? events.filter(tellsReceived).map(readEvent)
			: isObject(body) && isReceived(body)
				? [readForm(body)]
				: [];
	return readings
		.filter(({ messageId }) => messageId !== null)
		.filter(({ from }) => !OTHER_CHANNEL.test(from?.address ?? ''))
		.map((reading) =>
			createReceivedMessage({
				...reading,
				gateway: 'twilio',
				channel: channelOf(reading.from?.address ?? null),
				receivedAt,
			}),
		);
}

const isReceived = (form: JsonObject): boolean =>
	textAt(form, 'SmsStatus') === 'received' && textAt(form, 'MessageStatus') === null;

/** What Twilio itself made of the text: it has answered, and sends nothing more to who said STOP. */
const OPT_OUTS: Readonly<Record<string, NonNullable<ReceivedMessage['optOut']>>> = {
	STOP: 'stop',
	START: 'start',
	HELP: 'help',
};

function readForm(form: JsonObject): Reading {
	const at = (name: string) => textAt(form, name);
	const word = at('OptOutType')?.toUpperCase() ?? '';
	return {
		...readContent(form),
		account: at('AccountSid'),
		messageId: at('MessageSid') ?? at('SmsMessageSid') ?? at('SmsSid'),
		from: describeTo(at('From')),
		fromName: at('ProfileName'),
		// `whatsapp:ID.4566546130240823`
		fromLid: at('ExternalUserId')?.replace(/^whatsapp:/, '') ?? null,
		inReplyTo: at('OriginalRepliedMessageSid'),
		optOut: Object.hasOwn(OPT_OUTS, word) ? OPT_OUTS[word] : null,
		raw: form,
	};
}

/** An event has a time, but neither buttons nor what is answered, nor whose file it is. */
function readEvent(event: JsonObject): Reading {
	const data = objectAt(event, 'data');
	const at = (name: string) => textAt(data, name);
	return {
		type: Number(at('numMedia') ?? 0) > 0 ? 'other' : 'text',
		text: at('body'),
		account: at('accountSid'),
		messageId: at('messageSid'),
		from: describeTo(at('from')),
		occurredAt: isoInstantAt(data, 'timestamp'),
		raw: event,
	};
}
