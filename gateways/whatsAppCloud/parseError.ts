import type { VendorError } from '../gateway';
import { isObject, objectAt, textAt } from '../json';
import type { GatewayResponse } from '../transport/request';
import { meaningOf } from '../meta/errorCodes';

/**
 * `{ error: { message, code, error_subcode?, error_user_msg?, error_data?: { details } } }`. The vendor says to
 * go by `code` and `details`, not by the HTTP status (…/support/error-codes).
 */
export function parseError({ body }: GatewayResponse): VendorError | null {
	const error = objectAt(isObject(body) ? body : {}, 'error');
	const code = textAt(error, 'code');
	const said = [
		textAt(error, 'message'),
		textAt(objectAt(error, 'error_data'), 'details'),
		textAt(error, 'error_user_msg'),
	].filter((text) => text !== null);
	if (code === null && said.length === 0) return null;
	return {
		text: [...new Set(said)].join(': '),
		...(code === null ? {} : { code, ...meaningOf(code, textAt(error, 'error_subcode')) }),
	};
}
