import { gatewayById } from '../../gateways/registry';
import { EventDeduplicator } from '../../messages/eventDeduplicator';
import waAck from '../../gateways/hypersenderWhatsApp/fixtures/message-ack.webhook.json';
import greenStatus from '../../gateways/greenApi/fixtures/outgoing-message-status.webhook.json';

const receivedAt = '2026-11-21T10:00:01.000Z';
const parse = (gateway: string, body: unknown) =>
	gatewayById(gateway).parseWebhook(body, { receivedAt });

/** Emits what is new, as the trigger does. */
function emitted(gateway: string, bodies: unknown[]): string[] {
	const history = new EventDeduplicator();
	return bodies
		.flatMap((body) => parse(gateway, body))
		.filter((event) => {
			if (history.classify(event) !== 'new') return false;
			history.record(event);
			return true;
		})
		.map(({ status }) => status);
}

describe('a gateway that reports one status of one message by two events, with other times', () => {
	it('Whapi.Cloud: messages.post and statuses.post', () => {
		const message = {
			id: 'Yh-wO4',
			from_me: true,
			type: 'text',
			chat_id: '61371989950@s.whatsapp.net',
			timestamp: 1712995245,
			source: 'api',
			status: 'pending',
			text: { body: 'Hello' },
		};
		const status = {
			id: 'Yh-wO4',
			code: 1,
			status: 'pending',
			recipient_id: '61371989950@s.whatsapp.net',
			timestamp: '1712995246',
		};
		const messages = {
			messages: [message],
			event: { type: 'messages', event: 'post' },
			channel_id: 'MANTIS',
		};
		const statuses = {
			statuses: [status],
			event: { type: 'statuses', event: 'post' },
			channel_id: 'MANTIS',
		};
		const sent = { ...statuses, statuses: [{ ...status, status: 'sent' }] };
		expect(emitted('whapi', [messages, statuses, sent])).toEqual(['queued', 'sent']);
		expect(emitted('whapi', [statuses, messages, sent])).toEqual(['queued', 'sent']);
	});

	it('Hypersender WhatsApp: message.any and message.ack', () => {
		const { data } = waAck;
		const any = {
			event: 'message.any',
			data: {
				...data,
				event: 'message.any',
				payload: { ...data.payload, timestamp: 1712995245, source: 'app', body: 'Hello' },
			},
		};
		expect(emitted('hypersenderWhatsApp', [any, waAck])).toEqual(['delivered']);
		expect(emitted('hypersenderWhatsApp', [waAck, any])).toEqual(['delivered']);
	});
});

it('GREEN-API: one id in two chats is two messages, though it is one id in both events', () => {
	const other = { ...greenStatus, chatId: '79001234567@c.us' };
	expect(emitted('greenApi', [greenStatus, greenStatus, other])).toEqual(['failed', 'failed']);
	const [a] = parse('greenApi', greenStatus);
	const [b] = parse('greenApi', other);
	expect(a.messageId).toBe(b.messageId);
	const sent = { ...greenStatus, status: 'sent', description: undefined };
	expect(emitted('greenApi', [other, sent, greenStatus])).toEqual(['failed', 'sent', 'failed']);
});
