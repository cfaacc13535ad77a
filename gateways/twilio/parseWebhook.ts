import { createStatusEvent, type StatusEvent } from '../../messages/statusEvent';
import { isObject, isoInstantAt, objectAt, textAt, type JsonObject } from '../json';
import { REFERENCE_QUERY } from '../statusUrl';
import type { ParseContext } from '../webhooks';
import { eventsOf, tellsStatus } from './eventStreams';
import { channelOf, describeTo } from './recipient';
import { failureOf, statusOf } from './statuses';

/**
 * Reads a webhook: a status callback, which is a form with one status of one message
 * (…/guides/outbound-message-status-in-status-callbacks), or events of Event Streams. A message that the
 * account received has no `MessageStatus`, and gives no event.
 */
export function parseWebhook(
	body: unknown,
	{ receivedAt, query = {} }: ParseContext,
): StatusEvent[] {
	const context = { receivedAt, reference: textAt(query, REFERENCE_QUERY) };
	const events = eventsOf(body);
	if (events.length > 0) {
		return events.filter(tellsStatus).map((event) => fromStream(event, context));
	}
	return isObject(body) && textAt(body, 'MessageStatus') !== null ? [fromForm(body, context)] : [];
}

type Context = Readonly<{ receivedAt: string; reference: string | null }>;

/** The form has no time; that of the carrier, `RawDlrDoneDate`, is in no stated zone. */
function fromForm(form: JsonObject, context: Context): StatusEvent {
	const at = (name: string) => textAt(form, name);
	const word = at('MessageStatus');
	const code = at('ErrorCode');
	const status = statusOf(word, code);
	// The channel knows best why it did not deliver.
	const said = at('ChannelStatusMessage') ?? at('ErrorMessage');
	return eventOf(context, {
		sid: at('MessageSid') ?? at('SmsSid'),
		service: at('MessagingServiceSid'),
		to: at('To'),
		account: at('AccountSid'),
		status,
		gatewayStatus: word,
		failure: failureOf(status, code, said),
		occurredAt: null,
		raw: form,
	});
}

function fromStream(event: JsonObject, context: Context): StatusEvent {
	const data = objectAt(event, 'data');
	const at = (name: string) => textAt(data, name);
	// In Twilio's own sample the type is right where `messageStatus` is not.
	const word = textAt(event, 'type')?.split('.').at(-1) ?? null;
	const code = at('errorCode');
	const status = statusOf(word, code);
	return eventOf(context, {
		sid: at('messageSid'),
		service: at('messagingServiceSid'),
		to: at('to'),
		account: at('accountSid'),
		status,
		gatewayStatus: word,
		failure: failureOf(status, code, null),
		occurredAt: isoInstantAt(data, 'timestamp'),
		raw: event,
	});
}

const eventOf = (
	{ receivedAt, reference }: Context,
	{
		sid,
		service,
		to,
		account,
		...told
	}: Readonly<Record<'sid' | 'service' | 'to' | 'account', string | null>> &
		Pick<StatusEvent, 'status' | 'gatewayStatus' | 'failure' | 'occurredAt' | 'raw'>,
): StatusEvent =>
	createStatusEvent({
		...told,
		gateway: 'twilio',
		channel: channelOf(to),
		account,
		messageId: sid,
		// A scheduled message keeps its id; only a Messaging Service schedules.
		scheduleId: service === null ? null : sid,
		reference,
		recipient: describeTo(to),
		// Twilio has no phone of one's own.
		origin: 'api',
		receivedAt,
	});
