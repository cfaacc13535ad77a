import type { Connection } from '../gateway';
import { isObject, textAt } from '../json';
import { GatewayError } from '../transport/gatewayError';
import { hasWabaId, WABA_ID, wabaId } from './credential';

/** The vendor's words where the app gets no webhooks of the account at all (…/webhooks/override; chatwoot PR 13279). */
const NOT_SUBSCRIBED = /must be subscribed/i;

/** Whether a webhook could not be set because the app is not subscribed to the account. */
export const isNotSubscribed = (error: unknown): error is GatewayError =>
	error instanceof GatewayError &&
	error.details.code === '100' &&
	NOT_SUBSCRIBED.test(error.message);

/**
 * Subscribes the app to the account: `POST /{waba-id}/subscribed_apps` without a body, which leaves other apps
 * alone. If the app has a webhook for the account, the same call would remove it, and the list does not say which
 * app is ours: so where any app has one, a person has to look.
 *
 * @throws GatewayError saying what to do by hand
 */
export async function subscribeApp(connection: Connection): Promise<void> {
	if (!hasWabaId(connection.credential)) {
		throw byHand(
			`Enter "${WABA_ID.label}" in the credential, so that the trigger can subscribe it`,
		);
	}
	const path = `/${wabaId(connection.credential)}/subscribed_apps`;
	const response = await connection.request({ method: 'GET', path, idempotent: true });
	const apps = isObject(response.body) ? response.body.data : undefined;
	if (!Array.isArray(apps)) throw connection.unexpected(response, 'the list "data"', false);
	if (apps.some((app) => isObject(app) && textAt(app, 'override_callback_uri') !== null)) {
		throw byHand('Subscribe it to the account and to the field "messages" in the App Dashboard');
	}
	await connection.request({ method: 'POST', path, idempotent: true });
}

const byHand = (hint: string) =>
	new GatewayError(
		'rejected',
		'The app of the access token is not subscribed to the WhatsApp Business Account, so Meta would send it no webhooks',
		{ hint: `${hint}.` },
	);
