import type { Capabilities } from '../capabilities';

/** The vendor names neither a size nor, but for documents, types; those it lists by their extensions. */
const ANY_FILE = { maxBytes: null, mimeTypes: null };

/** From docs.hypersender.com, WhatsApp API v2, which queues every request and schedules nothing. */
export const capabilities: Capabilities = {
	channel: 'whatsapp',
	// Sound has one path, `send-voice`, so `audio` is not offered; as a file it goes as `document`.
	messageTypes: ['text', 'image', 'video', 'document', 'voice'],
	scheduling: null,
	lookup: { by: 'queueId', needsRecipient: false },
	messagesPerMinute: null,
	returnsReference: false,
	// Not video, whose form has a boolean of which nothing says how a form writes it.
	uploads: {
		goes: 'withMessage',
		types: { image: ANY_FILE, document: ANY_FILE, voice: ANY_FILE },
		keptMs: null,
	},
	webhooks: {
		registration: 'manual',
		setupInstruction:
			'Enter it in the dashboard as the webhook of the WhatsApp instance, with the Webhook Secret.',
		statuses: ['queued', 'sent', 'delivered', 'read', 'played', 'failed', 'deleted'],
		received: 'sameUrl',
		sendsSecretHeader: true,
	},
	documentation: [
		'https://docs.hypersender.com/v2/api-reference/whatsapp/send-messages/send-text',
		'https://docs.hypersender.com/api-reference/whatsapp/send-messages/send-file',
		'https://docs.hypersender.com/v2/api-reference/whatsapp/queued-requests',
		'https://docs.hypersender.com/api-reference/whatsapp-webhooks/messages-ack',
		'https://docs.hypersender.com/api-reference/whatsapp-webhooks/messages-any',
		'https://docs.hypersender.com/v2/api-reference/whatsapp-webhooks/messages-revoked',
	],
};
