import { isObject, objectAt, textAt, type JsonObject } from '../json';
import type { DesiredWebhook } from '../webhooks';
import { coversEvents } from './events';

/**
 * Retries of a webhook that is not taken: 2, 4, 8 … seconds, for 17 minutes in all. The vendor's default gives up after
 * half a minute, in which n8n may not have restarted.
 */
const RETRIES = { policy: 'exponential', delaySeconds: 2, attempts: 8 } as const;

export const hasUrl = (entry: unknown, url: string | null): entry is JsonObject =>
	isObject(entry) && url !== null && textAt(entry, 'url') === url;

/** Whether an entry tells all that is wanted, signed with the wanted key. More events do no harm. */
export const isAsWanted = (
	entry: JsonObject,
	{ secret }: DesiredWebhook,
	events: readonly string[],
): boolean =>
	coversEvents(entry.events, events) && textAt(objectAt(entry, 'hmac'), 'key') === secret;

/** Our entry as it should be; what else a user has set on it stays. */
export function repaired(
	entry: JsonObject,
	{ url, secret }: DesiredWebhook,
	events: readonly string[],
): JsonObject {
	return {
		...entry,
		url,
		// What a user has added stays.
		events: coversEvents(entry.events, events)
			? entry.events
			: [...new Set<unknown>([...events, ...(Array.isArray(entry.events) ? entry.events : [])])],
		hmac: secret === null ? null : { key: secret },
		retries: isObject(entry.retries) ? entry.retries : RETRIES,
	};
}
