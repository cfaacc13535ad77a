import { createHmac } from 'node:crypto';
import { optionalField } from '../credential';
import type { Credential } from '../gateway';
import { isObject, textAt } from '../json';
import { equalSecrets, verifyWebhookSecret, WEBHOOK_SECRET_FIELD } from '../webhookSecret';
import type { Delivery, VerificationResult } from '../webhooks';
import { sessionOf } from './credential';

const SIGNATURE = 'x-webhook-hmac';

/**
 * The webhook that the trigger registers is signed with the *Webhook Secret*: HMAC-SHA512 over the bytes of the
 * body, in hexadecimal (waha.devlike.pro/docs/how-to/events, "HMAC authentication"). One that a user enters may
 * bring the secret in a header of its own instead. The body names the session, which must be the credential's.
 */
export function verifyWebhook(credential: Credential, delivery: Delivery): VerificationResult {
	const verdict =
		delivery.headers[SIGNATURE] === undefined
			? verifyWebhookSecret(credential, delivery)
			: verifySignature(credential, delivery);
	if (!verdict.verified) return verdict;
	const named = isObject(delivery.body) ? textAt(delivery.body, 'session') : null;
	return named === sessionOf(credential)
		? verdict
		: { verified: false, reason: 'the webhook is from another session' };
}

function verifySignature(
	credential: Credential,
	{ headers, rawBody }: Delivery,
): VerificationResult {
	const key = optionalField(credential, WEBHOOK_SECRET_FIELD);
	if (key === '') return { verified: false, reason: 'the credential has no Webhook Secret' };
	if (rawBody === null) return { verified: false, reason: 'its bytes cannot be read' };
	const given = headers[SIGNATURE];
	const expected = createHmac('sha512', key).update(rawBody).digest('hex');
	return typeof given === 'string' && equalSecrets(given.toLowerCase(), expected)
		? { verified: true }
		: { verified: false, reason: 'the signature is another' };
}
