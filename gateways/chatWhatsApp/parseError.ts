import { isObject, textAt } from '../json';
import type { VendorError } from '../gateway';
import type { GatewayResponse } from '../transport/request';

/** Whether the gateway says no, which the vendor has callers look at whatever the HTTP status. */
export const isRefusal = (body: unknown): boolean => isObject(body) && body.success === false;

type Meaning = Pick<VendorError, 'kind' | 'happened' | 'fault' | 'hint'>;

/**
 * The texts that docs.chatwhatsapp.in/errors shows. Which HTTP status each comes with stands nowhere,
 * so the text counts.
 */
const ACCOUNT_FAULTS: ReadonlyArray<readonly [text: RegExp, meaning: Meaning]> = [
	[/^invalid api key/i, { kind: 'unauthorized', fault: 'account' }],
	[/can only access its own session/i, { kind: 'forbidden', fault: 'account' }],
	[
		/^session not found/i,
		{
			happened: 'has no session with this "Session ID"',
			fault: 'account',
			hint: 'Enter the id of your session as "Session ID" in the Message Gateway API credential. If it is right, check "Base URL": the session may be at another installation.',
		},
	],
	[
		/^session not authenticated/i,
		{
			kind: 'rejected',
			fault: 'account',
			hint: 'The session is not linked to a phone. Scan its QR code (GET /sessions/{id}/qr).',
		},
	],
	[
		/^session is still connecting/i,
		{ kind: 'rejected', fault: 'account', hint: 'The session is starting. Wait a minute.' },
	],
];

/** `{ success: false, error, retryAfter? }`, with seconds in `retryAfter` (docs.chatwhatsapp.in/errors, /rate-limits). */
export function parseError({ body }: GatewayResponse): VendorError | null {
	if (!isObject(body)) return null;
	const text = textAt(body, 'error') ?? textAt(body, 'message');
	if (text === null) return null;
	const { retryAfter } = body;
	return {
		text,
		...ACCOUNT_FAULTS.find(([pattern]) => pattern.test(text))?.[1],
		retryAfterMs:
			typeof retryAfter === 'number' && retryAfter >= 0 && Number.isFinite(retryAfter)
				? retryAfter * 1000
				: undefined,
	};
}
