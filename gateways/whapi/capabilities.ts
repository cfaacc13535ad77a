import type { Capabilities } from '../capabilities';
import { uploads } from './upload';

/** From the vendor's help desk and OpenAPI file (support.whapi.cloud/help-desk, whapi.readme.io). */
export const capabilities: Capabilities = {
	channel: 'whatsapp',
	messageTypes: ['text', 'image', 'video', 'document', 'audio', 'voice'],
	// The vendor says that messages are neither stored nor queued: they go out at once.
	scheduling: null,
	lookup: { by: 'messageId', needsRecipient: false },
	// The vendor says that it limits neither messages nor requests. What it advises against bans (about
	// two a minute to strangers) is no limit of the gateway.
	messagesPerMinute: null,
	returnsReference: false,
	uploads,
	webhooks: {
		registration: 'api',
		setupInstruction:
			"Publish the workflow: that adds it to the webhooks in the channel's settings.",
		statuses: ['queued', 'sent', 'delivered', 'read', 'played', 'failed', 'deleted'],
		received: 'sameUrl',
		sendsSecretHeader: true,
	},
	documentation: [
		'https://support.whapi.cloud/help-desk/receiving/file-expiration-period',
		'https://support.whapi.cloud/help-desk/getting-started/api-docs',
		'https://support.whapi.cloud/help-desk/receiving/webhooks/incoming-webhooks-format/sent-message',
		'https://support.whapi.cloud/help-desk/receiving/webhooks/incoming-webhooks-format/incoming-message',
		'https://support.whapi.cloud/help-desk/receiving/webhooks/detailed-webhook-settings',
	],
};
