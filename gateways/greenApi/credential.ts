import { addressOf, baseUrlField, optionalField, requiredField } from '../credential';
import type { Credential, CredentialField } from '../gateway';
import type { GatewayRequest, PreparedRequest } from '../transport/request';

const API_URL: CredentialField = {
	name: 'greenApiUrl',
	label: 'API URL',
	description: "URL of the gateway: apiUrl on the instance's page in the console",
	default: 'https://api.green-api.com',
};

const ID_INSTANCE: CredentialField = {
	name: 'greenApiIdInstance',
	label: 'idInstance',
	description: "ID of the instance that sends, from the instance's page in the console",
	placeholder: 'e.g. 1101000001',
};

export const API_TOKEN: CredentialField = {
	name: 'greenApiToken',
	label: 'apiTokenInstance',
	description: "The instance's key, from the same page",
	secret: true,
};

const MEDIA_API_URL: CredentialField = {
	name: 'greenApiMediaUrl',
	label: 'Media API URL',
	description:
		"URL to which files from n8n are uploaded: mediaUrl on the instance's page in the console",
	default: 'https://media.green-api.com',
	optional: true,
};

export const credentialFields: readonly CredentialField[] = [
	API_URL,
	ID_INSTANCE,
	API_TOKEN,
	MEDIA_API_URL,
];

export const baseUrl = (credential: Credential): string => baseUrlField(credential, API_URL);

/** A credential from before this field has none. */
const mediaApiUrl = (credential: Credential): string =>
	optionalField(credential, MEDIA_API_URL.name) === ''
		? String(MEDIA_API_URL.default)
		: baseUrlField(credential, MEDIA_API_URL);

/** Where files are uploaded: "we recommend to use the mediaUrl host" (…/sending/UploadFile). */
export const hosts = (credential: Credential) => ({ media: mediaApiUrl(credential) });

export const account = (credential: Credential): string => requiredField(credential, ID_INSTANCE);

/** The instance's id as webhooks must name it; empty, and hence equal to none, where it is missing. */
export const instanceOf = (credential: Credential): string =>
	optionalField(credential, ID_INSTANCE.name);

/** The path of a method, without the token. */
export const methodPath = (credential: Credential, method: string): GatewayRequest['path'] =>
	`/waInstance${encodeURIComponent(account(credential))}/${method}`;

/**
 * `{apiUrl}/waInstance{idInstance}/{method}/{apiTokenInstance}`: the token is the last part of the path
 * (green-api.com/en/docs/before-start). It is put there here and nowhere else, so that no path that
 * the rest of the code sees holds it.
 */
export const authenticate = (
	credential: Credential,
	request: PreparedRequest,
): PreparedRequest => ({
	...request,
	url: `${urlOf(credential, request)}/${encodeURIComponent(requiredField(credential, API_TOKEN))}`,
});

const urlOf = (credential: Credential, { url }: PreparedRequest): string =>
	addressOf(baseUrl(credential), Object.values(hosts(credential)), url);
