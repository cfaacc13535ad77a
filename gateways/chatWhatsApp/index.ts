import type { Gateway } from '../gateway';
import { verifyWebhookSecret } from '../webhookSecret';
import { capabilities } from './capabilities';
import { account, authenticate, baseUrl, credentialFields, isNamed } from './credential';
import { explain } from './explain';
import { test } from './health';
import { parse } from './parse';
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
	explain,
	test,
	send,
	assertSendable: (message) => void sendBody(message),
	scheduler,
	// The vendor documents no signature, so the secret stands in the address that the user gives it.
	verify: verifyWebhookSecret,
	parse,
};
