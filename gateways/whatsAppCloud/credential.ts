import { createHmac } from 'node:crypto';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import { quote } from '../../messages/text';
import { baseUrlField, optionalField, requiredField } from '../credential';
import type { Credential, CredentialField } from '../gateway';
import type { PreparedRequest } from '../transport/request';

const BASE_URL: CredentialField = {
	name: 'whatsAppCloudUrl',
	label: 'Base URL',
	description: 'URL of the Graph API',
	default: 'https://graph.facebook.com',
};

const VERSION: CredentialField = {
	name: 'whatsAppCloudVersion',
	label: 'API Version',
	description: 'Version of the Graph API. Each one is available for about two years.',
	default: 'v25.0',
};

const PHONE_NUMBER_ID: CredentialField = {
	name: 'whatsAppCloudPhoneNumberId',
	label: 'Phone Number ID',
	description:
		'ID of the number that sends, from WhatsApp, API Setup in the App Dashboard. It is not the phone number.',
	placeholder: 'e.g. 106540352242922',
};

const ACCESS_TOKEN: CredentialField = {
	name: 'whatsAppCloudAccessToken',
	label: 'Access Token',
	description:
		'Token of a system user with the permissions whatsapp_business_messaging and whatsapp_business_management. A temporary token from API Setup expires after hours.',
	secret: true,
};

/** The key that webhooks are signed with. */
export const APP_SECRET: CredentialField = {
	name: 'whatsAppCloudAppSecret',
	label: 'App Secret',
	description:
		'From App settings, Basic in the App Dashboard. Webhooks are signed with it. It is not sent anywhere.',
	hint: 'Only for the trigger.',
	secret: true,
	optional: true,
};

/** The account that has the templates, and to which the app is subscribed. */
export const WABA_ID: CredentialField = {
	name: 'whatsAppCloudWabaId',
	label: 'WhatsApp Business Account ID',
	description: 'ID of the account that the number belongs to, from WhatsApp, API Setup',
	hint: 'Only for lists of templates and for webhooks.',
	placeholder: 'e.g. 102290129340398',
	optional: true,
};

const VERIFY_TOKEN: CredentialField = {
	name: 'whatsAppCloudVerifyToken',
	label: 'Verify Token',
	description:
		'A text of your choice, which you also enter in the App Dashboard. If empty, the trigger registers its URL itself and derives the token from the App Secret.',
	hint: 'Only if you enter the webhook by hand.',
	secret: true,
	optional: true,
};

export const credentialFields: readonly CredentialField[] = [
	BASE_URL,
	VERSION,
	PHONE_NUMBER_ID,
	ACCESS_TOKEN,
	APP_SECRET,
	WABA_ID,
	VERIFY_TOKEN,
];

/** With the version, which every path begins with. */
export function baseUrl(credential: Credential): string {
	const base = baseUrlField(credential, BASE_URL);
	const version = optionalField(credential, VERSION.name);
	// Without one, Meta takes the newest that the app may use.
	if (version === '') return base;
	if (!/^v\d{1,3}\.\d$/.test(version)) {
		throw new InvalidParameterError(
			VERSION.label,
			`"${VERSION.label}" is ${quote(version)}. Enter a version such as ${VERSION.default} in the Message Gateway API credential.`,
		);
	}
	return `${base}/${version}`;
}

/** The ID of the number: webhooks name it, and no other number has it. */
export const account = (credential: Credential): string => idField(credential, PHONE_NUMBER_ID);

/**
 * The ID of the WhatsApp Business Account.
 *
 * @throws InvalidParameterError if it is empty or no ID
 */
export const wabaId = (credential: Credential): string => idField(credential, WABA_ID);

export const hasWabaId = (credential: Credential): boolean =>
	optionalField(credential, WABA_ID.name) !== '';

export const appSecret = (credential: Credential): string =>
	optionalField(credential, APP_SECRET.name);

/** What the user entered as *Verify Token*; empty if the trigger is to derive one. */
export const verifyTokenEntered = (credential: Credential): string =>
	optionalField(credential, VERIFY_TOKEN.name);

/**
 * The token by which Meta's challenge is known: the user's, else one derived from the App Secret, the same in
 * every process without being stored. Empty without either.
 */
export function verifyToken(credential: Credential): string {
	const entered = verifyTokenEntered(credential);
	const secret = appSecret(credential);
	if (entered !== '' || secret === '') return entered;
	const number = optionalField(credential, PHONE_NUMBER_ID.name);
	return createHmac('sha256', secret)
		.update(`message-scheduler/verify-token/${number}`)
		.digest('hex');
}

export const authenticate = (
	credential: Credential,
	request: PreparedRequest,
): PreparedRequest => ({
	...request,
	url: `${baseUrl(credential)}${request.url}`,
	headers: {
		...request.headers,
		Authorization: `Bearer ${requiredField(credential, ACCESS_TOKEN)}`,
	},
});

/** A phone number, which is often entered instead of an ID, has a `+`, blanks or brackets. */
function idField(credential: Credential, field: CredentialField): string {
	const value = requiredField(credential, field);
	if (/^[\w-]{5,64}$/.test(value)) return value;
	throw new InvalidParameterError(
		field.label,
		`"${field.label}" is ${quote(value)}, but Meta's IDs have digits only. Copy the ID from WhatsApp, API Setup in the App Dashboard into the Message Gateway API credential; it is not the phone number.`,
	);
}
