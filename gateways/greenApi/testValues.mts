import type { Credential } from '../gateway';
import type { DesiredWebhook } from '../webhooks';
import { parseContent } from '../../messages/message';
import type { ContentInput, OutgoingMessage } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';

/** With a character that an address escapes: both forms must stay inside. */
export const TOKEN = 'd75b3a66374942c5b3c0/19c698abc2067e';
export const SECRET = 'hook-secret-4711';

export const credential: Credential = {
	gateway: 'greenApi',
	greenApiUrl: 'https://1101.api.green-api.com/',
	greenApiIdInstance: '1234',
	greenApiToken: TOKEN,
	webhookSecret: SECRET,
};

export const wanted: DesiredWebhook = {
	url: 'https://n8n.example/webhook/abc/webhook',
	secret: SECRET,
	replaceExisting: false,
};

export const messageTo = (recipient: string, content: ContentInput): OutgoingMessage => ({
	...parseContent(content),
	recipient: parseRecipient(recipient),
	reference: 'order-7',
	idempotencyKey: '3b1f9a52-7f53-4a3c-9d38-0a4c9f7c2b11',
});

export const receivedAt = '2024-04-13T08:03:20.000Z';
