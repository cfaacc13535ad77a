import type { FastifyReply, FastifyRequest } from 'fastify';

import { bearer } from '../../sandbox/dialect.mts';
import type { GatewayId, WebhookTarget } from '../../sandbox/types.mts';
import { noRetry, type Webhook } from '../../sandbox/webhooks.mts';

export interface InstanceRoute {
	Params: { instance: string; uuid: string };
	Querystring: Record<string, string | undefined>;
}

/** undocumented: the bodies of Hypersender's errors; `message` and `errors` are Laravel's own. */
export const laravelError = (text: string, errors?: Record<string, string[]>) => ({
	message: text,
	...(errors && { errors }),
});

/** Lets only the account's token reach the account's instance. */
export function authorize(
	request: FastifyRequest<InstanceRoute>,
	reply: FastifyReply,
	account: { instanceId: string; apiToken: string },
): FastifyReply | undefined {
	if (bearer(request.headers.authorization) !== account.apiToken) {
		return reply.code(401).send(laravelError('Unauthenticated.'));
	}
	if (request.params.instance !== account.instanceId) {
		return reply.code(404).send(laravelError('Instance not found.'));
	}
	return undefined;
}

/** A webhook with Hypersender's headers: the secret stands verbatim in `authorization`. */
export function hypersenderWebhook(
	gateway: GatewayId,
	target: WebhookTarget,
	account: { instanceId: string; userId: string },
	event: string,
	body: unknown,
	orderingKey: string,
): Webhook {
	const headers = {
		'x-userId': account.userId,
		'x-instanceId': account.instanceId,
		...(target.secret && { authorization: target.secret }),
		...target.headers,
	};
	// undocumented: retries; there is none here
	return { gateway, event, url: target.url, headers, body, orderingKey, policy: noRetry };
}
