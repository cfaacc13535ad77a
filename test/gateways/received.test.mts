import fc from 'fast-check';
import { gateways } from '../../gateways/registry';
import type { Gateway } from '../../gateways/gateway';
import { RECEIVED_TYPES, type ReceivedMessage } from '../../messages/receivedMessage';
import type { Recipient } from '../../messages/recipient';
import { receivedOf, webhooksOf } from '../fixtures.mts';
import { prove, runs } from '../proof.mts';
import { mutated } from './mutated.mts';

/** Both parsers of each gateway read the same bodies: what one of them tells, the other does not. */
const TIMEOUT_MS = prove ? 600_000 : 20_000;

const receivedAt = '2026-11-21T10:00:00.000Z';
const context = { receivedAt };

const KEYS = [
	'event eventId gateway channel account messageId from fromName fromLid chat type text button',
	'media inReplyTo aboutMessageId optOut occurredAt receivedAt raw',
]
	.flatMap((line) => line.split(' '))
	.sort()
	.join();

const keysOf = (value: object) => Object.keys(value).sort().join();

/** Jest's own `expect` would be most of the work in so many cases. */
function must(holds: boolean, what: string, seen: unknown): asserts holds {
	if (!holds) throw new Error(`${what}: ${JSON.stringify(seen)}`);
}

const isText = (value: unknown) => value === null || (typeof value === 'string' && value !== '');
const isInstant = (value: unknown) =>
	value === null || (typeof value === 'string' && new Date(value).toISOString() === value);

function mustBeAddress(value: Recipient | null, message: ReceivedMessage): void {
	if (value === null) return;
	must(keysOf(value) === 'address,kind,phone', 'the keys of a recipient', message);
	must(value.phone === null || /^\+\d+$/.test(value.phone), 'a phone number', message);
	must(!/@(newsletter|broadcast)$/.test(value.address), 'no channel, no broadcast', message);
}

function mustBeValid(message: ReceivedMessage, { id }: Gateway): void {
	must(keysOf(message) === KEYS, 'exactly the documented keys', message);
	must(['received', 'preference'].includes(message.event), 'its event', message);
	must(message.gateway === id, 'its gateway', message);
	must(message.receivedAt === receivedAt, 'its time', message);
	must(RECEIVED_TYPES.includes(message.type), 'a known type', message);
	const { eventId, account, messageId, fromName, fromLid, text, inReplyTo } = message;
	must(eventId !== '' && eventId.length < 400, 'an id', message);
	const texts = [account, messageId, fromName, fromLid, text, inReplyTo, message.aboutMessageId];
	must(texts.every(isText), 'text or null', message);
	must(isInstant(message.occurredAt), 'an instant or null', message);
	mustBeAddress(message.from, message);
	mustBeAddress(message.chat, message);
	const { button, media, optOut } = message;
	if (button !== null) {
		must(keysOf(button) === 'id,kind,title', 'the keys of a button', message);
		must([button.id, button.title].every(isText), 'text or null', message);
		must(message.type === 'button', 'a button is of type button', message);
	}
	if (media !== null) {
		must(keysOf(media) === 'fileName,id,mimeType,url', 'the keys of media', message);
		must(Object.values(media).every(isText), 'text or null', message);
	}
	must([null, 'stop', 'start', 'help'].includes(optOut), 'an opt-out or null', message);
	const raw = JSON.stringify(message.raw);
	must(!/"(base64|jpegThumbnail|messageSecret|apikey)":/.test(raw), 'no file, no secret', message);
}

const idsOf = (messages: readonly ReceivedMessage[]) =>
	messages.map(({ eventId }) => eventId).join('\n');

/** Reads a body by both parsers; what comes is sound, the same again, and the body stays as it is. */
function read(gateway: Gateway, body: unknown) {
	const before = JSON.stringify(body);
	const received = gateway.parseReceived?.(body, context) ?? [];
	for (const message of received) mustBeValid(message, gateway);
	const later = gateway.parseReceived?.(body, { receivedAt: '2027-01-01T00:00:00.000Z' }) ?? [];
	must(idsOf(later) === idsOf(received), 'the same ids', [received, later]);
	must(JSON.stringify(body) === before, 'the same body', body);
	return { received, statuses: gateway.parseWebhook(body, context) };
}

describe.each(gateways.map((gateway) => [gateway.id, gateway] as const))('%s', (id, gateway) => {
	const { received: way, receivedInstruction } = gateway.capabilities.webhooks;

	it('reads incoming messages if, and only if, its capabilities say so', () => {
		expect(gateway.parseReceived !== undefined).toBe(way !== null);
		expect(receivedInstruction !== undefined).toBe(way === 'separateUrl');
		if (way !== null) expect(receivedOf(id).length).toBeGreaterThan(0);
	});

	it('tells each sample of an incoming message as one, and of no status', () => {
		for (const [name, body] of receivedOf(id)) {
			const { received, statuses } = read(gateway, body);
			expect([name, received.length > 0, statuses]).toEqual([name, true, []]);
		}
	});

	it('has a sample of a direct message with a text, of which everything is known that must be', () => {
		if (way === null) return;
		const direct = receivedOf(id)
			.flatMap(([, body]) => read(gateway, body).received)
			.filter(({ type, chat }) => type === 'text' && chat?.kind === 'phone');
		expect(direct.length).toBeGreaterThan(0);
		for (const { messageId, account, from, text } of direct) {
			expect([messageId, account, from?.phone, text]).not.toContain(null);
			expect(from).not.toBeNull();
		}
	});

	it('tells no other sample as an incoming message that tells a status', () => {
		const others = webhooksOf(id).filter(([name]) => !name.startsWith('received-'));
		for (const [name, body] of others) {
			const { received, statuses } = read(gateway, body);
			const told = new Set<string | null>([null, ...statuses.map(({ messageId }) => messageId)]);
			// A batch may tell of several messages.
			const both = received.filter(({ messageId }) => told.has(messageId));
			if (statuses.length > 0) expect([name, both]).toEqual([name, []]);
		}
	});

	it(
		'reads changed samples without a fault, and never as both',
		() => {
			const single = webhooksOf(id)
				.map(([, body]) => body)
				.filter((body) => {
					const { received, statuses } = read(gateway, body);
					return received.length + statuses.length <= 1;
				});
			expect(single.length).toBeGreaterThan(0);
			fc.assert(
				fc.property(mutated(single), (body) => {
					const { received, statuses } = read(gateway, body);
					must(received.length === 0 || statuses.length === 0, 'one of the two', body);
				}),
				runs(500),
			);
		},
		TIMEOUT_MS,
	);

	it(
		'reads arbitrary JSON without a fault',
		() =>
			fc.assert(
				fc.property(fc.jsonValue({ maxDepth: 8 }), (body) => void read(gateway, body)),
				runs(300),
			),
		TIMEOUT_MS,
	);

	it('reads a body that is nested without end', () => {
		const deep: unknown = JSON.parse(`${'[{"a":'.repeat(20_000)}1${'}]'.repeat(20_000)}`);
		for (const [, body] of receivedOf(id)) {
			for (const key of Object.keys(body as object)) {
				const changed = { ...(body as object), [key]: deep, more: deep };
				expect(() => gateway.parseReceived!(changed, context)).not.toThrow();
			}
		}
	});
});
