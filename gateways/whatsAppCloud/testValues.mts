import { createHmac } from 'node:crypto';
import { parseContent, type ContentInput, type OutgoingMessage } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';
import { posted } from '../../test/gateways/posted.mts';
import type { Credential } from '../gateway';
import type { Delivery } from '../webhooks';

export const TOKEN = 'EAAsecretAccessToken0123456789';
export const APP_SECRET = 'app-secret';
export const NUMBER = '106540352242922';
export const WABA = '102290129340398';

export const credential: Credential = {
	gateway: 'whatsAppCloud',
	whatsAppCloudUrl: 'https://graph.facebook.com/',
	whatsAppCloudVersion: 'v25.0',
	whatsAppCloudPhoneNumberId: NUMBER,
	whatsAppCloudAccessToken: TOKEN,
	whatsAppCloudAppSecret: APP_SECRET,
	whatsAppCloudWabaId: WABA,
	whatsAppCloudVerifyToken: '',
};

export const KEY = '3b1f9a52-7f53-4a3c-9d38-0a4c9f7c2b11';

export const messageTo = (
	content: ContentInput,
	recipient = '+16505551234',
	reference: string | null = 'order-17',
): OutgoingMessage => ({
	...parseContent(content),
	recipient: parseRecipient(recipient),
	reference,
	idempotencyKey: KEY,
});

export const receivedAt = '2025-06-15T23:27:53.412Z';

/** The error's body, as Meta words it. */
export const metaError = (code: number, details = 'the details', subcode?: number) => ({
	error: {
		message: `(#${code}) The title`,
		type: 'OAuthException',
		code,
		error_data: { messaging_product: 'whatsapp', details },
		...(subcode === undefined ? {} : { error_subcode: subcode }),
		fbtrace_id: 'Az8or2yhqkZfEZ-_4Qn_Bam',
	},
});

/** What Meta posts: the bytes, and their signature. */
export function signed(text: string, secret = APP_SECRET): Delivery {
	const rawBody = Buffer.from(text);
	const signature = createHmac('sha256', secret).update(rawBody).digest('hex');
	const headers = { 'x-hub-signature-256': `sha256=${signature}` };
	return posted({ headers, query: {}, body: JSON.parse(text) as unknown, rawBody });
}
