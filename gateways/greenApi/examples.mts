import type { GatewayExamples } from '../../test/gateways/examples.mts';

const STATUSES = [
	'sent',
	'delivered',
	'read',
	'failed',
	'noAccount',
	'notInGroup',
	'noActiveSession',
	'yellowCard',
	'suspended',
];

export const examples: GatewayExamples = {
	event: 'outgoing-message-status.webhook.json',
	words: [
		...STATUSES.map((status): [string, unknown] => [
			`status \`${status}\``,
			{ typeWebhook: 'outgoingMessageStatus', status },
		]),
		['webhook `outgoingAPIMessageReceived`', { typeWebhook: 'outgoingAPIMessageReceived' }],
		['webhook `outgoingMessageReceived`', { typeWebhook: 'outgoingMessageReceived' }],
	],
};
