import type { VendorError } from '../gateway';
import { isObject, objectAt, textAt } from '../json';
import type { GatewayResponse } from '../transport/request';
import { graphError, isGraphError } from './graphError';

/**
 * `{ status, error, response: { message } }`, in which `message` is a text, a list of texts, a list in a list
 * or a list of objects (src/main.ts, src/exceptions, src/api/abstract/abstract.router.ts).
 */
export function parseError({ status, body }: GatewayResponse): VendorError | null {
	if (!isObject(body)) return null;
	if (textAt(body, 'code') === LICENCE.code) return LICENCE;
	if (status < 300) return isGraphError(body) ? graphError(body) : null;
	const said = [objectAt(body, 'response').message ?? body.message].flat(3);
	const absent = said.filter(isObject).find(({ exists }) => exists === false);
	if (absent !== undefined) {
		return {
			text: `the number ${textAt(absent, 'number') ?? ''} is not on WhatsApp`,
			kind: 'rejected',
			fault: 'message',
			hint: 'Check "Recipient".',
		};
	}
	const text = said.filter((each) => typeof each === 'string').join('; ') || textAt(body, 'error');
	return text === null ? null : { text, ...meaningOf(status, text) };
}

/**
 * Version 2.4 answers so to everything until its licence is activated, before anything is sent
 * (CHANGELOG.md of 2.4.0; github.com/EvolutionAPI/evolution-api/issues/2534).
 */
const LICENCE = {
	code: 'LICENSE_REQUIRED',
	text: 'service not activated',
	happened: 'has no activated licence',
	// Not what its 503 says: it does not pass by itself.
	kind: 'forbidden',
	fault: 'account',
	hint: "Activate the licence in the server's manager. Until then it sends nothing.",
} as const satisfies VendorError;

type Meaning = Pick<VendorError, 'kind' | 'fault' | 'hint' | 'happened'>;

/** What a status alone does not say, the first that fits (the vendor's issues, by their numbers). */
const MEANINGS: ReadonlyArray<readonly [status: number | null, text: RegExp, meaning: Meaning]> = [
	[
		404,
		/instance does not exist/,
		{
			fault: 'account',
			// #1342, #1462, #2543.
			hint: 'Check "Instance Name" in the Message Gateway API credential. It is the name, not the ID, and must not end in a space.',
		},
	],
	[
		404,
		/^Cannot (GET|POST) /,
		{
			fault: 'account',
			hint: 'Check "Base URL" in the Message Gateway API credential: the server does not have that path.',
		},
	],
	[
		400,
		/requires property "(text|textMessage|mediatype|mediaMessage|audioMessage)"/,
		{
			fault: 'account',
			hint: 'The server has another version than it told. Check "Base URL" in the Message Gateway API credential.',
		},
	],
	[
		// #1286, #1772, #2229, #2403: most likely not sent, but nothing says so.
		null,
		/Connection (Closed|Lost|Terminated)/i,
		{
			kind: 'unavailable',
			happened: 'has lost its connection to WhatsApp',
			hint: 'Restart the instance in the manager, or pair it again, even if its state is "open". Check on the phone whether the message was sent.',
		},
	],
	[
		400,
		/media must be a url/,
		{
			fault: 'message',
			hint: 'Enter a public URL whose host has a dot in its name as "Media URL".',
		},
	],
	[
		// Thrown while the file is prepared, before anything is sent; the stream is what Baileys reads it by.
		500,
		/^AxiosError|^Error: Failed to fetch stream from |unsupported image format/,
		{
			kind: 'rejected',
			fault: 'message',
			hint: 'Check "Media URL": the server could not load the file, or it is not of that type.',
		},
	],
	[
		// A voice note is loaded before it is sent, and what its host answered comes as the server's own status.
		null,
		/^Request failed with status code \d{3}$|^getaddrinfo /,
		{
			kind: 'rejected',
			fault: 'message',
			hint: 'Check "Media URL": the server could not load the file.',
		},
	],
	[
		400,
		/^\[object Object\]$/,
		{ hint: 'If the recipient is a group, check that the instance is in it.' },
	],
	[400, /^SessionError/, { hint: 'Restart the instance in the manager, or pair it again.' }],
	[
		// Whatever is thrown once the sending has begun, also after WhatsApp has the message.
		400,
		/^\w*Error: /,
		{
			kind: 'unavailable',
			happened: 'failed while it sent the message',
			hint: 'Check on the phone whether the message was sent.',
		},
	],
];

const meaningOf = (status: number, text: string): Meaning =>
	MEANINGS.find(([code, pattern]) => (code ?? status) === status && pattern.test(text))?.[2] ?? {};
