import { createHash, createHmac } from 'node:crypto';

import type { RetryPolicy } from '../../sandbox/webhooks.mts';

/** A webhook as it goes out: to its URL, with its headers and its body. */
export interface SignedCall {
	url: string;
	headers: Record<string, string>;
	body: string;
}

/** "1 retry on a failed connection", 5 seconds to connect and 15 to answer. */
export const oneRetry: RetryPolicy = {
	accepts: () => true, // any answer
	pauseMs: (attempt) => (attempt === 1 ? 1_000 : undefined), // undocumented: the pause
	blocking: false,
	timeoutMs: 15_000,
};

const hmac = (token: string, text: string) =>
	createHmac('sha1', token).update(text, 'utf8').digest('base64');

/** The fragment has settings of the delivery, and is neither sent nor signed. */
const withoutFragment = (url: string) => url.split('#')[0];

/** A form: the URL and each parameter, sorted by name, are signed. */
export function signedForm(
	token: string,
	target: string,
	fields: Record<string, string>,
): SignedCall {
	const url = withoutFragment(target);
	const names = Object.keys(fields).sort();
	const text = names.reduce((all, name) => `${all}${name}${fields[name]}`, url);
	return {
		url,
		headers: {
			'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
			'x-twilio-signature': hmac(token, text),
		},
		body: new URLSearchParams(fields).toString(),
	};
}

/** JSON: the URL gets the hash of the body, and is signed alone. */
export function signedJson(token: string, target: string, value: unknown): SignedCall {
	const body = JSON.stringify(value);
	const hash = createHash('sha256').update(body).digest('hex');
	const base = withoutFragment(target);
	const url = `${base}${base.includes('?') ? '&' : '?'}bodySHA256=${hash}`;
	return {
		url,
		headers: { 'content-type': 'application/json', 'x-twilio-signature': hmac(token, url) },
		body,
	};
}
