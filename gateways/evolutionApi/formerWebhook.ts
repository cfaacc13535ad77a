import { optionalField } from '../credential';
import type { Credential } from '../gateway';
import { isObject, textAt, type JsonObject } from '../json';
import { seal, unseal } from '../sealedRecord';
import { API_KEY } from './credential';
import { readSettings, type WebhookSettings } from './webhookSettings';

/**
 * What stood in an instance before our webhook, kept in a header of our own: one `webhook/set` writes both,
 * so whoever finds our URL also finds what to restore, whatever n8n has saved or lost. Not in its query, for
 * which the server's 500 characters of a URL are too few.
 *
 * Encrypted, since it comes with each webhook and holds the secrets of others; the key is derived from the
 * credential's.
 */
export const FORMER_HEADER = 'X-Message-Scheduler-Former';

/** The longest value; servers and proxies take 8 KiB for all headers together. */
export const MAX_SEALED_LENGTH = 4_000;

/** Names of headers have no case. */
export const isHeader = (name: string, wanted: string): boolean =>
	name.toLowerCase() === wanted.toLowerCase();

/** What a webhook keeps, still encrypted; null if nothing. */
export function sealedIn({ headers }: WebhookSettings): string | null {
	const [, value] = Object.entries(headers).find(([name]) => isHeader(name, FORMER_HEADER)) ?? [];
	return typeof value === 'string' ? value : null;
}

/** A webhook's headers with what is to be kept in them. */
export const withSealed = (headers: JsonObject, sealed: string | null): JsonObject => {
	const others = Object.entries(headers).filter(([name]) => !isHeader(name, FORMER_HEADER));
	return Object.fromEntries(sealed === null ? others : [...others, [FORMER_HEADER, sealed]]);
};

/** Encrypts what stood there before the webhook with a URL. */
export const sealFormer = (url: string, former: WebhookSettings, credential: Credential): string =>
	seal({ url, former }, keyOf(credential));

/**
 * What a webhook keeps: `former` is null where it cannot be read, with the key of another credential. `url`
 * is that of the webhook that it was kept for: who writes another URL over ours without naming headers
 * leaves ours there.
 */
export function unsealFormer(
	sealed: string,
	credential: Credential,
): { readonly url: string | null; readonly former: WebhookSettings | null } {
	const kept = unseal(sealed, keyOf(credential));
	const former = kept !== null && isObject(kept.former) ? readSettings(kept.former) : null;
	return { url: kept === null ? null : textAt(kept, 'url'), former };
}

const keyOf = (credential: Credential): string => optionalField(credential, API_KEY.name);
