import { createHmac } from 'node:crypto';
import type { IHookFunctions, IWebhookFunctions } from 'n8n-workflow';
import type { Credential, Gateway } from '../../gateways/gateway';
import { optionalField } from '../../gateways/credential';
import { hasWebhookSecret, WEBHOOK_SECRET_FIELD } from '../../gateways/webhookSecret';

type TriggerContext = IHookFunctions | IWebhookFunctions;

/** The trigger's *Options*; undefined where the user did not add one. */
export const readOptions = (context: TriggerContext) =>
	context.getNodeParameter('options', {}) as {
		readonly acceptUnauthenticated?: boolean;
		readonly replaceExisting?: boolean;
		readonly skipDuplicates?: boolean;
		readonly skipOutOfOrder?: boolean;
	};

/** The statuses that the user chose under *Trigger On*. */
export function readStatuses(context: TriggerContext): string[] {
	const statuses = context.getNodeParameter('statuses', []);
	return Array.isArray(statuses) ? statuses.map(String) : [];
}

/**
 * The credential with the secret that webhooks must bring along. Where the trigger registers itself
 * and the user gave no secret, one is derived from the gateway's key and the node: the same in every
 * process and after every restart, without being stored anywhere. Without a key there is none: what is
 * derived from nothing but the node, anyone can derive.
 */
export function withWebhookSecret(
	context: TriggerContext,
	gateway: Gateway,
	credential: Credential,
): Credential {
	const { capabilities, credentialFields } = gateway;
	if (hasWebhookSecret(credential) || capabilities.webhooks.registration === 'manual') {
		return credential;
	}
	const field = credentialFields.find(({ secret }) => secret === true)?.name ?? '';
	const key = optionalField(credential, field);
	if (key === '') return credential;
	const { id, webhookId } = context.getNode();
	const derived = createHmac('sha256', key)
		.update(`message-scheduler-webhook/${webhookId ?? id}`)
		.digest('hex');
	return { ...credential, [WEBHOOK_SECRET_FIELD]: derived };
}
