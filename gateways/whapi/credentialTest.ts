import { isObject, objectAt, textAt } from '../json';
import { credentialTestResult } from '../credentialTestResult';
import type { Connection, CredentialTestResult } from '../gateway';
import { channelOf } from './credential';
import { shorten } from '../../messages/text';

/** `status.text` (…/incoming-webhooks-format/account-and-device-status), and what to do in each state. */
const NOT_READY: Readonly<Record<string, string>> = {
	INIT: 'is still starting. Wait a minute and test again.',
	LAUNCH: 'is still starting. Wait a minute and test again.',
	QR: "is not logged in. Scan the QR code on the channel's page with the phone, then test again.",
	STOP: "is stopped. Start it on the channel's page, then test again.",
	ERROR: "is in the state ERROR. Check it on the channel's page.",
	SYNC_ERROR: "could not synchronise. Check it on the channel's page.",
};

/**
 * Asks for the channel's state, without waking it up: by default, the request would launch it. The
 * vendor limits no requests.
 */
export async function testCredential(connection: Connection): Promise<CredentialTestResult> {
	const response = await connection.request({
		method: 'GET',
		path: '/health',
		query: { wakeup: 'false' },
		idempotent: true,
	});
	const body = isObject(response.body) ? response.body : {};
	const state = textAt(objectAt(body, 'status'), 'text');
	if (state === null) throw connection.unexpected(response, '"status.text"', false);
	const wanted = channelOf(connection.credential);
	const reported = textAt(body, 'channel_id');
	if (wanted !== '' && reported !== null && reported !== wanted) {
		return {
			ready: false,
			message: `The API Token is for the channel ${shorten(reported)}, but "Channel ID" is ${shorten(wanted)}. Correct one of them.`,
		};
	}
	return credentialTestResult('Whapi.Cloud channel', state, {
		ready: ['AUTH', 'is logged in.'],
		notReady: NOT_READY,
		otherwise: "Check it on the channel's page.",
	});
}
