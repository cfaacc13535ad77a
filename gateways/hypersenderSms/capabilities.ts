import type { Capabilities } from '../capabilities';
import { DAY_MS } from '../../messages/duration';

/** From docs.hypersender.com, SMS API. Media (MMS) is documented nowhere. */
export const capabilities: Capabilities = {
	channel: 'sms',
	messageTypes: ['text'],
	scheduling: {
		types: ['text'],
		minLeadMs: null,
		maxLeadMs: 3 * DAY_MS,
		isDurable: true,
		cancelsBy: 'delete',
	},
	// No page documents how to get a message by its id, but the list can be asked for a `request_id`.
	lookup: { by: 'queueId', needsRecipient: false },
	messagesPerMinute: null,
	returnsReference: true,
	webhooks: {
		registration: 'manual',
		setupInstruction:
			'Enter it in the dashboard as the webhook of the SMS instance, with the Webhook Secret.',
		statuses: ['scheduled', 'sent', 'delivered', 'failed', 'expired'],
		received: 'sameUrl',
		sendsSecretHeader: true,
	},
	documentation: [
		'https://docs.hypersender.com/api-reference/sms/messages/send-message',
		'https://docs.hypersender.com/v2/api-reference/sms/messages/index-messages',
		'https://docs.hypersender.com/api-reference/sms/messages/delete-message',
		'https://docs.hypersender.com/api-reference/sms-webhooks/messages-events/message-scheduled',
		'https://docs.hypersender.com/api-reference/sms-webhooks/messages-events/message-received',
	],
};
