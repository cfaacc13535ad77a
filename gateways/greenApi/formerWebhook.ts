import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { optionalField } from '../credential';
import type { Credential } from '../gateway';
import type { RegistrationRecord } from '../webhooks';
import { isObject } from '../json';
import { API_TOKEN } from './credential';

/**
 * What stood in an instance before our webhook, kept in the query of our own URL: one `setSettings`
 * writes both, so whoever finds our URL also finds what to restore, whatever n8n has saved or lost.
 *
 * Encrypted, URL and all: the query comes with each webhook and ends up in the logs of proxies, and
 * the former URL may be a secret by itself. The key is derived from the instance's own.
 */
const PARAMETER = 'former';
const ALGORITHM = 'aes-256-gcm';
const IV_LENGTH = 12;
const TAG_LENGTH = 16;

/** Always the last of the query, since we put it there. */
const OWN_URL = new RegExp(`^(.*)[?&]${PARAMETER}=([A-Za-z0-9_-]*)$`, 's');

/** A webhook URL, apart from what is kept in its query; `sealed` is null if there is nothing. */
export function splitUrl(text: string): { readonly url: string; readonly sealed: string | null } {
	const match = OWN_URL.exec(text);
	return match === null ? { url: text, sealed: null } : { url: match[1], sealed: match[2] };
}

/** A webhook URL that keeps what stood there before. */
export function sealInto(url: string, credential: Credential, former: RegistrationRecord): string {
	const iv = randomBytes(IV_LENGTH);
	const cipher = createCipheriv(ALGORITHM, keyOf(credential), iv);
	const text = Buffer.concat([cipher.update(JSON.stringify(former), 'utf8'), cipher.final()]);
	const sealed = Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
	return carryOver(url, sealed);
}

/** A webhook URL with what another one has sealed. */
export const carryOver = (url: string, sealed: string): string =>
	`${url}${url.includes('?') ? '&' : '?'}${PARAMETER}=${sealed}`;

/** What {@link sealInto} kept; null if it was sealed with another token, or by nobody of us. */
export function unseal(sealed: string, credential: Credential): RegistrationRecord | null {
	const data = Buffer.from(sealed, 'base64url');
	if (data.length < IV_LENGTH + TAG_LENGTH) return null;
	const [iv, tag, text] = [
		data.subarray(0, IV_LENGTH),
		data.subarray(IV_LENGTH, IV_LENGTH + TAG_LENGTH),
		data.subarray(IV_LENGTH + TAG_LENGTH),
	];
	try {
		const decipher = createDecipheriv(ALGORITHM, keyOf(credential), iv);
		decipher.setAuthTag(tag);
		const former: unknown = JSON.parse(
			Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8'),
		);
		return isObject(former) ? former : null;
	} catch {
		return null;
	}
}

const keyOf = (credential: Credential): Buffer =>
	createHmac('sha256', optionalField(credential, API_TOKEN.name))
		.update('message-scheduler/former-webhook')
		.digest();
