import type { Gateway } from '../gateway';
import { capabilities } from './capabilities';
import { account, authenticate, baseUrl, credentialFields, hosts } from './credential';
import { eventText } from './eventText';
import { parseError } from './parseError';
import { findSent } from './findSent';
import { testCredential } from './credentialTest';
import { lookup } from './lookup';
import { parseReceived } from './parseReceived';
import { parseWebhook } from './parseWebhook';
import { registration } from './registration';
import { send, sendBody } from './send';
import { upload } from './upload';
import { verifyWebhook } from './verifyWebhook';

/** GREEN-API (green-api.com), for WhatsApp and WABA instances alike. */
export const greenApi: Gateway = {
	id: 'greenApi',
	label: 'GREEN-API',
	capabilities,
	credentialFields,
	baseUrl,
	hosts,
	account,
	authenticate,
	parseError,
	testCredential,
	send,
	assertSendable: sendBody,
	upload,
	lookup,
	findSent,
	registration,
	verifyWebhook,
	parseWebhook,
	parseReceived,
	eventText,
};
