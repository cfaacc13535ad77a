import { isObject, objectAt, textAt } from '../json';
import type { Explanation } from '../gateway';
import type { GatewayResponse } from '../transport/request';

/** `{ error: { code, message, details?, href?, support? } }` (the vendor's OpenAPI file, `ResponseError`). */
export function explain({ status, body }: GatewayResponse): Explanation | null {
	const error = objectAt(isObject(body) ? body : {}, 'error');
	const said = [textAt(error, 'message'), textAt(error, 'details')].filter((text) => text !== null);
	if (said.length === 0 && status !== 402) return null;
	return {
		text: said.join(': '),
		code: textAt(error, 'code') ?? undefined,
		...meaning(status, said.join()),
	};
}

/** What the HTTP status alone leaves unsaid. */
function meaning(status: number, said: string): Pick<Explanation, 'kind' | 'hint'> {
	// The answer to a wrong token is a 404, not a 401.
	if (status === 404 && /channel not found/i.test(said)) return { kind: 'unauthorized' };
	if (status === 402) {
		return {
			hint: 'A limit of the trial is reached or the channel is not paid: look at the plan of the channel.',
		};
	}
	return {};
}
