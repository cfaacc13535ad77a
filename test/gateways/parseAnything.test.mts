import fc from 'fast-check';
import type { Gateway } from '../../gateways/gateway';
import { gateways } from '../../gateways/registry';
import { STATUSES } from '../../messages/status';
import { RECEIVED_TYPES, type ReceivedMessage } from '../../messages/receivedMessage';
import type { Recipient } from '../../messages/recipient';
import type { StatusEvent } from '../../messages/statusEvent';
import { toEventItem, type WebhookEvent } from '../../messages/webhookEvent';
import { webhooksOf } from '../fixtures.mts';
import { prove, runs } from '../proof.mts';
import { mutated } from './mutated.mts';
import { posted } from './posted.mts';

/** Whatever a webhook's body holds. */
const TIMEOUT_MS = prove ? 600_000 : 20_000;

const receivedAt = '2026-11-21T10:00:00.000Z';
const prototypeSize = Reflect.ownKeys(Object.prototype).length;

const KEYS = [
	'event eventId gateway channel account status statusRank isFinal gatewayStatus messageId scheduleId',
	'reference recipient viewer failure origin occurredAt receivedAt raw',
].flatMap((line) => line.split(' '));

/** The webhooks of the vendor's documents. */
const samplesOf = (gateway: string) => webhooksOf(gateway).map(([, body]) => body);

const isText = (value: unknown) => value === null || (typeof value === 'string' && value !== '');
const isInstant = (value: unknown) =>
	value === null || (typeof value === 'string' && new Date(value).toISOString() === value);

const KEYS_IN_ORDER = [...KEYS].sort().join();
const keysOf = (value: object) => Object.keys(value).sort().join();

/** Jest's own `expect` would be most of the work in half a million cases. */
function must(holds: boolean, what: string, seen: unknown): asserts holds {
	if (!holds) throw new Error(`${what}: ${JSON.stringify(seen)}`);
}

function mustBeValid(event: StatusEvent, { id }: Gateway): void {
	const { status, statusRank, isFinal, eventId, recipient, failure, channel, origin } = event;
	must(keysOf(event) === KEYS_IN_ORDER, 'exactly the documented keys', event);
	must(event.gateway === id && event.receivedAt === receivedAt, 'its gateway and time', event);
	must(channel === 'whatsapp' || channel === 'sms', 'a channel', event);
	must(Object.hasOwn(STATUSES, status), 'a known status', event);
	must(statusRank === STATUSES[status].rank, 'the rank of the status', event);
	must(isFinal === STATUSES[status].isFinal, 'the finality of the status', event);
	must(typeof eventId === 'string' && eventId !== '' && eventId.length < 400, 'an id', event);
	const { account, gatewayStatus, messageId, scheduleId, reference, viewer, occurredAt } = event;
	const texts = [account, gatewayStatus, messageId, scheduleId, reference, viewer];
	must(texts.every(isText), 'text or null', event);
	must(isInstant(occurredAt), 'an instant or null', event);
	must(origin === null || origin === 'api' || origin === 'phone', 'an origin', event);
	if (recipient !== null) {
		must(keysOf(recipient) === 'address,kind,phone', 'the keys of a recipient', event);
		must(recipient.phone === null || /^\+\d+$/.test(recipient.phone), 'a phone number', event);
	}
	if (failure !== null) must(keysOf(failure) === 'code,reason', 'the keys of a failure', event);
}

const RECEIVED_KEYS = [
	'event eventId gateway channel account messageId from fromName fromLid chat type text button',
	'media inReplyTo aboutMessageId optOut occurredAt receivedAt raw',
]
	.flatMap((line) => line.split(' '))
	.sort()
	.join();

function mustBePerson(person: Recipient | null, message: ReceivedMessage): void {
	if (person === null) return;
	must(keysOf(person) === 'address,kind,phone', 'the keys of a person', message);
	must(person.address !== '', 'an address', message);
	must(person.phone === null || /^\+\d+$/.test(person.phone), 'a phone number', message);
	must(person.kind !== 'channel', 'no newsletter', message);
}

function mustBeReceived(message: ReceivedMessage, { id }: Gateway): void {
	const { eventId, channel, type, text, button, media, optOut, from, chat } = message;
	must(keysOf(message) === RECEIVED_KEYS, 'exactly the documented keys', message);
	must(message.gateway === id && message.receivedAt === receivedAt, 'its gateway, time', message);
	must(channel === 'whatsapp' || channel === 'sms', 'a channel', message);
	must(RECEIVED_TYPES.includes(type), 'a type', message);
	must(eventId !== '' && eventId.length < 400, 'an id', message);
	must(text === null || typeof text === 'string', 'a text or null', message);
	const { account, messageId, fromName, fromLid, inReplyTo, aboutMessageId } = message;
	const texts = [account, messageId, fromName, fromLid, inReplyTo, aboutMessageId];
	must(texts.every(isText), 'text or null', message);
	must(isInstant(message.occurredAt), 'an instant or null', message);
	must(optOut === null || ['stop', 'start', 'help'].includes(optOut), 'a verdict', message);
	mustBePerson(from, message);
	mustBePerson(chat, message);
	if (button !== null) {
		must(keysOf(button) === 'id,kind,title', 'the keys of a button', message);
		must(isText(button.id) && isText(button.title), 'text or null', message);
		must(['button', 'list', 'template', 'poll'].includes(button.kind), 'a kind', message);
	}
	if (media !== null) {
		must(keysOf(media) === 'fileName,id,mimeType,url', 'the keys of a file', message);
		must(Object.values(media).every(isText), 'text or null', message);
	}
	toEventItem(message, 'Asia/Kolkata');
}

const idsOf = (events: readonly WebhookEvent[]) => events.map(({ eventId }) => eventId).join('\n');

function mustBeSound(gateway: Gateway, body: unknown): void {
	const before = JSON.stringify(body);
	const events = gateway.parseWebhook(body, { receivedAt });
	for (const event of events) mustBeValid(event, gateway);
	// The same delivery gives the same ids, whenever it comes, and is not changed.
	const later = gateway.parseWebhook(body, { receivedAt: '2027-01-01T00:00:00.000Z' });
	must(idsOf(later) === idsOf(events), 'the same ids', [events, later]);
	const received = gateway.parseReceived?.(body, { receivedAt }) ?? [];
	for (const message of received) mustBeReceived(message, gateway);
	const repeated = gateway.parseReceived?.(body, { receivedAt: '2027-01-01T00:00:00.000Z' }) ?? [];
	must(idsOf(repeated) === idsOf(received), 'the same ids', [received, repeated]);
	must(JSON.stringify(body) === before, 'the same body', body);
	must(Reflect.ownKeys(Object.prototype).length === prototypeSize, 'no pollution', body);
}

/** JSON in which the names that the vendors use turn up, and those that are dangerous. */
const words = [
	...['event', 'status', 'statuses', 'messages', 'type', 'data', 'payload', 'id', 'result'],
	...['typeWebhook', 'instanceData', 'idMessage', 'channel_id', 'timestamp', 'from_me', 'ack'],
	...['statuses.post', 'message.sent', 'message.ack', 'outgoingMessageStatus', 'sent', 'failed'],
	...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length'],
];
const vendorLike = fc.letrec<{ value: unknown }>((tie) => ({
	value: fc.oneof(
		{ depthSize: 'small', withCrossShrink: true },
		fc.constantFrom<unknown>(...words, null, true, 0, -1, 1e308, 1712995378, '1712995378', ''),
		fc.string(),
		fc.array(tie('value'), { maxLength: 4 }),
		fc
			.array(fc.tuple(fc.constantFrom(...words), tie('value')), { maxLength: 6 })
			// As JSON.parse makes it: `__proto__` becomes a key like any other.
			.map((entries): unknown => {
				const text = entries.map(
					([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
				);
				return JSON.parse(`{${text.join()}}`);
			}),
	),
})).value;

const secrets = fc.oneof(
	fc.string(),
	fc.constantFrom(undefined, null, '', 'secret', 'Bearer secret'),
	fc.array(fc.string()),
	fc.object(),
);

describe.each(gateways.map((gateway) => [gateway.id, gateway] as const))('%s', (id, gateway) => {
	it('has samples', () => {
		expect(samplesOf(id).length).toBeGreaterThan(0);
		for (const sample of samplesOf(id)) mustBeSound(gateway, sample);
	});

	it(
		'reads arbitrary JSON without a fault',
		() =>
			fc.assert(
				fc.property(fc.jsonValue(), (body) => mustBeSound(gateway, body)),
				runs(500),
			),
		TIMEOUT_MS,
	);

	it(
		'reads JSON of the vendors’ words without a fault',
		() =>
			fc.assert(
				fc.property(vendorLike, (body) => mustBeSound(gateway, body)),
				runs(500),
			),
		TIMEOUT_MS,
	);

	it(
		'reads changed samples without a fault',
		() => {
			const samples = samplesOf(id);
			fc.assert(
				fc.property(mutated(samples), (body) => mustBeSound(gateway, body)),
				runs(500),
			);
		},
		TIMEOUT_MS,
	);

	it(
		'trusts nothing without the secret, whatever comes',
		() => {
			const credential = { gateway: id, webhookSecret: 'the secret that nobody knows' };
			fc.assert(
				fc.property(vendorLike, secrets, secrets, secrets, (body, first, second, third) => {
					const headers = { authorization: first, 'x-webhook-secret': second };
					const delivery = posted({ body, headers: headers as never, query: { secret: third } });
					must(!gateway.verifyWebhook(credential, delivery).verified, 'no trust', delivery);
				}),
				runs(500),
			);
		},
		TIMEOUT_MS,
	);
});
