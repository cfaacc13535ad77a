import { createHash, timingSafeEqual } from 'node:crypto';
import { optionalField } from './credential';
import type { Credential, Gateway } from './gateway';
import type { Delivery, VerificationResult } from './webhooks';

/** The credential field with the secret that webhooks must include. */
export const WEBHOOK_SECRET_FIELD = 'webhookSecret';

/** Whether the credential has what webhooks are verified by: a secret, or the vendor's signing key. */
export const canVerifyWebhooks = (
	{ signingKeyField = WEBHOOK_SECRET_FIELD }: Pick<Gateway, 'signingKeyField'>,
	credential: Credential,
): boolean => optionalField(credential, signingKeyField) !== '';

/** What the credential calls that. */
export const webhookKeyLabel = ({
	signingKeyField,
	credentialFields,
}: Pick<Gateway, 'signingKeyField' | 'credentialFields'>): string =>
	credentialFields.find(({ name }) => name === signingKeyField)?.label ?? 'Webhook Secret';

/**
 * Compares two secrets in constant time, whatever their lengths, by their hashes, which have equal lengths.
 */
export const equalSecrets = (a: string, b: string): boolean =>
	timingSafeEqual(sha256(a), sha256(b));

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** Where a delivery may contain the secret, beside `authorization`. */
const SECRET_HEADER = 'x-webhook-secret';
const SECRET_QUERY = 'secret';

/**
 * Verifies that a delivery includes the credential's *Webhook Secret*: as header `authorization` (alone, or
 * after a scheme such as `Bearer`) or `x-webhook-secret`, or, for gateways that cannot send a header, as
 * query parameter `secret`. Without a secret in the credential, no delivery is verified.
 */
export function verifyWebhookSecret(
	credential: Credential,
	delivery: Pick<Delivery, 'headers' | 'query'>,
): VerificationResult {
	const expected = optionalField(credential, WEBHOOK_SECRET_FIELD);
	if (expected === '') return { verified: false, reason: 'the credential has no Webhook Secret' };
	const { authorization, [SECRET_HEADER]: secretHeader } = delivery.headers;
	const given = [
		...(typeof authorization === 'string' ? withoutScheme(authorization) : []),
		// Whole: a repeated header is joined to one, and its last part must not be accepted.
		secretHeader,
		delivery.query[SECRET_QUERY],
	].filter((value): value is string => typeof value === 'string' && value !== '');
	if (given.length === 0) return { verified: false, reason: 'the webhook has no secret' };
	// No shortcut: each candidate takes the same time, whether an earlier one matched or not.
	const matches = given.map((candidate) => equalSecrets(candidate, expected));
	return matches.includes(true)
		? { verified: true }
		: { verified: false, reason: 'the webhook has a different secret' };
}

/** `Bearer abc` may mean the secret `abc`, or the secret itself may contain a space. */
const withoutScheme = (value: string): string[] => [value, value.slice(value.indexOf(' ') + 1)];
