import { isObject, objectAt, textAt } from '../json';
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
	const wait = Object.hasOwn(NOT_READY, state) ? NOT_READY[state] : undefined;
	if (wait !== undefined) return { ready: false, message: `The ChatWhatsApp session ${wait}` };
	// The page's third state is cut off after `read`.
	if (state.startsWith('read')) {
		return { ready: true, message: `The ChatWhatsApp session is ready.` };
	}
	return {
		ready: false,
		message: `The ChatWhatsApp session answers, but its state is "${state.slice(0, 40)}" and not "ready". Look at the session.`,
	};
}
