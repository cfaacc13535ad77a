import { gateways } from '../gateways/registry.ts';
import type { Status } from '../messages/status.ts';
import {
	definitionOf,
	gatewayIds,
	isGatewayId,
	webhookTarget,
	type Sandbox,
} from '../sandbox/index.mts';
import type { DemoStore } from './options.mts';

/** What the trigger and the gateway tell each other by. */
export const WEBHOOK_SECRET = 'the-secret-of-the-demo';

/** Finds a gateway that the package has and that the sandbox stands in for. */
export function gatewayToShow(id: string, store: DemoStore = 'gateway') {
	const gateway = gateways.find((candidate) => candidate.id === id);
	if (gateway && isGatewayId(id)) {
		// The sandbox knows none of our types; a test holds its words.
		return { gateway, id, store, last: definitionOf(id).lastStatus as Status };
	}
	const offered = gatewayIds.filter((name) => gateways.some((each) => each.id === name));
	throw new Error(`There is no gateway "${id}" to show. Choose one of: ${offered.join(', ')}.`);
}

export type GatewayToShow = ReturnType<typeof gatewayToShow>;

/**
 * Does what a user does who enters the trigger's address at the gateway. Where the trigger does it
 * itself, this waits until the gateway has put it into effect.
 */
export async function enterWebhook(sandbox: Sandbox, { gateway, id }: GatewayToShow, url: string) {
	const guide = sandbox.guides.find((each) => each.gateway === id);
	if (guide && gateway.capabilities.webhooks.registration === 'manual') {
		sandbox.setWebhook(id, webhookTarget(guide, url));
	} else {
		await sandbox.idle({ ignoreScheduled: true });
	}
}
