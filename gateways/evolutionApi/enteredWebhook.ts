import type { Connection } from '../gateway';
import { isObject, textAt } from '../json';
import { GatewayError, isNotFound } from '../transport/gatewayError';
import type { DesiredWebhook } from '../webhooks';
import { instancePath } from './credential';
import { isAtLeast, type Version } from './version';

/**
 * Whether a server sends headers with webhooks: from 2.2.0 on. Before, a webhook can prove where it comes
 * from only by its URL, which the user enters, with the secret in its query.
 */
export const sendsHeaders = (version: Version): boolean => isAtLeast(version, 2, 2);

/** Whether the user has entered the webhook: `GET /webhook/find`, with other names in version 1. */
export async function isEntered(
	connection: Connection,
	{ url, secret }: DesiredWebhook,
	events: readonly string[],
): Promise<boolean> {
	const body = await connection
		.request({
			method: 'GET',
			path: instancePath(connection.credential, 'webhook/find'),
			idempotent: true,
		})
		.then(
			(response) => response.body,
			(error: unknown) => {
				// Some of version 1 say so of an instance that has none.
				if (isNotFound(error) && error.details.fault === undefined) return null;
				throw error;
			},
		);
	const row = isObject(body) ? body : {};
	const { enabled, events: chosen } = row;
	const byEvents = row.webhookByEvents ?? row.webhook_by_events;
	return (
		enabled === true &&
		textAt(row, 'url') === withSecret(url, secret) &&
		byEvents !== true &&
		Array.isArray(chosen) &&
		events.every((event) => chosen.includes(event))
	);
}

const withSecret = (url: string, secret: string | null): string =>
	secret === null
		? url
		: `${url}${url.includes('?') ? '&' : '?'}secret=${encodeURIComponent(secret)}`;

/** Says what to enter, and where. */
export const enterByHand = ({ major, minor }: Version, events: readonly string[]) =>
	new GatewayError(
		'rejected',
		`Evolution API ${major}.${minor} sends no headers with webhooks, so the trigger cannot register itself with a secret`,
		{
			hint: `Enter a Webhook Secret in the credential. In the manager, enter the Production URL with ?secret= and that secret behind it, turn off "Webhook by Events", and choose the events ${events.join(', ')}. Then publish again. Or update the server to version 2.2 or newer.`,
		},
	);
