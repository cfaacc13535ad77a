import { createHash, createHmac } from 'node:crypto';
import { equalSecrets } from '../webhookSecret';

/** The parameters of a form, a repeated name more than once. */
export type Parameters = ReadonlyArray<readonly [name: string, value: string]>;

/**
 * Whether Twilio signed a request to one of these URLs: the base64 of HMAC-SHA1, by the Auth Token, over the
 * URL and then each parameter's name and value, sorted by name; of a repeated name each value once, sorted
 * (twilio.com/docs/usage/security; the SDK's `validateRequest`).
 *
 * @param urls what the signed URL may have been
 */
export function isSignedBy(
	token: string,
	signature: string,
	urls: Iterable<string>,
	parameters: Parameters,
): boolean {
	const text = signedText(parameters);
	for (const url of variantsOf(urls)) {
		const expected = createHmac('sha1', token).update(`${url}${text}`, 'utf8').digest('base64');
		if (equalSecrets(expected, signature)) return true;
	}
	return false;
}

/** Whether a body that is no form is the signed one: the signed URL has its hash. */
export function isHashedIn(url: string, rawBody: Uint8Array): boolean {
	const hash = URL.canParse(url) ? new URL(url).searchParams.get('bodySHA256') : null;
	return hash !== null && equalSecrets(hash, createHash('sha256').update(rawBody).digest('hex'));
}

function signedText(parameters: Parameters): string {
	const byName = new Map<string, Set<string>>();
	for (const [name, value] of parameters) {
		byName.set(name, (byName.get(name) ?? new Set()).add(value));
	}
	// By UTF-16 units, as the SDK's `sort()` does, and not by anyone's alphabet.
	return [...byName.keys()]
		.sort()
		.flatMap((name) => [...byName.get(name)!].sort().map((value) => `${name}${value}`))
		.join('');
}

/**
 * The ways in which Twilio may have written a URL, since its "back end is inconsistent" (the SDK): with the
 * port as it is, without one, or with the standard one; the query as it is, as a URL object writes it, or
 * decoded and encoded again. The fragment, which holds settings of the delivery, is not signed.
 */
function variantsOf(urls: Iterable<string>): Set<string> {
	const variants = new Set<string>();
	for (const text of urls) {
		if (!URL.canParse(text)) continue;
		const url = new URL(text);
		url.hash = '';
		const given = text.replace(/#.*$/s, '');
		const [, query = ''] = given.split(/\?(.*)/s);
		const queries = [query, url.search.slice(1), encodedAnew(url.searchParams)];
		for (const port of [url.port, '', url.protocol === 'https:' ? '443' : '80']) {
			const place = placeOf(url, port);
			for (const each of queries) variants.add(each === '' ? place : `${place}?${each}`);
		}
	}
	return variants;
}

/** A URL without its query; written by hand, since a URL object leaves a standard port out. */
function placeOf({ protocol, username, password, hostname, pathname }: URL, port: string): string {
	const user = password === '' ? username : `${username}:${password}`;
	return `${protocol}//${user === '' ? '' : `${user}@`}${hostname}${port === '' ? '' : `:${port}`}${pathname}`;
}

const encodedAnew = (parameters: URLSearchParams): string =>
	[...parameters]
		.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
		.join('&');
