import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { isObject } from './json';
import type { RegistrationRecord } from './webhooks';

/**
 * A registration's record, encrypted so that it can be kept at the gateway itself, in a place that others
 * see: with each webhook, and in the logs of proxies.
 */
const ALGORITHM = 'aes-256-gcm';
const IV_LENGTH = 12;
const TAG_LENGTH = 16;

/**
 * Encrypts a record; base64url, never the same twice.
 *
 * @param secret the account's own key, from which the key is derived
 */
export function seal(record: RegistrationRecord, secret: string): string {
	const iv = randomBytes(IV_LENGTH);
	const cipher = createCipheriv(ALGORITHM, keyOf(secret), iv);
	const text = Buffer.concat([cipher.update(JSON.stringify(record), 'utf8'), cipher.final()]);
	return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
}

/** What {@link seal} encrypted; null if it was with another secret, or is none of ours. Never throws. */
export function unseal(sealed: string, secret: string): RegistrationRecord | null {
	const data = Buffer.from(sealed, 'base64url');
	if (data.length < IV_LENGTH + TAG_LENGTH) return null;
	const [iv, tag, text] = [
		data.subarray(0, IV_LENGTH),
		data.subarray(IV_LENGTH, IV_LENGTH + TAG_LENGTH),
		data.subarray(IV_LENGTH + TAG_LENGTH),
	];
	try {
		const decipher = createDecipheriv(ALGORITHM, keyOf(secret), iv);
		decipher.setAuthTag(tag);
		const record: unknown = JSON.parse(
			Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8'),
		);
		return isObject(record) ? record : null;
	} catch {
		return null;
	}
}

const keyOf = (secret: string): Buffer =>
	createHmac('sha256', secret).update('message-scheduler/former-webhook').digest();
