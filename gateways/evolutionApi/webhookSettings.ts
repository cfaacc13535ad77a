import type { Connection } from '../gateway';
import { isObject, objectAt, textAt, type JsonObject } from '../json';
import { instancePath } from './credential';

/** An instance's webhook, as `webhook/set` takes it (src/api/integrations/event/webhook/webhook.schema.ts). */
export interface WebhookSettings {
	readonly enabled: boolean;
	readonly url: string;
	/** Sent with each call; `jwt_key` is none of them, and makes `Authorization` a token signed with it. */
	readonly headers: JsonObject;
	readonly events: readonly string[];
	/** Whether the event's name is put behind the URL. */
	readonly byEvents: boolean;
	/** Whether files come along. */
	readonly base64: boolean;
}

/** The place of an instance that never had a webhook. */
export const FREE: WebhookSettings = {
	enabled: false,
	url: '',
	headers: {},
	events: [],
	byEvents: false,
	base64: false,
};

/** Settings as this package keeps them. */
export const readSettings = (kept: JsonObject): WebhookSettings => ({
	enabled: kept.enabled === true,
	url: textAt(kept, 'url') ?? '',
	headers: objectAt(kept, 'headers'),
	events: textsOf(kept.events),
	byEvents: kept.byEvents === true,
	base64: kept.base64 === true,
});

/** The row of the server's database, whose names differ from those that it takes. */
const readRow = (row: JsonObject): WebhookSettings =>
	readSettings({ ...row, byEvents: row.webhookByEvents, base64: row.webhookBase64 });

/**
 * The instance's webhook: `GET /webhook/find`, which answers `null` where there never was one. An answer
 * of another form is an error, not a free place.
 */
export async function fetchWebhook(connection: Connection): Promise<WebhookSettings> {
	const response = await connection.request({
		method: 'GET',
		path: instancePath(connection.credential, 'webhook/find'),
		idempotent: true,
	});
	if (response.body === null) return FREE;
	if (!isRow(response.body)) throw connection.unexpected(response, '"webhookByEvents"', false);
	return readRow(response.body);
}

/**
 * Writes the webhook whole: what is not named keeps its old value, headers and their secrets as well
 * (src/api/integrations/event/webhook/webhook.controller.ts). The answer is what was stored.
 */
export async function saveWebhook(connection: Connection, webhook: WebhookSettings): Promise<void> {
	const response = await connection.request({
		method: 'POST',
		path: instancePath(connection.credential, 'webhook/set'),
		body: { webhook },
		// Another may change it before a repetition: see `changeSettings`.
		idempotent: false,
	});
	const stored = isRow(response.body) ? readRow(response.body) : null;
	if (stored === null || !isSame(stored, webhook)) {
		throw connection.unexpected(response, 'the webhook as it was set', false);
	}
}

const isRow = (body: unknown): body is JsonObject =>
	isObject(body) && typeof body.url === 'string' && Object.hasOwn(body, 'webhookByEvents');

/** Whether two webhooks do the same; databases keep neither lists nor names in order. */
export const isSame = (a: WebhookSettings, b: WebhookSettings): boolean =>
	JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b));

const inOrder = ({ headers, events, ...others }: WebhookSettings) => ({
	...Object.fromEntries(Object.entries(others).sort(byName)),
	headers: Object.entries(headers).sort(byName),
	// With `enabled: false` the server stores none.
	events: others.enabled ? [...events].sort() : [],
});

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

const textsOf = (value: unknown): readonly string[] =>
	Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
