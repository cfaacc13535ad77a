import { isObject, textAt } from '../json';
import { credentialTestResult } from '../credentialTestResult';
import type { Connection, CredentialTestResult } from '../gateway';

/** docs.hypersender.com/v1/api-reference/enterprise/instance-management/list-instances. */
const NOT_READY: Readonly<Record<string, string>> = {
	STOPPED: 'is stopped. Start it in the Hypersender dashboard, then test again.',
	STARTING: 'is still starting. Wait a minute and test again.',
	SCAN_QR_CODE:
		'is not linked to a phone. Scan its QR code in the Hypersender dashboard, then test again.',
	FAILED: 'has failed. Restart it in the Hypersender dashboard, then test again.',
	PENDING: 'is not set up yet. Wait a minute and test again.',
};

/**
 * Asks for the instance's state, which can be done ten times a minute
 * (…/enterprise/instance-management/check-health). Whether every plan has it stands nowhere.
 */
export async function testCredential(connection: Connection): Promise<CredentialTestResult> {
	const response = await connection.request({
		method: 'GET',
		path: '/health',
		idempotent: true,
	});
	const status = isObject(response.body) ? textAt(response.body, 'status') : null;
	if (status === null) throw connection.unexpected(response, '"status"', false);
	return credentialTestResult('Hypersender WhatsApp instance', status, {
		ready: ['WORKING', 'is working.'],
		notReady: NOT_READY,
		otherwise: 'Check the instance in the Hypersender dashboard.',
	});
}
