import type { Gateway } from '../gateway';
import { parseError } from '../hypersender/parseError';
import { verifyDelivery } from '../hypersender/verifyWebhook';
import { capabilities } from './capabilities';
import { account, authenticate, baseUrl, credentialFields, instanceOf } from './credential';
import { findSent } from './findSent';
import { eventText } from './eventText';
import { testCredential } from './credentialTest';
import { lookup } from './lookup';
import { parseReceived } from './parseReceived';
import { parseWebhook } from './parseWebhook';
import { scheduler } from './scheduler';
import { send, sendBody } from './send';

/** Hypersender SMS (docs.hypersender.com): SMS through one's own Android phone. */
export const hypersenderSms: Gateway = {
	id: 'hypersenderSms',
	label: 'Hypersender SMS',
	capabilities,
	credentialFields,
	baseUrl,
	account,
	authenticate,
	parseError,
	testCredential,
	send,
	assertSendable: sendBody,
	scheduler,
	lookup,
	findSent,
	verifyWebhook: (credential, delivery) =>
		verifyDelivery(credential, delivery, instanceOf(credential)),
	parseWebhook,
	parseReceived,
	eventText,
};
