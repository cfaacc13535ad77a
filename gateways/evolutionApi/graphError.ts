import type { VendorError } from '../gateway';
import { textAt, type JsonObject } from '../json';
import { meaningOf, WINDOW_CLOSED, type Meaning } from '../meta/errorCodes';

/**
 * Whether a body is what Meta's Graph API refused: `{ message, type, code, error_subcode?, fbtrace_id }`. The
 * channel *WHATSAPP-BUSINESS* hands it on as the body of a 201
 * (src/api/integrations/channel/meta/whatsapp.business.service.ts).
 */
export const isGraphError = (body: JsonObject): boolean =>
	textAt(body, 'code') !== null && textAt(body, 'message') !== null;

/** The credential is one of Evolution API, so Meta's account is looked after elsewhere. */
const ACCOUNT: Meaning = {
	kind: 'forbidden',
	fault: 'account',
	hint: "Check the instance's access token and its WhatsApp account at Meta.",
};

/** Where the node sends no templates. */
const WINDOW_HINT =
	'The recipient last wrote more than 24 hours ago, and Meta then takes templates only.';

/** What a refusal of Meta means; one that Meta does not document is of this message. */
export function graphError(body: JsonObject): VendorError {
	const code = textAt(body, 'code') ?? '';
	const meaning = meaningOf(code, textAt(body, 'error_subcode'));
	return { text: textAt(body, 'message') ?? '', code, ...fitting(code, meaning) };
}

function fitting(code: string, meaning: Meaning): Meaning {
	if (meaning.fault === 'account') return ACCOUNT;
	if (meaning.kind === undefined) return { kind: 'rejected', fault: 'message' };
	return code === WINDOW_CLOSED ? { ...meaning, hint: WINDOW_HINT } : meaning;
}
