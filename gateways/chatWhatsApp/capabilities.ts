import type { Capabilities } from '../capabilities';
import { DAY_MS, MINUTE_MS } from '../../messages/duration';

/** From docs.chatwhatsapp.in: api-reference/scheduled-messages and api-reference/messaging. */
export const capabilities: Capabilities = {
	channel: 'whatsapp',
	// The messaging page announces video and documents, but documents no path for them.
	messageTypes: ['text', 'image'],
	scheduling: {
		types: ['text', 'image', 'video', 'document'],
		minLeadMs: MINUTE_MS,
		maxLeadMs: 30 * DAY_MS,
		isDurable: false,
		cancelsBy: 'cancel',
	},
	lookup: null,
	// "Sending: 30 / minute per session" (docs.chatwhatsapp.in/rate-limits).
	messagesPerMinute: 30,
	returnsReference: false,
	webhooks: {
		registration: 'manual',
		setupInstruction:
			'Enter it as webhookUrl, with ?secret=… (the Webhook Secret) at its end, when you create the session.',
		statuses: ['sent'],
		received: null,
		sendsSecretHeader: false,
	},
	documentation: [
		'https://docs.chatwhatsapp.in/api-reference/scheduled-messages',
		'https://docs.chatwhatsapp.in/api-reference/messaging',
		'https://docs.chatwhatsapp.in/api-reference/sessions',
		'https://docs.chatwhatsapp.in/rate-limits',
	],
};
