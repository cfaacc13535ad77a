import { isObject, textAt } from '../json';
import { credentialTestResult } from '../credentialTestResult';
import type { Connection, CredentialTestResult } from '../gateway';
import { methodPath } from './credential';

/** `stateInstance` (green-api.com/en/docs/api/account/GetStateInstance), and what to do in each state. */
const NOT_READY: Readonly<Record<string, string>> = {
	notAuthorized:
		'is not authorised. Scan its QR code in the console with the phone, then test again.',
	blocked: 'is blocked: WhatsApp has banned the number.',
	starting: 'is still starting. Wait a few minutes and test again.',
	yellowCard:
		'is suspended for spam (yellowCard): messages stay in its queue. Reboot it in the console.',
	// Since 2026-07-30 in place of `yellowCard`.
	suspended: 'is suspended by WhatsApp: messages stay in its queue. Check it in the console.',
	pendingCode:
		'is waiting for the code that links its phone. Enter it on the phone, then test again.',
	sleepMode: 'sleeps. Check it in the console.',
};

/**
 * Asks for the instance's state, which can be done once a second (…/docs/api/ratelimiter). The answer
 * is 200 in every state, so the state itself counts; it is null while the instance is being made.
 */
export async function testCredential(connection: Connection): Promise<CredentialTestResult> {
	const response = await connection.request({
		method: 'GET',
		path: methodPath(connection.credential, 'getStateInstance'),
		idempotent: true,
	});
	if (isObject(response.body) && response.body.stateInstance === null) {
		return {
			ready: false,
			message: 'The GREEN-API instance is being created. Wait a few minutes and test again.',
		};
	}
	const state = isObject(response.body) ? textAt(response.body, 'stateInstance') : null;
	if (state === null) throw connection.unexpected(response, '"stateInstance"', false);
	return credentialTestResult('GREEN-API instance', state, {
		ready: ['authorized', 'is authorised.'],
		notReady: NOT_READY,
		otherwise: 'Check it in the console.',
	});
}
