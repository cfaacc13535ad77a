import { createHmac } from 'node:crypto';

import { asRecord, type DialectContext } from '../../sandbox/dialect.mts';
import type { Json } from '../../sandbox/types.mts';
import type { Webhook } from '../../sandbox/webhooks.mts';
import { retryPolicy, type WahaWebhook } from './sandboxServer.mts';
import type { WahaSession } from './sandboxSession.mts';

/** What every event comes in. */
export function envelope(
	event: string,
	payload: Json,
	{ session, kit, me }: { session: WahaSession; kit: DialectContext; me: string },
): Json {
	const { version, engine, tier, browser } = session.server;
	return {
		id: `evt_01${kit.ids.token(24)}`,
		timestamp: kit.clock.now().getTime(),
		event,
		session: session.name,
		metadata: asRecord(session.config?.metadata),
		me: { id: me, pushName: 'Shop', lid: '111@lid' },
		payload,
		engine,
		environment: { version, engine, tier, browser },
	};
}

/** A delivery with the vendor's headers: signed where the webhook has a key, and with its own ones. */
export function delivery(
	webhook: WahaWebhook,
	{ event, body, about }: { event: string; body: unknown; about: string },
	{ session, kit }: { session: WahaSession; kit: DialectContext },
): Webhook {
	const { url, hmac, customHeaders } = webhook;
	const timestamp = asRecord(body).timestamp ?? kit.clock.now().getTime();
	const signature = hmac?.key
		? createHmac('sha512', hmac.key).update(JSON.stringify(body)).digest('hex')
		: null;
	return {
		gateway: kit.id,
		event,
		url,
		headers: {
			'user-agent': `WAHA/${session.server.version}`,
			'x-webhook-request-id': `01${kit.ids.token(24).toUpperCase()}`,
			'x-webhook-timestamp': String(timestamp),
			...(signature && { 'x-webhook-hmac': signature, 'x-webhook-hmac-algorithm': 'sha512' }),
			...Object.fromEntries((customHeaders ?? []).map(({ name, value }) => [name, value])),
		},
		body,
		orderingKey: `${url} ${about}`,
		policy: retryPolicy(webhook),
	};
}
