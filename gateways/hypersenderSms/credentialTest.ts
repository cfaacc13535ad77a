import { isObject } from '../json';
import type { Connection, CredentialTestResult } from '../gateway';
import { timezoneProblem } from './credential';

/**
 * No page documents a state of the account or the phone, or a limit on reads, so the cheapest read has
 * to do.
 */
export async function testCredential(connection: Connection): Promise<CredentialTestResult> {
	const response = await connection.request({
		method: 'GET',
		path: '/messages',
		query: { per_page: 1 },
		idempotent: true,
	});
	if (!isObject(response.body) || !Array.isArray(response.body.data)) {
		throw connection.unexpected(response, 'the list "data"', false);
	}
	// Only scheduling at the gateway reads times on the account's clock.
	const problem = timezoneProblem(connection.credential);
	if (problem !== null) return { ready: false, sends: true, message: problem };
	return { ready: true, message: 'Hypersender SMS accepts the credential.' };
}
