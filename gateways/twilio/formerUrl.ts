import { optionalField } from '../credential';
import type { Credential } from '../gateway';
import { textAt } from '../json';
import { seal, unseal } from '../sealedRecord';
import { API_KEY_SECRET, authToken } from './credential';

/**
 * The URL that stood in a Messaging Service before ours, kept in the query of our own: one request writes both,
 * so whoever finds our URL also finds what to restore. Encrypted, since the query comes with each webhook.
 * Twilio signs it with the rest of the URL.
 */
const PARAMETER = 'former';
const KEY = 'statusCallback';

/** Always the last of the query, since we put it there. */
const OWN_URL = new RegExp(`^(.*)[?&]${PARAMETER}=([A-Za-z0-9_-]*)$`, 's');

/** A URL, apart from what is kept in its query; `sealed` is null if there is nothing. */
export function splitUrl(text: string): { readonly url: string; readonly sealed: string | null } {
	const match = OWN_URL.exec(text);
	return match === null ? { url: text, sealed: null } : { url: match[1], sealed: match[2] };
}

/** A URL that keeps the one that stood there before; as it is if there was none. */
export const keeping = (url: string, former: string, credential: Credential): string =>
	former === '' ? url : carryOver(url, seal({ [KEY]: former }, secretOf(credential)));

/** A URL with what another one has sealed. */
export const carryOver = (url: string, sealed: string): string =>
	`${url}${url.includes('?') ? '&' : '?'}${PARAMETER}=${sealed}`;

/** The URL that {@link keeping} kept: empty if none, null if it was sealed with another key. */
export function keptIn(url: string, credential: Credential): string | null {
	const { sealed } = splitUrl(url);
	if (sealed === null) return '';
	const kept = unseal(sealed, secretOf(credential));
	return kept === null ? null : textAt(kept, KEY);
}

const secretOf = (credential: Credential): string =>
	authToken(credential) || optionalField(credential, API_KEY_SECRET.name);
