import { isObject, textAt } from '../json';
import type { Explanation } from '../gateway';
import type { GatewayResponse } from '../transport/request';

/** Whether the gateway says no, which the vendor has callers look at whatever the HTTP status. */
export const isRefusal = (body: unknown): boolean => isObject(body) && body.success === false;

/** `{ success: false, error, retryAfter? }`, with seconds in `retryAfter` (docs.chatwhatsapp.in/errors, /rate-limits). */
export function explain({ body }: GatewayResponse): Explanation | null {
	if (!isObject(body)) return null;
	const text = textAt(body, 'error') ?? textAt(body, 'message');
	if (text === null) return null;
	const { retryAfter } = body;
	return {
		text,
		retryAfterMs:
			typeof retryAfter === 'number' && retryAfter >= 0 && Number.isFinite(retryAfter)
				? retryAfter * 1000
				: undefined,
	};
}
