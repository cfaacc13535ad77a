import type { Credential } from '../gateway';
import type { DesiredWebhook } from '../webhooks';
import { parseContent } from '../../messages/message';
import type { ContentInput, OutgoingMessage } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';

export const TOKEN = 'whapiSecretToken0123456789';
export const SECRET = 'hook-secret-4711';

export const credential: Credential = {
	gateway: 'whapi',
	whapiUrl: 'https://gate.whapi.cloud/',
	whapiToken: TOKEN,
	whapiChannelId: 'MANTIS-M72HC',
	webhookSecret: SECRET,
};

export const wanted: DesiredWebhook = {
	url: 'https://n8n.example/webhook/abc/webhook',
	secret: SECRET,
	replaceExisting: false,
};

/** What the trigger registers, as the gateway keeps it. */
export const ours = {
	url: wanted.url,
	mode: 'body',
	events: [
		{ type: 'messages', method: 'post' },
		{ type: 'statuses', method: 'post' },
		{ type: 'statuses', method: 'put' },
	],
	headers: { Authorization: `Bearer ${SECRET}` },
};

export const messageTo = (recipient: string, content: ContentInput): OutgoingMessage => ({
	...parseContent(content),
	recipient: parseRecipient(recipient),
	reference: 'order-7',
	idempotencyKey: '3b1f9a52-7f53-4a3c-9d38-0a4c9f7c2b11',
});

export const receivedAt = '2024-04-13T08:03:20.000Z';
