import { isObject, objectAt, textAt } from '../json';
import type { Credential } from '../gateway';
import type { Delivery, VerificationResult } from '../webhooks';
import { verifyWebhookSecret } from '../webhookSecret';
import { instanceOf } from './credential';

/**
 * `webhookUrlToken` comes in the header `Authorization`, alone or behind a scheme (no page says which;
 * the vendor's own guard takes the last word), and each body names its instance
 * (green-api.com/en/docs/api/receiving/technology-webhook-endpoint).
 */
export function verifyWebhook(credential: Credential, delivery: Delivery): VerificationResult {
	const verdict = verifyWebhookSecret(credential, delivery);
	if (!verdict.verified) return verdict;
	const instance = objectAt(isObject(delivery.body) ? delivery.body : {}, 'instanceData');
	return textAt(instance, 'idInstance') === instanceOf(credential)
		? verdict
		: { verified: false, reason: 'the webhook is from another instance' };
}
