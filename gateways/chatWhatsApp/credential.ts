import { baseUrlField, requiredField } from '../credential';
import type { Credential, CredentialField } from '../gateway';
import type { PreparedRequest } from '../transport/request';

/** Hosted and self-hosted installations have the same paths (docs.chatwhatsapp.in/authentication). */
const BASE_URL: CredentialField = {
	name: 'chatWhatsAppUrl',
	label: 'Base URL',
	description:
		'URL of the gateway. For your own installation, enter its URL, e.g. http://localhost:3000.',
	default: 'https://api.chatwhatsapp.in',
};

const SESSION_ID: CredentialField = {
	name: 'chatWhatsAppSessionId',
	label: 'Session ID',
	description: 'ID of the session that sends, from its creation or the session list',
	placeholder: 'e.g. e67a00be-ed45-4356-9488-049cabb9895d',
};

const API_KEY: CredentialField = {
	name: 'chatWhatsAppApiKey',
	label: 'API Key',
	description: 'The key of that session. It begins with wask_ and is shown once, at creation.',
	placeholder: 'e.g. wask_5f0c2f…',
	secret: true,
};

export const credentialFields: readonly CredentialField[] = [BASE_URL, SESSION_ID, API_KEY];

export const baseUrl = (credential: Credential): string => baseUrlField(credential, BASE_URL);

export const sessionOf = (credential: Credential): string => requiredField(credential, SESSION_ID);

/** The vendor's own installation. */
const HOSTED = 'api.chatwhatsapp.in';

/**
 * The session, and for an installation of one's own where that is: nobody but the vendor's own
 * installation vouches that no other has a session with the same id.
 */
export function account(credential: Credential): string {
	// Only a UUID is documented, and stays as it is.
	const session = encodeURIComponent(sessionOf(credential));
	const { host, pathname } = new URL(baseUrl(credential));
	const place = `${host}${pathname}`.replace(/\/+$/, '');
	return place === HOSTED ? session : `${session}@${place}`;
}

/** Webhooks name the session alone (docs.chatwhatsapp.in/api-reference/scheduled-messages). */
export const isNamed = (credential: Credential, named: string): boolean =>
	named === sessionOf(credential);

/** `X-API-Key` is the recommended header (docs.chatwhatsapp.in/authentication). */
export const authenticate = (
	credential: Credential,
	request: PreparedRequest,
): PreparedRequest => ({
	...request,
	url: `${baseUrl(credential)}${request.url}`,
	headers: { ...request.headers, 'X-API-Key': requiredField(credential, API_KEY) },
});
