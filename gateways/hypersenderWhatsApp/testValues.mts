import type { Credential } from '../gateway';
import { parseContent, type ContentInput, type OutgoingMessage } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';

export const TOKEN = '234|secretTokenOfTheAccount';
export const SECRET = 'x-whatsapp-webhook';
export const INSTANCE = '9feef20d-744e-4bcc-8fdd-e5531e0474f0';

export const credential: Credential = {
	gateway: 'hypersenderWhatsApp',
	hypersenderWhatsAppUrl: 'https://app.hypersender.com/api/whatsapp/v2',
	hypersenderWhatsAppInstanceId: INSTANCE,
	hypersenderWhatsAppApiToken: TOKEN,
	webhookSecret: SECRET,
};

export const messageTo = (recipient: string, content: ContentInput): OutgoingMessage => ({
	...parseContent(content),
	recipient: parseRecipient(recipient),
	reference: 'order-7',
	idempotencyKey: '3b1f9a52-7f53-4a3c-9d38-0a4c9f7c2b11',
});

export const receivedAt = '2025-09-28T13:37:00.000Z';
