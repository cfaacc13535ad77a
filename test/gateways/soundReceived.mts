import type { Gateway } from '../../gateways/gateway';
import { RECEIVED_TYPES, type ReceivedMessage } from '../../messages/receivedMessage';

const KEYS = [
	'event eventId gateway channel account messageId from fromName fromLid chat type text button media',
	'inReplyTo aboutMessageId optOut occurredAt receivedAt raw',
]
	.flatMap((line) => line.split(' '))
	.sort()
	.join();

const keysOf = (value: object) => Object.keys(value).sort().join();
const isText = (value: unknown) => value === null || (typeof value === 'string' && value !== '');

/** What no gateway may hand on, at any depth. */
const SECRETS = new Set(
	[
		'apikey api_key destination base64 jpegThumbnail JPEGThumbnail messageSecret mediaKey MediaKey',
	].flatMap((line) => line.split(' ')),
);

function namesIn(value: unknown): string[] {
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([name, each]) => [name, ...namesIn(each)]);
}

/** Jest's own `expect` would be most of the work in many cases. */
function must(holds: boolean, what: string, seen: unknown): asserts holds {
	if (!holds) throw new Error(`${what}: ${JSON.stringify(seen)}`);
}

const receivedAt = '2026-11-21T10:00:00.000Z';
const LATER = '2027-01-01T00:00:00.000Z';

const idsOf = (events: readonly ReceivedMessage[]) => events.map(({ eventId }) => eventId).join();

/**
 * Reads a body's incoming messages, and throws unless each is in the documented form, has the same id whenever
 * it comes, hands no secret on, and is told by no status as well.
 */
export function readSoundly(gateway: Gateway, body: unknown): ReceivedMessage[] {
	const before = JSON.stringify(body);
	const events = gateway.parseReceived!(body, { receivedAt });
	for (const event of events) mustBeValid(event, gateway);
	const later = gateway.parseReceived!(body, { receivedAt: LATER });
	must(idsOf(later) === idsOf(events), 'the same ids', [events, later]);
	must(JSON.stringify(body) === before, 'the same body', body);
	const told = gateway.parseWebhook(body, { receivedAt });
	const ids = new Set(
		events.flatMap(({ messageId, aboutMessageId, type }) =>
			type === 'deletion' || type === 'edit' ? [aboutMessageId] : [messageId],
		),
	);
	const isTwice = told.some(({ messageId }) => messageId !== null && ids.has(messageId));
	must(!isTwice, 'a status or a message, not both', [events, told]);
	return events;
}

function mustBeValid(event: ReceivedMessage, { id }: Gateway): void {
	must(keysOf(event) === KEYS, 'exactly the documented keys', event);
	must(event.event === 'received' && event.gateway === id, 'its kind and gateway', event);
	must(RECEIVED_TYPES.includes(event.type), 'a known type', event);
	must(event.eventId !== '' && event.eventId.length < 400, 'an id', event);
	const { account, messageId, fromName, fromLid, text, inReplyTo, aboutMessageId } = event;
	const texts = [account, messageId, fromName, fromLid, text, inReplyTo, aboutMessageId];
	must(texts.every(isText), 'text or null', event);
	const { occurredAt, button, media, type } = event;
	must(
		occurredAt === null || new Date(occurredAt).toISOString() === occurredAt,
		'an instant or null',
		event,
	);
	for (const one of [event.from, event.chat]) {
		if (one === null) continue;
		must(keysOf(one) === 'address,kind,phone', 'the keys of an address', event);
		must(one.phone === null || /^\+\d+$/.test(one.phone), 'a phone number', event);
		must(!/@(newsletter|broadcast)$/.test(one.address), 'a person or a group', event);
	}
	must((button !== null) === (type === 'button'), 'a button where one was pressed', event);
	if (button !== null) must(keysOf(button) === 'id,kind,title', 'the keys of a button', event);
	if (media !== null)
		must(keysOf(media) === 'fileName,id,mimeType,url', 'the keys of media', event);
	const leaked = namesIn(event.raw).filter((name) => SECRETS.has(name));
	must(leaked.length === 0, `none of ${leaked.join()} in raw`, event);
}
