import { isObject, textAt, type JsonObject } from '../json';
import type { Connection } from '../gateway';
import { configPath } from './paths';

/** A session as the vendor tells it (waha.devlike.pro/docs/how-to/sessions, "Get Session"). */
export interface Session {
	/** The vendor's word for its state. */
	readonly state: string;
	/** The whole configuration, with the keys and passwords of others: never to be told or stored. */
	readonly config: JsonObject;
	/** Its webhooks, whoever made them. */
	readonly webhooks: readonly unknown[];
}

/** Reads the session. An answer without a state, or with webhooks that are no list, is an error, not an empty one. */
export async function readSession(connection: Connection): Promise<Session> {
	const response = await connection.request({
		method: 'GET',
		path: configPath(connection.credential),
		idempotent: true,
	});
	const body = isObject(response.body) ? response.body : {};
	const state = textAt(body, 'status');
	if (state === null) throw connection.unexpected(response, '"status"', false);
	// Core has none before something is set.
	const config = body.config ?? {};
	if (!isObject(config)) throw connection.unexpected(response, '"config"', false);
	const webhooks = config.webhooks ?? [];
	if (!Array.isArray(webhooks)) throw connection.unexpected(response, '"config.webhooks"', false);
	return { state, config, webhooks };
}

/**
 * Writes the webhooks. The vendor replaces the whole configuration ("Update Session"), so the rest goes back as it
 * came; `apps` are not part of it and stay. A session that runs is stopped and started again.
 */
export async function saveWebhooks(
	connection: Connection,
	{ config }: Session,
	webhooks: readonly unknown[],
): Promise<void> {
	await connection.request({
		method: 'PUT',
		path: configPath(connection.credential),
		body: { config: { ...config, webhooks } },
		// Others may have changed it before a repetition: see `changeSettings`.
		idempotent: false,
	});
}
