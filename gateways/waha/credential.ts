import { baseUrlField, requiredField } from '../credential';
import type { Credential, CredentialField } from '../gateway';
import type { PreparedRequest } from '../transport/request';

const BASE_URL: CredentialField = {
	name: 'wahaUrl',
	label: 'Base URL',
	description: 'URL of your WAHA server, with its path if it has one',
	placeholder: 'e.g. https://waha.example.com',
};

const SESSION: CredentialField = {
	name: 'wahaSession',
	label: 'Session',
	description: 'Name of the session that sends, from the dashboard of WAHA',
	default: 'default',
};

const API_KEY: CredentialField = {
	name: 'wahaApiKey',
	label: 'API Key',
	description:
		'WAHA_API_KEY of the server, or a key that may read, send and change settings of the session. If it was set as sha512:…, enter the key itself.',
	secret: true,
};

export const credentialFields: readonly CredentialField[] = [BASE_URL, SESSION, API_KEY];

export const baseUrl = (credential: Credential): string => baseUrlField(credential, BASE_URL);

export const sessionOf = (credential: Credential): string => requiredField(credential, SESSION);

/** The session, as it stands in a path. */
export const sessionPath = (credential: Credential): string =>
	encodeURIComponent(sessionOf(credential));

/** The session and where it is: every server has a session `default`. */
export function account(credential: Credential): string {
	const { host, pathname } = new URL(baseUrl(credential));
	return `${sessionPath(credential)}@${host}${pathname}`.replace(/\/+$/, '');
}

/** Webhooks name the session alone (waha.devlike.pro/docs/how-to/events). */
export const isNamed = (credential: Credential, named: string): boolean =>
	named === sessionOf(credential);

/** `X-Api-Key` (waha.devlike.pro/docs/how-to/security); the key in the query would end up in logs. */
export const authenticate = (
	credential: Credential,
	request: PreparedRequest,
): PreparedRequest => ({
	...request,
	url: `${baseUrl(credential)}${request.url}`,
	headers: { ...request.headers, 'X-Api-Key': requiredField(credential, API_KEY) },
});
