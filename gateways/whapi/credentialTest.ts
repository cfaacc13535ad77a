import { isObject, objectAt, textAt } from '../json';
import type { Connection, CredentialTestResult } from '../gateway';
import { channelOf } from './credential';

/** `status.text` (…/incoming-webhooks-format/account-and-device-status), and what to do in each state. */
const NOT_READY: Readonly<Record<string, string>> = {
	INIT: 'is still starting. Wait a minute and test again.',
	LAUNCH: 'is still starting. Wait a minute and test again.',
	QR: "is not logged in. Scan the QR code on the channel's page with the phone, then test again.",
	STOP: "is stopped. Start it on the channel's page, then test again.",
	ERROR: "reports an error. Look at it on the channel's page.",
	SYNC_ERROR: "reports an error while synchronising. Look at it on the channel's page.",
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
	const told = textAt(body, 'channel_id');
	if (wanted !== '' && told !== null && told !== wanted) {
		return {
			ready: false,
			message: `The API Token is for the channel ${told.slice(0, 40)}, but "Channel ID" is ${wanted.slice(0, 40)}. Correct one of them.`,
		};
	}
	const wait = Object.hasOwn(NOT_READY, state) ? NOT_READY[state] : undefined;
	if (wait !== undefined) return { ready: false, message: `The Whapi.Cloud channel ${wait}` };
	if (state === 'AUTH') return { ready: true, message: 'The Whapi.Cloud channel is logged in.' };
	return {
		ready: false,
		message: `The Whapi.Cloud channel answers, but its state is "${state.slice(0, 40)}" and not "AUTH". Look at it on the channel's page.`,
	};
}
