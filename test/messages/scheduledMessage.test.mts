import type { MessageToSchedule } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';
import { matchesMessage, type ScheduledMessage } from '../../messages/scheduledMessage';
import { createSentMessage } from '../../messages/sentMessage';

const message: MessageToSchedule = {
	type: 'image',
	text: null,
	mediaUrl: 'https://example.com/a.jpg',
	caption: 'A',
	fileName: null,
	template: null,
	recipient: parseRecipient('+919988066776'),
	reference: 'order-7',
	idempotencyKey: '3b1f9a52-7f53-4a3c-9d38-0a4c9f7c2b11',
	scheduledAt: '2026-02-01T15:00:00.000Z',
};
const record: ScheduledMessage = {
	...message,
	scheduleId: 'sched_1',
	gateway: 'chatWhatsApp',
	storedIn: 'gateway',
	account: 'account-1',
	status: 'scheduled',
	gatewayStatus: 'pending',
	createdAt: null,
	messageId: null,
	failure: null,
	raw: null,
};

it.each<[string, Partial<ScheduledMessage>]>([
	['it tells all', {}],
	['it tells neither media nor caption', { mediaUrl: null, caption: null }],
	['it writes the instant in another way', { scheduledAt: '2026-02-01T20:30:00+05:30' }],
	[
		'it writes the recipient in another way',
		{ recipient: { address: '919988066776@c.us', phone: '+919988066776', kind: 'phone' } },
	],
	['it has no reference', { reference: null }],
	['it keeps whole seconds and rounded up', { scheduledAt: '2026-02-01T15:00:00.999Z' }],
	['it keeps whole seconds and cut off', { scheduledAt: '2026-02-01T14:59:59.001Z' }],
])('a record could be the message where %s', (_, changes) => {
	expect(matchesMessage({ ...record, ...changes }, message)).toBe(true);
});

it.each<[string, Partial<ScheduledMessage>]>([
	['recipient', { recipient: parseRecipient('+919988066777') }],
	['group', { recipient: parseRecipient('919988066776@g.us') }],
	['instant', { scheduledAt: '2026-02-01T15:00:01.000Z' }],
	['earlier instant', { scheduledAt: '2026-02-01T14:59:59.000Z' }],
	['text', { text: 'Hello' }],
	['media', { mediaUrl: 'https://example.com/b.jpg' }],
	['caption', { caption: 'a' }],
])('a record with another %s is another message', (_, changes) => {
	expect(matchesMessage({ ...record, ...changes }, message)).toBe(false);
});

it.each<[string, Partial<ScheduledMessage>]>([
	['recipient', { recipient: null }],
	['instant', { scheduledAt: null }],
])('a record without a %s could be any message, so it is none', (_, changes) => {
	expect(matchesMessage({ ...record, ...changes }, message)).toBe(false);
});

it('a record of an uploaded file may name another address', () => {
	const uploaded = { ...message, mediaUrl: null, mediaId: 'file-1' };
	expect(matchesMessage(record, uploaded)).toBe(true);
	expect(matchesMessage({ ...record, caption: 'B' }, uploaded)).toBe(false);
	expect(matchesMessage(record, { ...uploaded, mediaId: null })).toBe(false);
});

it('a record of a template is that of the same one with the same values, whatever its text', () => {
	const template = { name: 'reminder', language: 'en', variables: { 'body.1': 'Ana' } };
	const wanted = { ...message, type: 'template', mediaUrl: null, caption: null, template } as const;
	const told = { ...record, ...wanted, text: 'Ana, your table is ready' };
	expect(matchesMessage(told, wanted)).toBe(true);
	expect(matchesMessage({ ...told, template: null }, wanted)).toBe(true);
	const other = { ...template, variables: { 'body.1': 'Ben' } };
	expect(matchesMessage({ ...told, template: other }, wanted)).toBe(false);
	expect(matchesMessage({ ...told, type: 'text', template: null }, wanted)).toBe(false);
});

it('a gateway may trim a text', () => {
	const wanted = { ...message, type: 'text' as const, text: ' Hello \n', mediaUrl: null };
	expect(matchesMessage({ ...record, text: 'Hello', mediaUrl: null }, wanted)).toBe(true);
	expect(matchesMessage({ ...record, text: 'Hel lo', mediaUrl: null }, wanted)).toBe(false);
});

it('a record without text is no text message', () => {
	expect(matchesMessage({ ...record, text: null }, { ...message, text: 'Hello' })).toBe(false);
});

it('a sent message has what was sent, what the gateway told, and null for the rest', () => {
	const told = { gateway: 'g', account: 'a', status: 'sent', raw: { id: 1 } } as const;
	const { idempotencyKey, scheduledAt, ...content } = message;
	expect([idempotencyKey, scheduledAt].every(Boolean)).toBe(true);
	expect(createSentMessage(message, told)).toEqual({
		...content,
		...told,
		messageId: null,
		queueId: null,
		gatewayStatus: null,
		acceptedAt: null,
		failure: null,
	});
	expect(createSentMessage(message, { ...told, messageId: '3EB0' }).messageId).toBe('3EB0');
	expect(createSentMessage({ ...message, mediaId: 'file-1' }, told).mediaId).toBe('file-1');
	expect(createSentMessage(message, told)).not.toHaveProperty('mediaId');
});
