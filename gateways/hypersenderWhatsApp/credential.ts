import { baseUrlField, optionalField, requiredField } from '../credential';
import type { Credential, CredentialField } from '../gateway';
import { authenticateWith } from '../hypersender/access';

/** The version stands in the address: v1 is at its end, v2 queues (docs.hypersender.com). */
const BASE_URL: CredentialField = {
	name: 'hypersenderWhatsAppUrl',
	label: 'Base URL',
	description: 'URL of the WhatsApp API, with its version and without the instance',
	default: 'https://app.hypersender.com/api/whatsapp/v2',
};

const INSTANCE_ID: CredentialField = {
	name: 'hypersenderWhatsAppInstanceId',
	label: 'Instance ID',
	description: 'ID of the WhatsApp instance, as the Hypersender dashboard shows it',
	placeholder: 'e.g. 9feef20d-744e-4bcc-8fdd-e5531e0474f0',
};

const API_TOKEN: CredentialField = {
	name: 'hypersenderWhatsAppApiToken',
	label: 'API Token',
	description: 'A token of the Hypersender account for the WhatsApp API',
	placeholder: 'e.g. 234|3uB2p…',
	secret: true,
};

export const credentialFields: readonly CredentialField[] = [BASE_URL, INSTANCE_ID, API_TOKEN];

export const baseUrl = (credential: Credential): string => baseUrlField(credential, BASE_URL);

export const account = (credential: Credential): string => requiredField(credential, INSTANCE_ID);

/** The instance, or empty text: what verifies a webhook must not throw. */
export const instanceOf = (credential: Credential): string =>
	optionalField(credential, INSTANCE_ID.name);

export const authenticate = authenticateWith({
	baseUrl: BASE_URL,
	instanceId: INSTANCE_ID,
	apiToken: API_TOKEN,
});
