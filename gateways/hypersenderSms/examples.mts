import type { GatewayExamples } from '../../test/gateways/examples.mts';

const EVENTS = [
	'message.notification.scheduled',
	'message.phone.sent',
	'message.phone.delivered',
	'message.send.failed',
	'message.send.expired',
];

export const examples: GatewayExamples = {
	event: 'message-delivered.webhook.json',
	words: [...EVENTS.map((event): [string, unknown] => [`event \`${event}\``, { event, data: {} }])],
};
