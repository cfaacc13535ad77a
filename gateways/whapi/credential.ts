import { fingerprint } from '../account';
import { baseUrlField, optionalField, requiredField } from '../credential';
import type { Credential, CredentialField } from '../gateway';
import type { PreparedRequest } from '../transport/request';

const BASE_URL: CredentialField = {
	name: 'whapiUrl',
	label: 'Base URL',
	description: 'URL of the gateway',
	default: 'https://gate.whapi.cloud',
};

const API_TOKEN: CredentialField = {
	name: 'whapiToken',
	label: 'API Token',
	description: "The channel's token, from the channel's page in the Whapi.Cloud panel",
	secret: true,
};

const CHANNEL_ID: CredentialField = {
	name: 'whapiChannelId',
	label: 'Channel ID',
	description:
		"ID of the token's channel. If set, webhooks of other channels are rejected, and the token can be changed while messages are stored.",
	placeholder: 'e.g. MANTIS-M72HC',
	optional: true,
};

export const credentialFields: readonly CredentialField[] = [BASE_URL, API_TOKEN, CHANNEL_ID];

export const baseUrl = (credential: Credential): string => baseUrlField(credential, BASE_URL);

/** The channel's id, or empty text: the token alone says which channel it is for. */
export const channelOf = (credential: Credential): string =>
	optionalField(credential, CHANNEL_ID.name);

/** One token is for one channel, so without *Channel ID* the token's fingerprint stands for it. */
const tokenKey = (credential: Credential): string =>
	fingerprint(requiredField(credential, API_TOKEN));

export const account = (credential: Credential): string =>
	channelOf(credential) || tokenKey(credential);

/** What was scheduled before *Channel ID* was filled in waits under the token's fingerprint. */
export const accountAliases = (credential: Credential): readonly string[] => [
	...new Set([account(credential), tokenKey(credential)]),
];

/** Webhooks name the channel. A credential that does not know its own trusts its secret alone. */
export const isNamed = (credential: Credential, named: string): boolean =>
	channelOf(credential) === '' || channelOf(credential) === named;

/** `Authorization: Bearer`, the only form that the vendor's newest documents know. */
export const authenticate = (
	credential: Credential,
	request: PreparedRequest,
): PreparedRequest => ({
	...request,
	url: `${baseUrl(credential)}${request.url}`,
	headers: {
		...request.headers,
		Authorization: `Bearer ${requiredField(credential, API_TOKEN)}`,
	},
});
