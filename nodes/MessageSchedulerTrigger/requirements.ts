import type { Credential, Gateway } from '../../gateways/gateway';
import { statusUrlOf } from '../../gateways/statusUrl';
import { InvalidParameterError } from '../../messages/invalidParameterError';
import type { Status } from '../../messages/status';
import { hostOf, reachOf } from './networkReach';
import { eventTitle } from './eventTitle';
import { PREFERENCE, RECEIVED } from './options';
import { TRIGGER_ON } from './wanted';

/**
 * Rejects a trigger that could never start: n8n lets a trigger prevent publishing, but not warn.
 *
 * @throws InvalidParameterError naming *Trigger On*, if the gateway reports no received messages and these are
 * chosen, or if it reports none of the chosen statuses
 */
export function assertEventsCanCome(gateway: Gateway, chosen: readonly string[]): void {
	const { label, capabilities } = gateway;
	const { statuses, received, preferences = false } = capabilities.webhooks;
	if (chosen.length === 0) {
		throw new InvalidParameterError(
			TRIGGER_ON,
			`"${TRIGGER_ON}" is empty, so nothing starts the workflow. Choose at least one status.`,
		);
	}
	if (chosen.includes(RECEIVED)) {
		if (received !== null) return;
		throw new InvalidParameterError(
			TRIGGER_ON,
			`"${TRIGGER_ON}" has ${eventTitle(RECEIVED)}, but ${label} documents no webhook for messages that people write. Remove it there, or choose the credential of a gateway that reports them.`,
		);
	}
	if (preferences && chosen.includes(PREFERENCE)) return;
	// Any gateway may use a status that it does not document.
	if (chosen.some((status) => status === 'unknown' || statuses.includes(status as Status))) return;
	throw new InvalidParameterError(
		TRIGGER_ON,
		`"${TRIGGER_ON}" is ${titles(chosen)}, but the webhooks of ${label} report only ${titles(statuses)}, so nothing would start the workflow. Choose at least one status that ${label} reports.`,
	);
}

/**
 * Rejects a loopback webhook URL, unless the gateway is in a private network, too. A private webhook URL
 * is accepted: a gateway with a public name may be in the same network.
 *
 * @param webhookUrl where the gateway sends its webhooks
 * @param gatewayUrl the gateway's base URL
 * @throws InvalidParameterError naming *Production URL*
 */
export function assertReachable(gateway: Gateway, webhookUrl: string, gatewayUrl: string): void {
	if (reachOf(webhookUrl) !== 'machine' || reachOf(gatewayUrl) !== 'internet') return;
	throw new InvalidParameterError(
		'Production URL',
		`The webhook URLs of this n8n lead to "${hostOf(webhookUrl)}", which is not reachable from the internet, so ${gateway.label} could not report any status. Set N8N_WEBHOOK_URL (in older versions WEBHOOK_URL) in the environment of n8n to its public URL, and restart n8n.`,
	);
}

/**
 * Rejects a credential that sends no URL along with messages, if the gateway reports statuses only to that.
 *
 * @throws InvalidParameterError naming *Status URL*
 */
export function assertStatusUrl({ label, capabilities }: Gateway, credential: Credential): void {
	if (capabilities.webhooks.registration !== 'perMessage') return;
	if (statusUrlOf(credential, null) !== null) return;
	throw new InvalidParameterError(
		'Status URL',
		`"Status URL" in the Message Gateway API credential is not a URL, so ${label} would report nothing. Enter the Production URL of this node there.`,
	);
}

const titles = (events: readonly string[]): string => events.map(eventTitle).join(', ');
