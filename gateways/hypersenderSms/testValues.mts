import type { Credential } from '../gateway';
import type { MessageToSchedule } from '../../messages/message';
import { parseRecipient } from '../../messages/recipient';

export const TOKEN = '234|secretTokenOfTheAccount';
export const SECRET = 'x-sms-webhook';
export const INSTANCE = '9dedf71e-97bf-47eb-8df5-3088a7865603';
export const KEY = '3b1f9a52-7f53-4a3c-9d38-0a4c9f7c2b11';

export const credential: Credential = {
	gateway: 'hypersenderSms',
	hypersenderSmsUrl: 'https://app.hypersender.com/api/sms/v1/',
	hypersenderSmsInstanceId: INSTANCE,
	hypersenderSmsApiToken: TOKEN,
	hypersenderSmsTimezone: 'Africa/Cairo',
	webhookSecret: SECRET,
};

export const message = (changes: Partial<MessageToSchedule> = {}): MessageToSchedule => ({
	type: 'text',
	text: 'Your appointment is tomorrow.',
	mediaUrl: null,
	caption: null,
	fileName: null,
	template: null,
	recipient: parseRecipient('+20 100 123 4567'),
	reference: 'order-7',
	idempotencyKey: KEY,
	scheduledAt: '2026-02-03T07:30:00.000Z',
	...changes,
});

export const receivedAt = '2025-01-22T18:20:06.000Z';
