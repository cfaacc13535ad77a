import { optionalField } from './credential';
import type { Credential } from './gateway';

/** The credential field with the trigger's URL, for gateways that get it with each message. */
export const STATUS_URL_FIELD = 'statusUrl';

/** The query parameter in which a reference comes back: read it from `ParseContext.query`. */
export const REFERENCE_QUERY = 'reference';

/**
 * Where the statuses of one message are to go, for gateways that take that with each message: the
 * credential's *Status URL*, with the message's reference. Null if the user entered none.
 */
export function statusUrlOf(credential: Credential, reference: string | null): string | null {
	const entered = optionalField(credential, STATUS_URL_FIELD);
	if (!URL.canParse(entered)) return null;
	const url = new URL(entered);
	if (reference !== null) url.searchParams.set(REFERENCE_QUERY, reference);
	return url.href;
}
