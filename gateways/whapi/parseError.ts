import { isObject, objectAt, textAt } from '../json';
import type { VendorError } from '../gateway';
import type { GatewayResponse } from '../transport/request';

/** The statuses that mean something even with an empty body. */
const SPEAKING = new Set([401, 402, 403]);

/** `{ error: { code, message, details?, href?, support? } }` (the vendor's OpenAPI file, `ResponseError`). */
export function parseError({ status, body }: GatewayResponse): VendorError | null {
	const error = objectAt(isObject(body) ? body : {}, 'error');
	const said = [textAt(error, 'message'), textAt(error, 'details')].filter((text) => text !== null);
	if (said.length === 0 && !SPEAKING.has(status)) return null;
	return {
		text: said.join(': '),
		code: textAt(error, 'code') ?? undefined,
		...meaning(status, said.join()),
	};
}

/** What the HTTP status alone leaves unsaid (the OpenAPI file, answers of `sendMessageText`). */
function meaning(
	status: number,
	said: string,
): Pick<VendorError, 'kind' | 'happened' | 'fault' | 'hint'> {
	// The answer to a wrong token is a 404, not a 401.
	if (status === 404 && /channel not found/i.test(said)) {
		return { kind: 'unauthorized', fault: 'account' };
	}
	switch (status) {
		case 401:
			// No page says what else a 401 may mean; the token is the first thing to look at then.
			if (said !== '' && !/channel/i.test(said)) return { kind: 'unauthorized', fault: 'account' };
			// "Need channel authorization for send message": the token is right.
			return {
				kind: 'rejected',
				fault: 'account',
				hint: "The channel is not logged in to WhatsApp. Scan the QR code on the channel's page with the phone.",
			};
		case 402: // "Trial version limit exceeded"
			return {
				fault: 'account',
				hint: 'A limit of the trial is reached or the channel is not paid. Check the plan of the channel.',
			};
		case 403: // "It is forbidden to send to this group/recipient"; whether to all others too, nobody says.
			return {
				happened: 'does not allow the channel to write to this recipient',
				hint: 'The channel may not write to this recipient. In a group, check that the channel is a member and that members may write.',
			};
		default:
			return {};
	}
}
