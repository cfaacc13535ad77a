import type { Credential } from '../gateway';
import type { Delivery, VerificationResult } from '../webhooks';
import { equalSecrets, verifyWebhookSecret } from '../webhookSecret';

/** Node gives header names in lower case; the vendor writes `x-instanceId`. */
const INSTANCE_HEADER = 'x-instanceid';

/**
 * Accepts a delivery that brings the secret along, which the vendor sends verbatim in `authorization`,
 * and that comes from the credential's instance: the header `x-instanceId` is marked required
 * (docs.hypersender.com/api-reference/sms-webhooks/messages-events/message-sent).
 *
 * @param instanceId the credential's; empty text if it holds none
 */
export function verifyDelivery(
	credential: Credential,
	delivery: Delivery,
	instanceId: string,
): VerificationResult {
	const secret = verifyWebhookSecret(credential, delivery);
	const header = delivery.headers[INSTANCE_HEADER];
	const isOurs = equalSecrets(typeof header === 'string' ? header.trim() : '', instanceId);
	if (!secret.verified) return secret;
	if (instanceId === '') return { verified: false, reason: 'the credential has no Instance ID' };
	if (typeof header !== 'string') {
		return { verified: false, reason: 'the webhook has no header x-instanceId' };
	}
	return isOurs
		? { verified: true }
		: { verified: false, reason: 'the webhook is from another instance' };
}
