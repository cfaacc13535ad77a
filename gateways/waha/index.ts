import type { Gateway } from '../gateway';
import { capabilities, capabilitiesOf } from './capabilities';
import { account, authenticate, baseUrl, credentialFields, isNamed } from './credential';
import { testCredential } from './credentialTest';
import { eventText } from './eventText';
import { findSent } from './findSent';
import { lookup } from './lookup';
import { parseError } from './parseError';
import { parseReceived } from './parseReceived';
import { parseWebhook, receivedIds } from './parseWebhook';
import { registration } from './registration';
import { send, sendBody } from './send';
import { askServer } from './server';
import { verifyWebhook } from './verifyWebhook';

/** WAHA, WhatsApp HTTP API (waha.devlike.pro): WhatsApp sessions on a server of one's own. */
export const waha: Gateway = {
	id: 'waha',
	label: 'WAHA',
	capabilities,
	findCapabilities: async (connection) => capabilitiesOf(await askServer(connection)),
	credentialFields,
	baseUrl,
	account,
	isNamed,
	authenticate,
	parseError,
	testCredential,
	send,
	assertSendable: sendBody,
	lookup,
	findSent,
	registration,
	verifyWebhook,
	parseWebhook,
	receivedIds,
	parseReceived,
	eventText,
};
