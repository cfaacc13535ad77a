import type { Credential } from '../gateway';
import { isObject, textAt } from '../json';
import { verifyWebhookSecret } from '../webhookSecret';
import type { Delivery, VerificationResult } from '../webhooks';
import { instanceOf } from './credential';

/**
 * The server signs nothing; the secret comes in a header of the webhook's own, or in its URL. Each body
 * names its instance. Its `apikey` proves nothing: whoever has seen one webhook knows it.
 */
export function verifyWebhook(credential: Credential, delivery: Delivery): VerificationResult {
	const verdict = verifyWebhookSecret(credential, delivery);
	if (!verdict.verified) return verdict;
	const named = isObject(delivery.body) ? textAt(delivery.body, 'instance') : null;
	return named === instanceOf(credential)
		? verdict
		: { verified: false, reason: 'the webhook is from another instance' };
}
