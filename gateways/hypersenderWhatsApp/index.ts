import type { Gateway } from '../gateway';
import { parseError } from '../hypersender/parseError';
import { capabilities } from './capabilities';
import { account, authenticate, baseUrl, credentialFields } from './credential';
import { eventText } from './eventText';
import { testCredential } from './credentialTest';
import { lookup } from './lookup';
import { parseReceived } from './parseReceived';
import { parseWebhook } from './parseWebhook';
import { send, sendRequest } from './send';
import { verifyWebhook } from './verifyWebhook';

/** Hypersender WhatsApp, API v2 (docs.hypersender.com). */
export const hypersenderWhatsApp: Gateway = {
	id: 'hypersenderWhatsApp',
	label: 'Hypersender WhatsApp',
	capabilities,
	credentialFields,
	baseUrl,
	account,
	authenticate,
	parseError,
	testCredential,
	send,
	assertSendable: sendRequest,
	lookup,
	verifyWebhook,
	parseWebhook,
	parseReceived,
	eventText,
};
