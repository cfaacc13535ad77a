import { optionalField } from '../credential';
import type { Credential } from '../gateway';
import { seal, unseal as unsealWith } from '../sealedRecord';
import type { RegistrationRecord } from '../webhooks';
import { API_TOKEN } from './credential';

/**
 * What stood in an instance before our webhook, kept in the query of our own URL: one `setSettings`
 * writes both, so whoever finds our URL also finds what to restore, whatever n8n has saved or lost.
 *
 * Encrypted, URL and all: the query comes with each webhook and ends up in the logs of proxies, and
 * the former URL may be a secret by itself. The key is derived from the instance's own.
 */
const PARAMETER = 'former';

/** Always the last of the query, since we put it there. */
const OWN_URL = new RegExp(`^(.*)[?&]${PARAMETER}=([A-Za-z0-9_-]*)$`, 's');

/** A webhook URL, apart from what is kept in its query; `sealed` is null if there is nothing. */
export function splitUrl(text: string): { readonly url: string; readonly sealed: string | null } {
	const match = OWN_URL.exec(text);
	return match === null ? { url: text, sealed: null } : { url: match[1], sealed: match[2] };
}

/** A webhook URL that keeps what stood there before. */
export const sealInto = (url: string, credential: Credential, former: RegistrationRecord): string =>
	carryOver(url, seal(former, tokenOf(credential)));

/** A webhook URL with what another one has sealed. */
export const carryOver = (url: string, sealed: string): string =>
	`${url}${url.includes('?') ? '&' : '?'}${PARAMETER}=${sealed}`;

/** What {@link sealInto} kept; null if it was sealed with another token, or by nobody of us. */
export const unseal = (sealed: string, credential: Credential): RegistrationRecord | null =>
	unsealWith(sealed, tokenOf(credential));

const tokenOf = (credential: Credential): string => optionalField(credential, API_TOKEN.name);
