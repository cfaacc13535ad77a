import { InvalidParameterError } from '../messages/invalidParameterError';
import type { Credential, CredentialField } from './gateway';
import { shorten } from '../messages/text';

const IN_CREDENTIAL = 'in the Message Gateway API credential';

/**
 * Reads a required credential field, without surrounding spaces.
 *
 * @throws InvalidParameterError naming the field
 */
export function requiredField(credential: Credential, { name, label }: CredentialField): string {
	const value = optionalField(credential, name);
	if (value === '') {
		throw new InvalidParameterError(label, `"${label}" is empty. Enter it ${IN_CREDENTIAL}.`);
	}
	return value;
}

/** Reads an optional credential field; empty text if it is missing. */
export function optionalField(credential: Credential, name: string): string {
	const value = credential[name];
	return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
}

/**
 * Where a request goes: one to another of the gateway's hosts has its address already. What begins with
 * any other address stays below the base address, so that the key goes nowhere else.
 */
export const addressOf = (base: string, others: readonly string[], url: string): string =>
	others.some((other) => url.startsWith(`${other}/`)) ? url : `${base}${url}`;

/**
 * Reads a base URL: http or https, with its path, without trailing slashes.
 *
 * @throws InvalidParameterError naming the field
 */
export function baseUrlField(credential: Credential, field: CredentialField): string {
	const value = requiredField(credential, field);
	if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) {
		throw new InvalidParameterError(
			field.label,
			`"${field.label}" is "${shorten(value, 80)}". Enter a URL that begins with https:// or http:// ${IN_CREDENTIAL}.`,
		);
	}
	return value.replace(/\/+$/, '');
}
