import type { Gateway } from '../gateway';
import { capabilities, capabilitiesFor } from './capabilities';
import { account, APP_SECRET, authenticate, baseUrl, credentialFields } from './credential';
import { testCredential } from './credentialTest';
import { OPTED_OUT } from '../meta/errorCodes';
import { parseError } from './parseError';
import { parseReceived } from './parseReceived';
import { parseWebhook } from './parseWebhook';
import { registration } from './registration';
import { send, sendBody } from './send';
import { templates } from './templates';
import { upload } from './upload';
import { answerChallenge, verifyWebhook } from './verifyWebhook';
import { wholeWebhook } from './wholeWebhook';

/** Meta's Cloud API (developers.facebook.com): a business's WhatsApp number behind an access token. */
export const whatsAppCloud: Gateway = {
	id: 'whatsAppCloud',
	label: 'WhatsApp Business Platform (Cloud API)',
	capabilities,
	capabilitiesFor,
	credentialFields,
	baseUrl,
	account,
	authenticate,
	parseError,
	testCredential,
	send,
	assertSendable: sendBody,
	upload,
	templates,
	optedOutCodes: [OPTED_OUT],
	registration,
	answerChallenge,
	signingKeyField: APP_SECRET.name,
	verifyWebhook,
	parseWebhook,
	parseReceived,
	wholeWebhook,
};
