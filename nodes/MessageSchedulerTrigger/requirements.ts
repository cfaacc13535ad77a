import type { Gateway } from '../../gateways/gateway';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { Status } from '../../messages/status';
import { hostOf, reachOf } from './networkReach';
import { statusTitle } from './statusTitle';

/**
 * Refuses a trigger that would wait in silence: n8n lets a trigger refuse publishing, but not warn.
 *
 * @throws InvalidParameterError naming *Trigger On*, if none of the chosen statuses can come from the gateway
 */
export function assertStatusesCanCome(gateway: Gateway, chosen: readonly string[]): void {
	const { label, capabilities } = gateway;
	const { statuses } = capabilities.webhooks;
	if (chosen.length === 0) {
		throw new InvalidParameterError(
			TRIGGER_ON,
			`"${TRIGGER_ON}" is empty, so nothing starts the workflow. Choose at least one status.`,
		);
	}
	// Any gateway may one day use a word that it does not document.
	if (chosen.some((status) => status === 'unknown' || statuses.includes(status as Status))) return;
	throw new InvalidParameterError(
		TRIGGER_ON,
		`"${TRIGGER_ON}" is ${titles(chosen)}, but the webhooks of ${label} report only ${titles(statuses)}, so nothing would start the workflow. Choose at least one status that ${label} reports.`,
	);
}

/**
 * Refuses an address that leads back to the machine of n8n, unless the gateway is near, too. An address
 * of a private network is taken: a gateway with a public name may stand in the same network.
 *
 * @param webhookUrl where the gateway is to send its webhooks
 * @param gatewayUrl the gateway's base address
 * @throws InvalidParameterError naming *Production URL*
 */
export function assertReachable(gateway: Gateway, webhookUrl: string, gatewayUrl: string): void {
	if (reachOf(webhookUrl) !== 'machine' || reachOf(gatewayUrl) !== 'internet') return;
	throw new InvalidParameterError(
		'Production URL',
		`The webhook URLs of this n8n lead to "${hostOf(webhookUrl)}", which no gateway on the internet reaches, so ${gateway.label} could report nothing. Set N8N_WEBHOOK_URL (in older versions WEBHOOK_URL) in the environment of n8n to its public address, and restart n8n.`,
	);
}

const TRIGGER_ON = 'Trigger On';

const titles = (statuses: readonly string[]): string => statuses.map(statusTitle).join(', ');
