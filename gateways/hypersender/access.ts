import { baseUrlField, requiredField } from '../credential';
import type { Credential, CredentialField } from '../gateway';
import type { PreparedRequest } from '../transport/request';

/** The credential fields that both of Hypersender's gateways need. */
export interface AccessFields {
	readonly baseUrl: CredentialField;
	readonly instanceId: CredentialField;
	readonly apiToken: CredentialField;
}

/**
 * Every path stands below the instance, and the token goes along as Bearer
 * (docs.hypersender.com/api-reference/sms/messages/send-message).
 */
export const authenticateWith =
	({ baseUrl, instanceId, apiToken }: AccessFields) =>
	(credential: Credential, request: PreparedRequest): PreparedRequest => ({
		...request,
		url: `${baseUrlField(credential, baseUrl)}/${encodeURIComponent(requiredField(credential, instanceId))}${request.url}`,
		headers: {
			...request.headers,
			Authorization: `Bearer ${requiredField(credential, apiToken)}`,
		},
	});
