import { createHash } from 'node:crypto';
import type { Credential, Gateway } from './gateway';

/** 72 bits: no collisions by chance, and no secret can be derived from them. */
const FINGERPRINT_LENGTH = 12;

/**
 * An account's name if the credential does not name it but has a secret that belongs to one account only:
 * `token-` and the beginning of the secret's SHA-256. The same in every process.
 */
export const fingerprint = (secret: string): string =>
	`token-${createHash('sha256').update(secret).digest('base64url').slice(0, FINGERPRINT_LENGTH)}`;

/**
 * All names of a credential's account, the one that new messages get first. This credential sends messages
 * stored under any of them: one may have been stored before the credential named its account.
 *
 * @throws InvalidParameterError if the credential lacks what identifies its account
 */
export const accountsOf = (gateway: Gateway, credential: Credential): readonly string[] =>
	gateway.accountAliases?.(credential) ?? [gateway.account(credential)];

/**
 * Whether a status event may be of this credential's account.
 *
 * @param named the event's `account`, as the webhook named it; null if it named none
 * @throws InvalidParameterError if the credential lacks what identifies its account
 */
export const isOfAccount = (
	gateway: Gateway,
	credential: Credential,
	named: string | null,
): boolean =>
	named === null ||
	(gateway.isNamed?.(credential, named) ?? accountsOf(gateway, credential).includes(named));
