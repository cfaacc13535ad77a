import type { Credential } from '../gateway';
import type { Delivery, VerificationResult } from '../webhooks';
import { verifyDelivery } from '../hypersender/verifyWebhook';
import { isObject, objectAt, textAt } from '../json';
import { equalSecrets } from '../webhookSecret';
import { instanceOf } from './credential';

/** The instance stands in the header and, for WhatsApp, in the body too: both must be ours. */
export function verifyWebhook(credential: Credential, delivery: Delivery): VerificationResult {
	const instanceId = instanceOf(credential);
	const verdict = verifyDelivery(credential, delivery, instanceId);
	const body = isObject(delivery.body) ? delivery.body : {};
	const reported = textAt(objectAt(body, 'data'), 'instanceId');
	const isOurs = equalSecrets(reported ?? instanceId, instanceId);
	if (!verdict.verified || isOurs) return verdict;
	return { verified: false, reason: 'the body of the webhook is from another instance' };
}
