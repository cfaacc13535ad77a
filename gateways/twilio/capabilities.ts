import { DAY_MS, MINUTE_MS } from '../../messages/duration';
import type { Capabilities, WebhookCapabilities } from '../capabilities';
import type { Credential } from '../gateway';
import { statusUrlOf } from '../statusUrl';
import { senderOf } from './credential';
import { WINDOW_CLOSED } from './errorCodes';

/** Twilio has no voice notes: no page names a flag for them. */
const TYPES = ['text', 'image', 'video', 'document', 'audio', 'template'] as const;

const PER_MESSAGE: WebhookCapabilities = {
	registration: 'perMessage',
	setupInstruction:
		'Enter it as "Status URL" in the credential, or leave that empty and enter a "Messaging Service SID": the trigger then enters it at the Messaging Service.',
	statuses: ['queued', 'sent', 'failed', 'delivered', 'read', 'expired', 'cancelled'],
	received: 'separateUrl',
	receivedInstruction:
		'Enter it once more at Twilio for incoming messages, with HTTP POST: at the number as "A message comes in", at the Messaging Service under Integration as "Request URL" of "Send a webhook", or at the WhatsApp sender as its webhook URL.',
	sendsSecretHeader: false,
};

/** At best: with a Messaging Service. From twilio.com/docs/messaging and Twilio's OpenAPI files. */
export const capabilities: Capabilities = {
	// Unless the credential says WhatsApp.
	channel: 'sms',
	messageTypes: TYPES,
	scheduling: {
		types: TYPES,
		// The guide says 15 minutes, newer error pages 5: both take what is 15 minutes ahead.
		minLeadMs: 15 * MINUTE_MS,
		maxLeadMs: 35 * DAY_MS,
		isDurable: true,
		cancelsBy: 'cancel',
	},
	lookup: { by: 'messageId', needsRecipient: false },
	// It depends on the sender; what is too fast waits in Twilio's queue.
	messagesPerMinute: null,
	// The reference comes back in the query of the status URL, where the credential has one.
	returnsReference: false,
	webhooks: PER_MESSAGE,
	documentation: [
		'https://www.twilio.com/docs/messaging/api/message-resource',
		'https://www.twilio.com/docs/messaging/features/message-scheduling',
		'https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks',
		'https://www.twilio.com/docs/messaging/guides/webhook-request',
		'https://www.twilio.com/docs/usage/webhooks/webhooks-security',
		'https://www.twilio.com/docs/content/content-api-resources',
		'https://www.twilio.com/docs/content/session-definitions',
		'https://www.twilio.com/docs/api/errors',
	],
};

/**
 * Only a Messaging Service schedules, and only it has a status URL of its own. Without one Twilio takes a
 * message with a time for one without, and sends it at once, by two pages; refuses it, by a third.
 */
export function capabilitiesFor(credential: Credential): Capabilities {
	const { service, channel } = senderOf(credential);
	const ofChannel: Capabilities = {
		...capabilities,
		channel,
		// Twilio takes the message all the same; the code comes later, with its status.
		...(channel === 'whatsapp' ? { windowClosedCode: WINDOW_CLOSED } : {}),
	};
	if (service === null) {
		return {
			...ofChannel,
			scheduling: null,
			schedulingNeeds: 'a "Messaging Service SID" in the credential',
		};
	}
	if (statusUrlOf(credential, null) !== null) return ofChannel;
	const setupInstruction =
		'Publish the workflow: that enters it as the status callback URL of the Messaging Service.';
	return { ...ofChannel, webhooks: { ...PER_MESSAGE, registration: 'api', setupInstruction } };
}
