import type { Gateway } from '../gateway';
import { capabilities } from './capabilities';
import { OPTED_OUT } from '../meta/errorCodes';
import { account, authenticate, baseUrl, credentialFields, isNamed } from './credential';
import { testCredential } from './credentialTest';
import { eventText } from './eventText';
import { findSent } from './findSent';
import { lookup } from './lookup';
import { parseError } from './parseError';
import { parseReceived } from './parseReceived';
import { parseWebhook } from './parseWebhook';
import { registration } from './registration';
import { assertSendable, send } from './send';
import { verifyWebhook } from './verifyWebhook';
import { withoutSecrets } from './withoutSecrets';

/** Evolution API (doc.evolution-api.com), versions 2 and 1.8, self-hosted. */
export const evolutionApi: Gateway = {
	id: 'evolutionApi',
	label: 'Evolution API',
	capabilities,
	credentialFields,
	baseUrl,
	account,
	isNamed,
	authenticate,
	parseError,
	testCredential,
	send,
	assertSendable,
	lookup,
	findSent,
	// Of its channel at Meta, whose refusals it hands on.
	optedOutCodes: [OPTED_OUT],
	registration,
	withoutSecrets,
	verifyWebhook,
	parseWebhook,
	parseReceived,
	eventText,
};
