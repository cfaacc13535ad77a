import type { Failure } from '../../messages/failure';
import type { Status } from '../../messages/status';
import { isObject, textAt, type JsonObject } from '../json';

/**
 * `StatusEnum` (…/incoming-webhooks-format/sent-message, "Format"). The number beside it, `code`, is
 * documented for some words only, so the word counts.
 */
export const STATUS_WORDS: Readonly<Record<string, Status>> = {
	failed: 'failed',
	// "Message sent, awaiting confirmation": not yet received by WhatsApp.
	pending: 'queued',
	sent: 'sent',
	delivered: 'delivered',
	read: 'read',
	played: 'played',
	deleted: 'deleted',
};

/** Who sent it: the API, or a person in WhatsApp itself, on the phone or on the web. */
const ORIGINS: Readonly<Record<string, 'api' | 'phone'>> = {
	api: 'api',
	business_api: 'api',
	mobile: 'phone',
	web: 'phone',
};

/** Null for another source. */
export const originOf = (source: string | null): 'api' | 'phone' | null =>
	source !== null && Object.hasOwn(ORIGINS, source) ? ORIGINS[source] : null;

/** `errors: [{ code, message, details?, href?, support? }]`; the first that says something counts. */
export function failureOf(record: JsonObject, status: Status): Failure | null {
	const errors = Object.hasOwn(record, 'errors') ? record.errors : undefined;
	const error = Array.isArray(errors) ? errors.find(saysSomething) : undefined;
	if (error !== undefined) {
		const reason = [textAt(error, 'message'), textAt(error, 'details')];
		return {
			code: textAt(error, 'code'),
			reason: reason.filter((text) => text !== null).join(': '),
		};
	}
	// The vendor's own words for the status.
	return status === 'failed' ? { code: null, reason: 'Message failed to send' } : null;
}

const saysSomething = (error: unknown): error is JsonObject =>
	isObject(error) && (textAt(error, 'message') ?? textAt(error, 'details')) !== null;
