import type { VendorError } from '../gateway';
import { isObject, objectAt, textAt } from '../json';
import type { GatewayResponse } from '../transport/request';

/** More than this would be no sentence any more. */
const MAX_DETAILS = 3;

/** The one refusal that the vendor's SDK shows: it concerns the number, with 422 as with 404. */
const NOT_ON_WHATSAPP = /is not on whatsapp/i;

/**
 * No page documents a code, how long to wait after a 429, or the texts about the account: there the
 * HTTP status has to do.
 */
export function parseError({ body }: GatewayResponse): VendorError | null {
	const text = errorText(body);
	if (text === null) return null;
	return NOT_ON_WHATSAPP.test(text)
		? {
				text,
				kind: 'rejected',
				fault: 'message',
				hint: 'Check "Recipient": the number has no WhatsApp.',
			}
		: { text };
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
		.slice(0, MAX_DETAILS);
	if (message === null) return details.length === 0 ? null : details.join(' ');
	// Laravel's own message repeats the first detail.
	const isRepeated = details.some((detail) => message.startsWith(detail));
	return isRepeated ? details.join(' ') : [message, ...details].join(' ');
}
