import { isObject, textAt, type JsonObject } from '../json';

/** The types of events that tell a status of a message. */
const STATUS_TYPE = 'com.twilio.messaging.message.';

/** The type of those that tell of a message that the account received. */
const RECEIVED_TYPE = 'com.twilio.messaging.inbound-message.received';

/**
 * The events of a webhook of Event Streams (twilio.com/docs/events): CloudEvents, in a list or one alone, which
 * no page says. Empty for any other body.
 */
export const eventsOf = (body: unknown): JsonObject[] =>
	(Array.isArray(body) ? body : [body])
		.filter(isObject)
		.filter((event) => textAt(event, 'specversion') !== null);

/** Whether an event tells a status of a message that the account sent. */
export const tellsStatus = (event: JsonObject): boolean =>
	textAt(event, 'type')?.startsWith(STATUS_TYPE) === true;

/** Whether an event tells of a message that the account received. */
export const tellsReceived = (event: JsonObject): boolean =>
	textAt(event, 'type') === RECEIVED_TYPE;
