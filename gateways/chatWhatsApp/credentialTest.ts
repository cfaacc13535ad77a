import { isObject, objectAt, textAt } from '../json';
import { credentialTestResult } from '../credentialTestResult';
import type { Connection, CredentialTestResult } from '../gateway';
import { sessionOf } from './credential';

/** States that the sessions page shows, and what to do in each. */
const NOT_READY: Readonly<Record<string, string>> = {
	starting: 'is still starting. Wait a minute and test again.',
	qr_ready:
		'is not linked to a phone yet. Scan its QR code (GET /sessions/{id}/qr), then test again.',
};

/**
 * Asks for the session's state (docs.chatwhatsapp.in/api-reference/sessions). It counts among the 100
 * requests a minute of the key, and not among the messages (docs.chatwhatsapp.in/rate-limits).
 */
export async function testCredential(connection: Connection): Promise<CredentialTestResult> {
	const id = sessionOf(connection.credential);
	const response = await connection.request({
		method: 'GET',
		path: `/sessions/${encodeURIComponent(id)}/status`,
		idempotent: true,
	});
	const session = objectAt(isObject(response.body) ? response.body : {}, 'session');
	const state = textAt(session, 'state');
	if (state === null) throw connection.unexpected(response, '"session.state"', false);
	return credentialTestResult(
		'ChatWhatsApp session',
		// The page's third state is cut off after `read`.
		state.startsWith('read') ? 'ready' : state,
		{ ready: ['ready', 'is ready.'], notReady: NOT_READY, otherwise: 'Check the session.' },
	);
}
