import { isObject, objectAt, textAt, type JsonObject } from '../json';
import type { VendorError } from '../gateway';
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
 * A used-up quota is reported as an object (…/466-error-example-body). The form of all other
 * errors is undocumented: text, or an object with a `message`. Nothing else of a body is passed on,
 * since it may repeat the address, and with it the token.
 */
export function parseError({ status, body }: GatewayResponse): VendorError | null {
	const quota = status === 466 ? quotaOf(body) : null;
	if (quota !== null) return quota;
	const said = isObject(body) ? textAt(body, 'message') : plainText(body);
	const text = said ?? (Object.hasOwn(MEANINGS, status) ? MEANINGS[status] : null);
	return text === null ? null : { text, ...meaning(status, text) };
}

type Meaning = Pick<VendorError, 'kind' | 'fault' | 'hint'>;

/** The texts of the vendor's table of errors that a status alone does not distinguish. */
const TEXTS: ReadonlyArray<readonly [status: number, text: RegExp, meaning: Meaning]> = [
	[
		400,
		/not authorized/i,
		{
			fault: 'account',
			hint: 'The instance is not authorised. Scan its QR code in the console with the phone.',
		},
	],
	[
		400,
		/instance in starting process/i,
		{ fault: 'account', hint: 'The instance is starting. Wait a few minutes.' },
	],
	[
		400,
		/instance account is expired/i,
		{ fault: 'account', hint: 'The instance has expired. Pay for it in the console.' },
	],
	[
		400,
		/instance is deleted/i,
		{
			fault: 'account',
			hint: 'The instance has been deleted. Enter another one as "idInstance" and "apiTokenInstance" in the Message Gateway API credential.',
		},
	],
	[
		500,
		/exceeded max upload size/i,
		{ kind: 'rejected', fault: 'message', hint: 'Send a smaller file: at most 100 MB.' },
	],
];

/** Statuses that say of any request that the instance or the address is wrong. */
const STATUSES: Readonly<Record<number, Meaning>> = {
	401: { fault: 'account' },
	403: {
		fault: 'account',
		hint: 'Check "idInstance" and "API URL" in the Message Gateway API credential.',
	},
	404: { fault: 'account', hint: 'Check "API URL" in the Message Gateway API credential.' },
};

const meaning = (status: number, text: string): Meaning =>
	TEXTS.find(([code, pattern]) => code === status && pattern.test(text))?.[2] ??
	(Object.hasOwn(STATUSES, status) ? STATUSES[status] : {});

const CALLS_USED_UP: Meaning = {
	fault: 'account',
	hint: "The quota of the instance's plan is used up. Check the plan in the console.",
};
/** "You can only send or receive messages from these numbers: …": the other chats of the plan go on. */
const CHATS_USED_UP: Meaning = {
	kind: 'forbidden',
	hint: "The instance's plan allows no further chat this month. Check the plan in the console.",
};

/** `{ method, used, total, status: 'QUOTE_EXCEEDED', description }`, for calls and for correspondents. */
function quotaOf(body: unknown): VendorError | null {
	if (!isObject(body)) return null;
	const calls = objectAt(body, 'invokeStatus');
	const exceeded = [calls, objectAt(body, 'correspondentsStatus')].filter((quota) =>
		/^[A-Z_]{0,60}EXCEEDED$/.test(textAt(quota, 'status') ?? ''),
	);
	if (exceeded.length === 0) return null;
	const isCallsQuota = exceeded.includes(calls);
	return {
		text: exceeded.map(describeQuota).join('; '),
		code: textAt(exceeded[0], 'status') ?? undefined,
		...(isCallsQuota ? CALLS_USED_UP : CHATS_USED_UP),
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
