import { createHmac } from 'node:crypto';
import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { Credential, Gateway } from '../../gateways/gateway';
import { optionalField } from '../../gateways/credential';
import { canVerifyWebhooks, WEBHOOK_SECRET_FIELD } from '../../gateways/webhookSecret';

/**
 * The credential with the secret that webhooks must include. If the trigger registers itself and the user
 * entered no secret, one is derived from the gateway's key and the node: the same in every process and
 * after every restart, without being stored anywhere. Without a key there is none, since anyone could
 * derive a secret from the node alone.
 */
export function withWebhookSecret(
	context: IHookFunctions | IWebhookFunctions,
	gateway: Gateway,
	credential: Credential,
): Credential {
	const { capabilities, credentialFields } = gateway;
	if (canVerifyWebhooks(gateway, credential) || capabilities.webhooks.registration !== 'api') {
		return credential;
	}
	// A vendor's own signing key cannot be made up.
	if (gateway.signingKeyField !== undefined) return credential;
	const field = credentialFields.find(({ secret }) => secret === true)?.name ?? '';
	const key = optionalField(credential, field);
	if (key === '') return credential;
	const { id, webhookId } = context.getNode();
	const derived = createHmac('sha256', key)
		.update(`message-scheduler-webhook/${webhookId ?? id}`)
		.digest('hex');
	return { ...credential, [WEBHOOK_SECRET_FIELD]: derived };
}
