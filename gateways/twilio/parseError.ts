import type { VendorError } from '../gateway';
import { isObject, textAt } from '../json';
import type { GatewayResponse } from '../transport/request';
import { meaningOf, wordsOf } from './errorCodes';

/** How many requests of the account Twilio is working on, by its own count. */
const CONCURRENT = 'twilio-concurrent-requests';

/**
 * `{ code, message, more_info, status }`, or at the newest hosts RFC 9457 `{ type, title, status, code, detail }`
 * (both in Twilio's SDK). A message, which is what a success answers, has neither `code` nor `message`.
 */
export function parseError({ status, headers, body }: GatewayResponse): VendorError | null {
	if (!isObject(body)) return null;
	const code = textAt(body, 'code') ?? undefined;
	const said = textAt(body, 'message') ?? textAt(body, 'detail') ?? textAt(body, 'title');
	const text = said ?? (code === undefined ? null : wordsOf(code));
	if (text === null) return null;
	const meaning = code === undefined ? {} : meaningOf(code);
	const concurrent = headers[CONCURRENT];
	const isLimited = (meaning.kind ?? (status === 429 ? 'rateLimited' : null)) === 'rateLimited';
	return {
		text,
		code,
		...meaning,
		...(isLimited && /^\d+$/.test(concurrent ?? '')
			? {
					hint: `Twilio counts ${concurrent} concurrent requests of this account. Reduce "Max Parallel Requests" under Options.`,
				}
			: {}),
	};
}
