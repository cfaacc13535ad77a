import { isObject, objectAt, textAt, type JsonObject } from '../json';
import type { Explanation } from '../gateway';
import type { GatewayResponse } from '../transport/request';

/** What the vendor says of each status (green-api.com/en/docs/api/common-errors), where a body says nothing. */
const MEANINGS: Readonly<Record<number, string>> = {
	401: 'wrong apiTokenInstance',
	403: 'wrong idInstance',
	404: 'wrong method: the "API URL" may be another service\'s',
	429: 'too many requests a second',
	466: "a quota of the instance's plan is used up",
	499: 'the connection was closed too early',
};

/**
 * A quota that is used up is told by an object (…/466-error-example-body). The form of all other
 * errors is undocumented: text, or an object with a `message`. Nothing else of a body is passed on,
 * since it may repeat the address, and with it the token.
 */
export function explain({ status, body }: GatewayResponse): Explanation | null {
	const quota = status === 466 ? quotaOf(body) : null;
	if (quota !== null) return quota;
	const said = isObject(body) ? textAt(body, 'message') : plainText(body);
	const text = said ?? (Object.hasOwn(MEANINGS, status) ? MEANINGS[status] : null);
	return text === null ? null : { text };
}

/** `{ method, used, total, status: 'QUOTE_EXCEEDED', description }`, for calls and for correspondents. */
function quotaOf(body: unknown): Explanation | null {
	if (!isObject(body)) return null;
	const exceeded = ['invokeStatus', 'correspondentsStatus']
		.map((key) => objectAt(body, key))
		.filter((quota) => /^[A-Z_]{0,60}EXCEEDED$/.test(textAt(quota, 'status') ?? ''));
	if (exceeded.length === 0) return null;
	return {
		text: exceeded.map(describeQuota).join('; '),
		code: textAt(exceeded[0], 'status') ?? undefined,
	};
}

function describeQuota(quota: JsonObject): string {
	const used = textAt(quota, 'used');
	const total = textAt(quota, 'total');
	const description = textAt(quota, 'description') ?? MEANINGS[466];
	return used === null || total === null
		? description
		: `${description} (${used} of ${total} used)`;
}

/** A page of HTML is no reason. */
function plainText(body: unknown): string | null {
	if (typeof body !== 'string') return null;
	const text = body.trim();
	return text === '' || text.startsWith('<') ? null : text;
}
