import { settle } from '../../messages/settle';
import { credentialTestResult } from '../credentialTestResult';
import type { Connection, CredentialTestResult } from '../gateway';
import { isObject, textAt } from '../json';
import { GatewayError } from '../transport/gatewayError';
import {
	accountPath,
	accountSid,
	authToken,
	messagesPath,
	senderOf,
	servicePath,
	usesApiKey,
} from './credential';

/**
 * Asks for the account's state; with an API key, which may not read that, whether it reads messages. Then, if
 * there is one, for the Messaging Service.
 *
 * The account's answer has the Auth Token in it: nothing of it goes on but the state.
 */
export async function testCredential(connection: Connection): Promise<CredentialTestResult> {
	const { credential } = connection;
	const { from, service } = senderOf(credential);
	const result = usesApiKey(credential) ? await testKey(connection) : await testAccount(connection);
	if (!result.ready) return result;
	if (from === null && service === null) {
		return {
			ready: false,
			message:
				'The Twilio account is active, but "Sender" and "Messaging Service SID" are both empty. Enter one of them.',
		};
	}
	const problem = service === null ? null : await problemOfService(connection);
	if (problem !== null) return { ready: false, sends: from !== null, message: problem };
	return authToken(credential) === ''
		? {
				ready: true,
				message: `${result.message} Without "Auth Token" the webhooks of the Message Scheduler Trigger cannot be verified: Twilio signs them with it, never with an API key.`,
			}
		: result;
}

async function testAccount(connection: Connection): Promise<CredentialTestResult> {
	const response = await connection.request({
		method: 'GET',
		path: `${accountPath(connection.credential)}.json`,
		idempotent: true,
	});
	const body = isObject(response.body) ? response.body : {};
	const state = textAt(body, 'status');
	if (state === null || textAt(body, 'sid') !== accountSid(connection.credential)) {
		throw connection.unexpected(response, 'the account', false);
	}
	const isTrial = textAt(body, 'type') === 'Trial';
	return credentialTestResult('Twilio account', state, {
		ready: [
			'active',
			isTrial ? 'is active. As a trial account it sends to verified numbers only.' : 'is active.',
		],
		notReady: {
			suspended: 'is suspended. See the Twilio Console for the reason.',
			closed: 'is closed. Use another account.',
		},
		otherwise: 'See the Twilio Console.',
	});
}

/** Also a restricted key reads messages if it may send them. */
async function testKey(connection: Connection): Promise<CredentialTestResult> {
	const response = await connection.request({
		method: 'GET',
		path: messagesPath(connection.credential),
		query: { PageSize: 1 },
		idempotent: true,
	});
	if (!isObject(response.body) || !Array.isArray(response.body.messages)) {
		throw connection.unexpected(response, 'the list "messages"', false);
	}
	return { ready: true, message: 'The API key reads messages of the Twilio account.' };
}

/** What is wrong with the Messaging Service; null if it is there, or if the key may not ask for it. */
async function problemOfService(connection: Connection): Promise<string | null> {
	const request = connection.request({
		host: 'messaging',
		method: 'GET',
		path: servicePath(connection.credential),
		idempotent: true,
	});
	const asked = await settle(request);
	if (asked.ok) return null;
	const kind = asked.error instanceof GatewayError ? asked.error.kind : null;
	// A restricted key may be for messages alone.
	if (kind === 'unauthorized' || kind === 'forbidden') return null;
	if (kind === 'notFound') {
		return 'The Twilio account is active, but has no Messaging Service with this "Messaging Service SID". Correct it: it begins with MG.';
	}
	throw asked.error;
}
