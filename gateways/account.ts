import { createHash } from 'node:crypto';
import type { Credential, Gateway } from './gateway';

/** 72 bits: nobody meets two equal ones by chance, and no secret can be read out of them. */
const FINGERPRINT_LENGTH = 12;

/**
 * An account's key where the credential names no account but holds a secret that belongs to one account
 * alone: `token-` and the beginning of the secret's SHA-256. The same in every process.
 */
export const fingerprint = (secret: string): string =>
	`token-${createHash('sha256').update(secret).digest('base64url').slice(0, FINGERPRINT_LENGTH)}`;

/**
 * All keys of a credential's account, the one that new messages get first. A message that waits under
 * any of them is this credential's to send: a key may have been made before the credential named its
 * account.
 *
 * @throws InvalidParameterError where the credential lacks what its account is known by
 */
export const accountsOf = (gateway: Gateway, credential: Credential): readonly string[] =>
	gateway.accountAliases?.(credential) ?? [gateway.account(credential)];

/**
 * Whether a status event may be of this credential's account.
 *
 * @param named the event's `account`, as the webhook named it; null where it named none
 * @throws InvalidParameterError where the credential lacks what its account is known by
 */
export const isOfAccount = (
	gateway: Gateway,
	credential: Credential,
	named: string | null,
): boolean =>
	named === null ||
	(gateway.isNamed?.(credential, named) ?? accountsOf(gateway, credential).includes(named));
