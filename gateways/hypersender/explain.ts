import type { Explanation } from '../gateway';
import { isObject, objectAt, textAt } from '../json';
import type { GatewayResponse } from '../transport/request';

/** More than this would be no sentence any more. */
const MOST_DETAILS = 3;

/** No page documents a code, or how long to wait after a 429. */
export function explain({ body }: GatewayResponse): Explanation | null {
	const text = errorText(body);
	return text === null ? null : { text };
}

/**
 * The words of `{ message, errors: { <field>: [text] } }`, Laravel's form, which the vendor's SDK
 * shows for a queued request that failed. Of `errors` only the lists are reasons: there also stand
 * `jid` and `exists`.
 */
export function errorText(body: unknown): string | null {
	if (!isObject(body)) return null;
	const message = textAt(body, 'message');
	const details = Object.values(objectAt(body, 'errors'))
		.filter(Array.isArray)
		.flat()
		.filter((detail): detail is string => typeof detail === 'string' && detail !== '')
		.slice(0, MOST_DETAILS);
	if (message === null) return details.length === 0 ? null : details.join(' ');
	// Laravel's own message repeats the first detail.
	const isRepeated = details.some((detail) => message.startsWith(detail));
	return isRepeated ? details.join(' ') : [message, ...details].join(' ');
}
