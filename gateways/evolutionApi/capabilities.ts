import type { Capabilities } from '../capabilities';

/** From the vendor's source, github.com/EvolutionAPI/evolution-api, and doc.evolution-api.com. */
export const capabilities: Capabilities = {
	channel: 'whatsapp',
	messageTypes: ['text', 'image', 'video', 'document', 'audio', 'voice'],
	// No route and no field takes a time; `delay` keeps the request open instead.
	scheduling: null,
	lookup: { by: 'messageId', needsRecipient: false },
	// Neither the code nor the documents have a limit.
	messagesPerMinute: null,
	returnsReference: false,
	webhooks: {
		registration: 'api',
		setupInstruction:
			"Publish the workflow: that enters it as the instance's webhook. Up to version 2.1, enter it in the manager, with ?secret= and the Webhook Secret behind it.",
		statuses: ['queued', 'sent', 'delivered', 'read', 'played', 'failed', 'deleted'],
		received: 'sameUrl',
		sendsSecretHeader: true,
	},
	documentation: [
		'https://doc.evolution-api.com/v2/api-reference/message-controller/send-text',
		'https://doc.evolution-api.com/v2/api-reference/message-controller/send-media',
		'https://doc.evolution-api.com/v2/api-reference/message-controller/send-audio',
		'https://doc.evolution-api.com/v2/api-reference/chat-controller/find-messages',
		'https://doc.evolution-api.com/v2/api-reference/instance-controller/connection-state',
		'https://doc.evolution-api.com/v2/en/configuration/webhooks',
		'https://doc.evolution-api.com/v1/en/configuration/webhooks',
		'https://github.com/EvolutionAPI/evolution-api',
	],
};
