import type { Gateway } from '../gateway';
import { capabilities, capabilitiesFor } from './capabilities';
import {
	account,
	AUTH_TOKEN,
	authenticate,
	baseUrl,
	credentialFields,
	hosts,
	isNamed,
} from './credential';
import { testCredential } from './credentialTest';
import { OPTED_OUT } from './errorCodes';
import { eventText } from './eventText';
import { findSent } from './findSent';
import { lookup } from './lookup';
import { parseError } from './parseError';
import { parseReceived } from './parseReceived';
import { parseWebhook } from './parseWebhook';
import { registration } from './registration';
import { scheduler } from './scheduler';
import { assertSendable, send } from './send';
import { templates } from './templates';
import { verifyWebhook } from './verifyWebhook';

/** Twilio Programmable Messaging (twilio.com): SMS, MMS and WhatsApp. */
export const twilio: Gateway = {
	id: 'twilio',
	label: 'Twilio',
	capabilities,
	capabilitiesFor,
	credentialFields,
	baseUrl,
	hosts,
	account,
	isNamed,
	authenticate,
	parseError,
	testCredential,
	send,
	assertSendable,
	scheduler,
	templates,
	optedOutCodes: [OPTED_OUT],
	lookup,
	findSent,
	registration,
	// TwiML that does nothing: any other answer to an incoming message is a warning in the Console (12300), and status
	// callbacks take anything (support.twilio.com 43761237850779).
	acknowledgement: { contentType: 'text/xml', body: '<Response></Response>' },
	signingKeyField: AUTH_TOKEN.name,
	verifyWebhook,
	parseWebhook,
	parseReceived,
	sendsLists: true,
	eventText,
};
