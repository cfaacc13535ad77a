import type { Gateway } from '../gateway';
import { capabilities } from './capabilities';
import {
	account,
	accountAliases,
	authenticate,
	baseUrl,
	credentialFields,
	isNamed,
} from './credential';
import { eventText } from './eventText';
import { explain } from './explain';
import { findSent } from './findSent';
import { test } from './health';
import { lookUp } from './lookUp';
import { parse, receivedIds } from './parse';
import { registration } from './registration';
import { send, sendBody } from './send';
import { verify } from './verify';

/** Whapi.Cloud (whapi.cloud): a WhatsApp channel behind one token. */
export const whapi: Gateway = {
	id: 'whapi',
	label: 'Whapi.Cloud',
	capabilities,
	credentialFields,
	baseUrl,
	account,
	accountAliases,
	isNamed,
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
	receivedIds,
	eventText,
};
