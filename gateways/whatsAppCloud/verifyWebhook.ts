import { createHmac } from 'node:crypto';
import { textAt } from '../json';
import type { Credential } from '../gateway';
import { equalSecrets } from '../webhookSecret';
import type { Delivery, VerificationResult, WebhookAnswer } from '../webhooks';
import { appSecret, verifyToken } from './credential';

/**
 * Verifies `X-Hub-Signature-256`: `sha256=` and the HMAC-SHA256 of the very bytes, with the App Secret
 * (…/webhooks/create-webhook-endpoint). Meta writes other characters than ASCII as escapes, so JSON that was
 * parsed and written again has another signature.
 */
export function verifyWebhook(credential: Credential, delivery: Delivery): VerificationResult {
	const { headers, rawBody } = delivery;
	const secret = appSecret(credential);
	if (secret === '') return { verified: false, reason: 'the credential has no App Secret' };
	const given = headers['x-hub-signature-256'];
	if (typeof given !== 'string') return { verified: false, reason: 'the webhook has no signature' };
	if (rawBody === null) {
		return {
			verified: false,
			reason: 'the bytes of the webhook, which are signed, cannot be read',
		};
	}
	const expected = `sha256=${createHmac('sha256', secret).update(rawBody).digest('hex')}`;
	return equalSecrets(given, expected)
		? { verified: true }
		: {
				verified: false,
				reason: 'the webhook is not signed with the App Secret of the credential',
			};
}

/**
 * Answers the GET by which Meta checks an address: the bare challenge, if the token is ours
 * (…/webhooks/create-webhook-endpoint, "Verification requests").
 */
export function answerChallenge(credential: Credential, { query }: Delivery): WebhookAnswer | null {
	const challenge = textAt(query, 'hub.challenge');
	const token = textAt(query, 'hub.verify_token');
	if (query['hub.mode'] !== 'subscribe' || challenge === null || token === null) return null;
	const expected = verifyToken(credential);
	if (expected === '' || !equalSecrets(token, expected)) {
		return { status: 403, contentType: 'text/plain', body: WRONG_TOKEN };
	}
	return { status: 200, contentType: 'text/plain', body: challenge };
}

const WRONG_TOKEN =
	'The verify token is another than "Verify Token" in the Message Gateway API credential.';
