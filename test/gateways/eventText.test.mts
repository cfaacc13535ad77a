import fc from 'fast-check';
import { gatewayById, gateways } from '../../gateways/registry';
import greenApi from '../../gateways/greenApi/fixtures/outgoing-api-message.webhook.json';
import greenApiStatus from '../../gateways/greenApi/fixtures/outgoing-message-status.webhook.json';
import sms from '../../gateways/hypersenderSms/fixtures/message-delivered.webhook.json';
import waAck from '../../gateways/hypersenderWhatsApp/fixtures/message-ack.webhook.json';
import waAny from '../../gateways/hypersenderWhatsApp/fixtures/message-any.webhook.json';
import whapi from '../../gateways/whapi/fixtures/messages-post-api.webhook.json';
import whapiStatus from '../../gateways/whapi/fixtures/statuses-post.webhook.json';

const receivedAt = '2026-11-21T10:00:01.000Z';
/** As Record Status reads it: of what the trigger gave out, which was JSON in between. */
const textOf = (id: string, body: unknown) => {
	const gateway = gatewayById(id);
	const [{ raw }] = gateway.parseWebhook(body, { receivedAt });
	return gateway.eventText!(JSON.parse(JSON.stringify(raw)));
};

it.each<[string, unknown, string | null]>([
	['whapi', whapi, whapi.messages[0].text.body],
	['whapi', whapiStatus, null],
	['greenApi', greenApiStatus, null],
	['hypersenderWhatsApp', waAny, waAny.data.payload.body],
	['hypersenderWhatsApp', waAck, null],
	['hypersenderSms', sms, 'test message delivered'],
])('%s: reads the text of a message out of the event', (id, body, text) => {
	expect(textOf(id, body)).toBe(text);
});

it.each([
	[{ textMessageData: { textMessage: 'a' } }, 'a'],
	[{ extendedTextMessageData: { text: 'b' } }, 'b'],
	[{ fileMessageData: { caption: 'c', downloadUrl: 'x' } }, 'c'],
	[{}, null],
])('greenApi: %j', (messageData, text) => {
	expect(textOf('greenApi', { ...greenApi, messageData })).toBe(text);
});

it.each([
	[{ type: 'link_preview', link_preview: { body: 'b' }, text: undefined }, 'b'],
	[{ type: 'image', image: { id: '1', caption: 'c' }, text: undefined }, 'c'],
	[{ type: 'voice', voice: { id: '1' }, text: undefined }, null],
])('whapi: %j', (more, text) => {
	const message = { ...whapi.messages[0], ...more };
	expect(textOf('whapi', { ...whapi, messages: [message] })).toBe(text);
});

it('never throws, and gives text or null', () => {
	for (const { eventText } of gateways) {
		if (eventText === undefined) continue;
		fc.assert(
			fc.property(fc.jsonValue(), (raw) => {
				const text = eventText(raw);
				expect(text === null || typeof text === 'string').toBe(true);
			}),
		);
		expect(eventText(undefined)).toBeNull();
	}
});
