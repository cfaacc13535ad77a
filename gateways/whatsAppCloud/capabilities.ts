import type { Capabilities } from '../capabilities';
import type { Credential } from '../gateway';
import { WINDOW_CLOSED } from '../meta/errorCodes';
import { verifyTokenEntered } from './credential';
import { uploads } from './upload';

/** From the vendor's pages for developers (developers.facebook.com/documentation/business-messaging/whatsapp). */
export const capabilities: Capabilities = {
	channel: 'whatsapp',
	messageTypes: ['text', 'image', 'video', 'document', 'audio', 'voice', 'template'],
	// No field of a message takes a time.
	scheduling: null,
	// The page "Message History API" documents a look-up, but neither its permission nor its retention.
	lookup: null,
	// 80 a second for each number, sent and received together (…/throughput).
	messagesPerMinute: 4_800,
	returnsReference: true,
	windowClosedCode: WINDOW_CLOSED,
	uploads,
	webhooks: {
		registration: 'api',
		setupInstruction:
			"Publish the workflow: that enters it as this phone number's own webhook, if the app is subscribed to the WhatsApp Business Account.",
		statuses: ['sent', 'delivered', 'read', 'played', 'failed'],
		received: 'sameUrl',
		sendsSecretHeader: true,
	},
	documentation: [
		'https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages',
		'https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media',
		'https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status',
		'https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/text',
		'https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/group',
		'https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/user_preferences',
		'https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override',
		'https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes',
	],
};

/** Who enters a *Verify Token* enters the webhook by hand, with that token. */
export const capabilitiesFor = (credential: Credential): Capabilities =>
	verifyTokenEntered(credential) === ''
		? capabilities
		: {
				...capabilities,
				webhooks: {
					...capabilities.webhooks,
					registration: 'manual',
					// A number's own webhook does not carry their field, and that of the app does.
					preferences: true,
					setupInstruction:
						'Enter it in the App Dashboard under WhatsApp, Configuration as "Callback URL", and the "Verify Token" of the credential below it; then subscribe to the field "messages".',
				},
			};
