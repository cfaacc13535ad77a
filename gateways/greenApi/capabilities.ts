import type { Capabilities } from '../gateway';

/** From green-api.com/en/docs/api: sending, journals, account and receiving. */
export const capabilities: Capabilities = {
	// A file's name says what it is sent as; no page says which name makes a voice message.
	sends: ['text', 'image', 'video', 'document', 'audio'],
	// There is a send queue with a pause between messages, but no method takes a time.
	schedules: null,
	looksUp: { by: 'messageId', needsRecipient: true },
	messagesPerMinute: null,
	keepsReference: false,
	webhooks: {
		registration: 'api',
		whereToEnter:
			"Publish the workflow: that enters it in the instance's settings, which can take five minutes.",
		statuses: ['queued', 'suspended', 'sent', 'delivered', 'read', 'failed'],
		sendsSecretHeader: true,
	},
	documentation: [
		'https://green-api.com/en/docs/api/sending/SendMessage/',
		'https://green-api.com/en/docs/api/sending/SendFileByUrl/',
		'https://green-api.com/en/docs/api/account/SetSettings/',
		'https://green-api.com/en/docs/api/receiving/notifications-format/outgoing-message/OutgoingMessageStatus/',
	],
};
