import type { VendorError } from '../gateway';
import { textAt, type JsonObject } from '../json';

/**
 * Whether a body is what Meta's Graph API refused: `{ message, type, code, fbtrace_id }`. The channel
 * *WHATSAPP-BUSINESS* hands it on as the body of a 201
 * (src/api/integrations/channel/meta/whatsapp.business.service.ts).
 */
export const isGraphError = (body: JsonObject): boolean =>
	textAt(body, 'code') !== null && textAt(body, 'message') !== null;

type Meaning = Pick<VendorError, 'kind' | 'fault' | 'hint'>;

const ACCOUNT: Meaning = {
	kind: 'forbidden',
	fault: 'account',
	hint: "Check the instance's access token and its WhatsApp account at Meta.",
};
const LIMITED: Meaning = { kind: 'rateLimited' };
const UNAVAILABLE: Meaning = { kind: 'unavailable' };
const MESSAGE: Meaning = { kind: 'rejected', fault: 'message' };

/** developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes. */
const CODES: ReadonlyArray<readonly [codes: readonly string[], meaning: Meaning]> = [
	[['0', '3', '10', '190', '131005'], ACCOUNT],
	// The account is locked, not paid, restricted, not registered.
	[['368', '131031', '131042', '131045', '131048', '131064', '133010'], ACCOUNT],
	[['4', '80007', '130429', '131056'], LIMITED],
	[['1', '2', '131000', '131016', '131057'], UNAVAILABLE],
	[
		['131047'],
		{
			...MESSAGE,
			hint: 'The recipient last wrote more than 24 hours ago, and Meta then takes templates only.',
		},
	],
];

/** What a refusal of Meta means. */
export function graphError(body: JsonObject): VendorError {
	const code = textAt(body, 'code') ?? '';
	const [, meaning] =
		CODES.find(([codes]) => codes.includes(code)) ?? ([[], byRange(code)] as const);
	return { text: textAt(body, 'message') ?? '', code, ...meaning };
}

/** 200 to 299: a permission is missing. */
const byRange = (code: string): Meaning => (/^2\d\d$/.test(code) ? ACCOUNT : MESSAGE);
