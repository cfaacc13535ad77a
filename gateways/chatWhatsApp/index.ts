import type { Gateway } from '../gateway';
import { verifyWebhookSecret } from '../webhookSecret';
import { capabilities } from './capabilities';
import { account, authenticate, baseUrl, credentialFields, isNamed } from './credential';
import { parseError } from './parseError';
import { testCredential } from './credentialTest';
import { parseWebhook } from './parseWebhook';
import { scheduler } from './scheduler';
import { send, sendBody } from './send';

/** ChatWhatsApp (docs.chatwhatsapp.in), hosted or self-hosted. */
export const chatWhatsApp: Gateway = {
	id: 'chatWhatsApp',
	label: 'ChatWhatsApp',
	capabilities,
	credentialFields,
	baseUrl,
	account,
	isNamed,
	authenticate,
	parseError,
	testCredential,
	send,
	assertSendable: sendBody,
	scheduler,
	// The vendor documents no signature, so the secret stands in the address that the user gives it.
	verifyWebhook: verifyWebhookSecret,
	parseWebhook,
};
