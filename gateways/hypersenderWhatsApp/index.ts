import type { Gateway } from '../gateway';
import { explain } from '../hypersender/explain';
import { capabilities } from './capabilities';
import { account, authenticate, baseUrl, credentialFields } from './credential';
import { eventText } from './eventText';
import { test } from './health';
import { lookUp } from './lookUp';
import { parse } from './parse';
import { send, sendRequest } from './send';
import { verify } from './verify';

/** Hypersender WhatsApp, API v2 (docs.hypersender.com). */
export const hypersenderWhatsApp: Gateway = {
	id: 'hypersenderWhatsApp',
	label: 'Hypersender WhatsApp',
	capabilities,
	credentialFields,
	baseUrl,
	account,
	authenticate,
	explain,
	test,
	send,
	assertSendable: (message) => void sendRequest(message),
	lookUp,
	verify,
	parse,
	eventText,
};
