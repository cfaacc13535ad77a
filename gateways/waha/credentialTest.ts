import { isObject, textAt } from '../json';
import { credentialTestResult } from '../credentialTestResult';
import type { Connection, CredentialTestResult } from '../gateway';
import { configPath } from './paths';
import { isOldCore, nameOf, serverIfKnown } from './server';
import { NOT_WORKING, OTHERWISE, WORKING } from './sessionStates';

/**
 * Asks for the session's state, which changes nothing (waha.devlike.pro/docs/how-to/sessions, "Get Session"); of a
 * session that works, also for the version: Core before 2026.6.1 sends text only and forgets its webhooks.
 */
export async function testCredential(connection: Connection): Promise<CredentialTestResult> {
	const response = await connection.request({
		method: 'GET',
		path: configPath(connection.credential),
		idempotent: true,
	});
	const state = textAt(isObject(response.body) ? response.body : {}, 'status');
	if (state === null) throw connection.unexpected(response, '"status"', false);
	const result = credentialTestResult('WAHA session', state, {
		ready: [WORKING, 'works.'],
		notReady: NOT_WORKING,
		otherwise: OTHERWISE,
	});
	if (!result.ready) return result;
	const server = await serverIfKnown(connection);
	if (server === null || !isOldCore(server)) return result;
	return {
		...result,
		message: `${result.message} ${nameOf(server)} sends text only, and forgets webhooks that n8n registers when it restarts. Update WAHA to 2026.6.1 or newer for both.`,
	};
}
