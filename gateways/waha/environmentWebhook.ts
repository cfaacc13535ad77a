import { isObject, textAt, type JsonObject } from '../json';
import type { Connection } from '../gateway';
import { GatewayError } from '../transport/gatewayError';
import type { DesiredWebhook } from '../webhooks';
import { coversEventsText } from './events';
import { nameOf, type Server } from './server';

/**
 * Whether the server's environment has the webhook, which the sessions do not show
 * (waha.devlike.pro/docs/how-to/observability, "Get server environment variables"). What else it has, such as keys,
 * is not kept.
 */
export async function isInEnvironment(
	connection: Connection,
	{ url, secret }: DesiredWebhook,
	events: readonly string[],
): Promise<boolean> {
	const response = await connection.request({
		method: 'GET',
		path: '/api/server/environment',
		query: { all: 'false' },
		idempotent: true,
	});
	const variables: JsonObject = isObject(response.body) ? response.body : {};
	return (
		textAt(variables, 'WHATSAPP_HOOK_URL') === url &&
		textAt(variables, 'WHATSAPP_HOOK_HMAC_KEY') === secret &&
		coversEventsText(textAt(variables, 'WHATSAPP_HOOK_EVENTS') ?? '', events)
	);
}

/** The error for a server whose memory is all that would keep the webhook. */
export const keepsNoWebhooks = (
	server: Server,
	{ url }: DesiredWebhook,
	events: readonly string[],
) =>
	new GatewayError(
		'rejected',
		`${nameOf(server)} keeps webhooks in memory and forgets them when it restarts, so none was registered`,
		{
			hint: `Update WAHA to 2026.6.1 or newer. Or enter a Webhook Secret in the credential, start WAHA with WHATSAPP_HOOK_URL=${url}, WHATSAPP_HOOK_EVENTS=${events.join()} and that secret as WHATSAPP_HOOK_HMAC_KEY, and publish again.`,
		},
	);
