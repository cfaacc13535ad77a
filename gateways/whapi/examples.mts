import type { GatewayExamples } from '../../test/gateways/examples.mts';

const STATUSES = ['pending', 'sent', 'delivered', 'read', 'played', 'failed', 'deleted'];

export const examples: GatewayExamples = {
	event: 'statuses-post.webhook.json',
	words: [
		...STATUSES.map((status): [string, unknown] => [
			`status \`${status}\``,
			{ event: { type: 'statuses', event: 'post' }, statuses: [{ status }] },
		]),
		[
			'event `messages.post` of a message by the API, without a status',
			{ event: { type: 'messages', event: 'post' }, messages: [{ from_me: true, source: 'api' }] },
		],
	],
};
