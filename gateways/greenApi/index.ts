import type { Gateway } from '../gateway';
import { capabilities } from './capabilities';
import { account, authenticate, baseUrl, credentialFields } from './credential';
import { eventText } from './eventText';
import { explain } from './explain';
import { findSent } from './findSent';
import { test } from './health';
import { lookUp } from './lookUp';
import { parse } from './parse';
import { registration } from './registration';
import { send, sendBody } from './send';
import { verify } from './verify';

/** GREEN-API (green-api.com), for WhatsApp and WABA instances alike. */
export const greenApi: Gateway = {
	id: 'greenApi',
	label: 'GREEN-API',
	capabilities,
	credentialFields,
	baseUrl,
	account,
	authenticate,
	explain,
	test,
	send,
	assertSendable: (message) => void sendBody(message),
	lookUp,
	findSent,
	registration,
	verify,
	parse,
	eventText,
};
