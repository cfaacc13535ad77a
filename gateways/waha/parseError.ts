import { isObject, objectAt, textAt, type JsonObject } from '../json';
import type { VendorError } from '../gateway';
import type { GatewayResponse } from '../transport/request';
import { toDoIn } from './sessionStates';

/**
 * The vendor's words: of Nest's errors `message`, of its own ones `error`, of whatever was thrown
 * `exception.message`. The last also has the stack and the request with number and text
 * (src/core/exception filters), which nobody is to see.
 */
export function parseError({ status, body }: GatewayResponse): VendorError | null {
	if (!isObject(body)) return null;
	const exception = objectAt(body, 'exception');
	const error = objectAt(body, 'error');
	const text =
		textAt(exception, 'message') ??
		[textAt(error, 'message'), textAt(error, 'details')].filter((part) => part !== null).join(': ');
	const said = text === '' ? (messageOf(body) ?? textAt(body, 'error')) : text;
	if (said === null) return null;
	return {
		text: said,
		code: textAt(error, 'key') ?? textAt(exception, 'code') ?? undefined,
		...meaning(status, said, body),
	};
}

/** Validation gives a list of texts. */
function messageOf(body: JsonObject): string | null {
	const { message } = body;
	return Array.isArray(message)
		? message.filter((part) => typeof part === 'string').join('; ') || null
		: textAt(body, 'message');
}

type Meaning = Pick<
	VendorError,
	'kind' | 'happened' | 'fault' | 'hint' | 'isPerRecipient' | 'retryAfterMs'
>;

/** The answer does not tell when the lock for new people ends: the hour is ours. */
const NEW_PEOPLE_MS = 3_600_000;

/** What the vendor says, and what that means whatever the HTTP status. */
const MEANINGS: ReadonlyArray<readonly [RegExp, Meaning]> = [
	[
		// 404 of the session itself; 422 where it was to send.
		/^Session not found$|^Session ".*" does not exist$/,
		{
			fault: 'account',
			hint: 'Enter the name of an existing session as "Session" in the Message Gateway API credential.',
		},
	],
	[
		/WAHA Core support only 'default' session/,
		{
			fault: 'account',
			hint: 'Enter "default" as "Session" in the Message Gateway API credential, or update WAHA to 2026.6.1 or newer.',
		},
	],
	[
		/available only in Plus version/,
		{
			fault: 'message',
			hint: 'Update WAHA to 2026.6.1 or newer: older Core versions send text only.',
		},
	],
	[
		/not implemented by/,
		{
			kind: 'rejected',
			fault: 'message',
			hint: 'The engine of this WAHA cannot do that. Use another "Message Type", or another engine.',
		},
	],
	[
		/devlikeapro\/waha:chrome/,
		{ fault: 'message', hint: 'Use the Docker image of WAHA with Chrome, or send a document.' },
	],
	[
		// GOWS; github.com/devlikeapro/waha, issues 2094, 2214 and 1714.
		/no LID found for/,
		{
			kind: 'rejected',
			fault: 'message',
			happened: 'finds no WhatsApp account of this recipient',
			hint: 'Check the number: GET /api/contacts/check-exists of WAHA tells the right one, which in Brazil may lack the ninth digit.',
		},
	],
	[
		// Issues 1992, 2166 and 2219: not sent; may be once the account's lock for new people ends.
		/server returned error 463/,
		{
			kind: 'rateLimited',
			isPerRecipient: true,
			retryAfterMs: NEW_PEOPLE_MS,
			happened: 'may not write to this recipient now',
			hint: 'WhatsApp limits for a time how many new people the account may write to. Retry in an hour or later, and do not restart the session. Messages to others go on.',
		},
	],
];

function meaning(status: number, said: string, body: JsonObject): Meaning {
	// "Session status is not as expected": the request waits for WORKING, and sends nothing where it does not come.
	if (status === 422 && Array.isArray(body.expected)) {
		return {
			fault: 'account',
			happened: 'has a session that does not work',
			hint: toDoIn(textAt(body, 'status')),
		};
	}
	if (status === 403) {
		return {
			fault: 'account',
			hint: 'Use an API key that may read, send and change settings of the session.',
		};
	}
	// WAHA downloads the file of "file.url" with axios before it sends anything (fileToMedia).
	if (textAt(objectAt(body, 'exception'), 'name') === 'AxiosError') {
		return {
			kind: 'rejected',
			fault: 'message',
			happened: 'could not load the file',
			hint: 'Check "Media URL".',
		};
	}
	return MEANINGS.find(([pattern]) => pattern.test(said))?.[1] ?? {};
}
