import { isObject, textAt } from '../json';
import type { Credential } from '../gateway';
import type { Delivery, VerificationResult } from '../webhooks';
import { verifyWebhookSecret } from '../webhookSecret';
import { channelOf } from './credential';

/**
 * The vendor signs nothing, so the webhook is registered with a header that holds the secret; and
 * each body names its channel, which must be the credential's where that one is given.
 */
export function verifyWebhook(credential: Credential, delivery: Delivery): VerificationResult {
	const verdict = verifyWebhookSecret(credential, delivery);
	if (!verdict.verified) return verdict;
	const wanted = channelOf(credential);
	const reported = isObject(delivery.body) ? textAt(delivery.body, 'channel_id') : null;
	return wanted === '' || reported === wanted
		? verdict
		: { verified: false, reason: 'the webhook is of another channel' };
}
