import { credentialTestResult } from '../credentialTestResult';
import type { Connection, CredentialTestResult } from '../gateway';
import { isObject, objectAt, textAt } from '../json';
import { instancePath } from './credential';

/** What to do in each state of an instance (src/api/types/wa.types.ts, `StateConnection`). */
const NOT_READY: Readonly<Record<string, string>> = {
	connecting:
		'is connecting to WhatsApp. Wait a moment, or scan its QR code in the manager, then test again.',
	close:
		'is not connected to WhatsApp. Scan its QR code in the manager with the phone, then test again.',
	refused: 'was refused by WhatsApp. Pair it again in the manager, then test again.',
};

/**
 * Asks for the instance's state (doc.evolution-api.com, instance-controller/connection-state). That of the
 * channel of Meta is always `open`. An instance that the server has not loaded has no state.
 */
export async function testCredential(connection: Connection): Promise<CredentialTestResult> {
	const response = await connection.request({
		method: 'GET',
		path: instancePath(connection.credential, 'instance/connectionState'),
		idempotent: true,
	});
	const instance = objectAt(isObject(response.body) ? response.body : {}, 'instance');
	if (textAt(instance, 'instanceName') === null) {
		throw connection.unexpected(response, '"instance"', false);
	}
	const state = textAt(instance, 'state');
	if (state === null) {
		return {
			ready: false,
			message:
				'The Evolution API instance is known, but the server has not loaded it. Restart the server, then test again.',
		};
	}
	return credentialTestResult('Evolution API instance', state, {
		ready: ['open', 'is connected to WhatsApp.'],
		notReady: NOT_READY,
		otherwise: 'Check it in the manager.',
	});
}
