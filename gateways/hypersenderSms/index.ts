import type { Gateway } from '../gateway';
import { explain } from '../hypersender/explain';
import { verifyDelivery } from '../hypersender/verify';
import { capabilities } from './capabilities';
import { account, authenticate, baseUrl, credentialFields, instanceOf } from './credential';
import { findSent } from './findSent';
import { eventText } from './eventText';
import { test } from './health';
import { lookUp } from './lookUp';
import { parse } from './parse';
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
	explain,
	test,
	send,
	assertSendable: (message) => void sendBody(message),
	scheduler,
	lookUp,
	findSent,
	verify: (credential, delivery) => verifyDelivery(credential, delivery, instanceOf(credential)),
	parse,
	eventText,
};
