import { isObject } from '../json';

/**
 * `apikey` is the instance's token, in version 1 the server's global key (`api_key` in its webhook of
 * errors), and `destination` the webhook's URL with whatever secret is in its query. The others are the
 * file itself, and what decrypts it.
 */
const CUT = new Set([
	...['apikey', 'api_key', 'destination'],
	...['base64', 'jpegThumbnail', 'messageSecret', 'mediaKey'],
]);

/** Deeper than anything of the vendor: a message quoted in a message. */
const MAX_DEPTH = 24;

/** A webhook, an answer or a stored message without the keys and files in it; what is too deep to be the vendor's is left out. */
export const withoutSecrets = (body: unknown): unknown => cut(body, 0);

function cut(value: unknown, depth: number): unknown {
	if (Array.isArray(value)) {
		return depth === MAX_DEPTH ? [] : value.map((each) => cut(each, depth + 1));
	}
	if (!isObject(value)) return value;
	if (depth === MAX_DEPTH) return {};
	const kept = Object.entries(value).filter(([key]) => !CUT.has(key));
	return Object.fromEntries(kept.map(([key, each]) => [key, cut(each, depth + 1)]));
}
