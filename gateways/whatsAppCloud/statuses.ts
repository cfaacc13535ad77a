import type { Failure } from '../../messages/failure';
import type { Status } from '../../messages/status';
import { isObject, objectAt, textAt, type JsonObject } from '../json';

/** `status` (…/webhooks/reference/messages/status). `deleted` is in older documents only. */
export const STATUS_WORDS: Readonly<Record<string, Status>> = {
	sent: 'sent',
	delivered: 'delivered',
	read: 'read',
	played: 'played',
	failed: 'failed',
	deleted: 'deleted',
};

/** `errors: [{ code, title, message, error_data: { details } }]`; the vendor documents one. */
export function failureOf(record: JsonObject, status: Status): Failure | null {
	const errors = Object.hasOwn(record, 'errors') ? record.errors : undefined;
	const error = Array.isArray(errors) ? errors.find(isObject) : undefined;
	if (error !== undefined) {
		// `message` repeats the title.
		const said = [
			textAt(error, 'title') ?? textAt(error, 'message'),
			textAt(objectAt(error, 'error_data'), 'details'),
		].filter((text) => text !== null);
		const code = textAt(error, 'code');
		if (said.length > 0 || code !== null) {
			return { code, reason: [...new Set(said)].join(': ') || `Error ${code}` };
		}
	}
	return status === 'failed' ? { code: null, reason: 'Meta gives no reason' } : null;
}
