import type { Capabilities } from '../capabilities';
import { uploads } from './file';
import { findsByIdAlone, isOldCore, type Server } from './server';

/** From the vendor's documentation (waha.devlike.pro/docs) and its source (github.com/devlikeapro/waha). */
export const capabilities: Capabilities = {
	channel: 'whatsapp',
	// There is no route for audio: a file of it goes as a voice message or as a document.
	messageTypes: ['text', 'image', 'video', 'document', 'voice'],
	scheduling: null,
	lookup: { by: 'messageId', needsRecipient: true },
	// The vendor limits no requests; what it advises against bans is no limit of the gateway.
	messagesPerMinute: null,
	// A send waits up to 5 seconds for the session to run and up to 10 for WORKING (manager.abc.ts, `waitUntilStatus`),
	// and media is downloaded first, in up to four attempts. The vendor gives no time for that.
	sentListDelayMs: 60_000,
	returnsReference: false,
	uploads,
	webhooks: {
		registration: 'api',
		setupInstruction:
			"Publish the workflow: that adds it to the session's webhooks, and restarts the session if they change.",
		statuses: ['queued', 'sent', 'delivered', 'read', 'played', 'failed', 'deleted'],
		received: 'sameUrl',
		sendsSecretHeader: true,
	},
	documentation: [
		'https://waha.devlike.pro/docs/how-to/send-messages/',
		'https://waha.devlike.pro/docs/how-to/sessions/',
		'https://waha.devlike.pro/docs/how-to/events/',
		'https://waha.devlike.pro/docs/how-to/receive-messages/',
		'https://waha.devlike.pro/docs/how-to/polls/',
		'https://waha.devlike.pro/docs/how-to/chats/',
		'https://waha.devlike.pro/docs/how-to/engines/',
	],
};

/** What a server can do, by its version, tier and engine. */
export const capabilitiesOf = (server: Server): Capabilities => ({
	...capabilities,
	messageTypes: isOldCore(server) ? ['text'] : capabilities.messageTypes,
	lookup: { by: 'messageId', needsRecipient: !findsByIdAlone(server) },
});
