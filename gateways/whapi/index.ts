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
import { parseError } from './parseError';
import { findSent } from './findSent';
import { testCredential } from './credentialTest';
import { lookup } from './lookup';
import { parseReceived } from './parseReceived';
import { parseWebhook, receivedIds } from './parseWebhook';
import { registration } from './registration';
import { send, sendBody } from './send';
import { upload } from './upload';
import { verifyWebhook } from './verifyWebhook';

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
	receivedIds,
	parseReceived,
	eventText,
};
