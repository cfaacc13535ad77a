import type { GatewayExamples } from '../../test/gateways/examples.mts';

export const examples: GatewayExamples = {
	event: 'message-sent.webhook.json',
	words: [
		['event `message.sent` with status `success`', { event: 'message.sent', status: 'success' }],
	],
};
