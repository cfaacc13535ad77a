import type { Capabilities } from '../capabilities';
import { uploads } from './upload';

/** From green-api.com/en/docs/api: sending, journals, account and receiving. */
export const capabilities: Capabilities = {
	channel: 'whatsapp',
	// A file's name says what it is sent as. Audio arrives as a voice note, and in no other way
	// (github.com/green-api/issues/issues/550), so both types are the same here.
	messageTypes: ['text', 'image', 'video', 'document', 'audio', 'voice'],
	// There is a send queue with a pause between messages, but no method takes a time.
	scheduling: null,
	lookup: { by: 'messageId', needsRecipient: true },
	// 50 calls of each send method a second (…/docs/api/ratelimiter). They wait in the instance's queue,
	// whose own pause between two messages is a setting of the instance.
	messagesPerMinute: 50 * 60,
	// "The appearance of messages in the log may take up to 2 minutes" (…/journals/GetChatHistory).
	sentListDelayMs: 2 * 60_000,
	returnsReference: false,
	uploads,
	webhooks: {
		registration: 'api',
		setupInstruction:
			"Publish the workflow: that enters it in the instance's settings, which can take five minutes.",
		statuses: ['queued', 'suspended', 'sent', 'delivered', 'read', 'failed'],
		received: 'sameUrl',
		sendsSecretHeader: true,
	},
	documentation: [
		'https://green-api.com/en/docs/api/sending/SendMessage/',
		'https://green-api.com/en/docs/api/sending/SendFileByUrl/',
		'https://green-api.com/en/docs/api/sending/UploadFile/',
		'https://green-api.com/en/docs/api/account/SetSettings/',
		'https://green-api.com/en/docs/faq/types-of-extensions-supported-by-API/',
		'https://green-api.com/en/docs/faq/lid-important-differences/',
		'https://green-api.com/en/docs/api/ratelimiter/',
		'https://green-api.com/en/docs/api/journals/GetChatHistory/',
		'https://green-api.com/en/docs/api/queues/ShowMessagesQueue/',
		'https://green-api.com/en/docs/api/receiving/notifications-format/outgoing-message/OutgoingMessageStatus/',
		'https://green-api.com/en/docs/api/receiving/notifications-format/incoming-message/ImageMessage',
	],
};
