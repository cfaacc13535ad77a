import type { GatewayExamples } from '../../test/gateways/examples.mts';

const STATUSES = ['sent', 'delivered', 'read', 'played', 'failed'];

const webhookOf = (status: string) => ({
	object: 'whatsapp_business_account',
	entry: [{ changes: [{ field: 'messages', value: { statuses: [{ status }] } }] }],
});

export const examples: GatewayExamples = {
	event: 'status-delivered.webhook.json',
	words: STATUSES.map((status): [string, unknown] => [`status \`${status}\``, webhookOf(status)]),
};
