import { baseUrlField, optionalField, requiredField } from '../credential';
import type { Credential, CredentialField } from '../gateway';
import type { GatewayRequest, PreparedRequest } from '../transport/request';

const BASE_URL: CredentialField = {
	name: 'evolutionApiUrl',
	label: 'Base URL',
	description: 'URL of your Evolution API server, without /manager',
	placeholder: 'e.g. https://evolution.example.com',
};

const INSTANCE: CredentialField = {
	name: 'evolutionApiInstance',
	label: 'Instance Name',
	description: 'Name of the instance that sends, as the manager shows it. The ID does not work.',
	placeholder: 'e.g. my-shop',
};

export const API_KEY: CredentialField = {
	name: 'evolutionApiKey',
	label: 'API Key',
	description:
		"The instance's own token, which opens no other instance. The server's global key works, too.",
	secret: true,
};

export const credentialFields: readonly CredentialField[] = [BASE_URL, INSTANCE, API_KEY];

export const baseUrl = (credential: Credential): string => baseUrlField(credential, BASE_URL);

/** The instance's name as webhooks must tell it; empty, and hence equal to none, where it is missing. */
export const instanceOf = (credential: Credential): string =>
	optionalField(credential, INSTANCE.name);

/** The instance and where it is: each server has its own names. */
export function account(credential: Credential): string {
	const instance = encodeURIComponent(requiredField(credential, INSTANCE));
	const { host, pathname } = new URL(baseUrl(credential));
	return `${instance}@${`${host}${pathname}`.replace(/\/+$/, '')}`;
}

/** Webhooks name the instance alone. */
export const isNamed = (credential: Credential, named: string): boolean =>
	named === instanceOf(credential);

/**
 * The path of a method of the instance. The instance is in the path, and nothing is ever put into the
 * query: the server lets its parameters overwrite the path's (src/api/abstract/abstract.router.ts).
 */
export const instancePath = (credential: Credential, method: string): GatewayRequest['path'] =>
	`/${method}/${encodeURIComponent(requiredField(credential, INSTANCE))}`;

/** Header `apikey` (src/api/guards/auth.guard.ts; doc.evolution-api.com). */
export const authenticate = (
	credential: Credential,
	request: PreparedRequest,
): PreparedRequest => ({
	...request,
	url: `${baseUrl(credential)}${request.url}`,
	headers: { ...request.headers, apikey: requiredField(credential, API_KEY) },
});
