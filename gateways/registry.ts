import { InvalidParameterError } from '../messages/invalidParameterError';
import { chatWhatsApp } from './chatWhatsApp';
import type { Capabilities } from './capabilities';
import { withCapabilities } from './withCapabilities';
import { evolutionApi } from './evolutionApi';
import type { Credential, Gateway } from './gateway';
import { greenApi } from './greenApi';
import { hypersenderSms } from './hypersenderSms';
import { hypersenderWhatsApp } from './hypersenderWhatsApp';
import { twilio } from './twilio';
import { waha } from './waha';
import { whapi } from './whapi';
import { whatsAppCloud } from './whatsAppCloud';
import { quote } from '../messages/text';

/** Every gateway, in the order in which users see them. One line adds one. */
export const gateways: readonly Gateway[] = [
	chatWhatsApp,
	evolutionApi,
	greenApi,
	hypersenderSms,
	hypersenderWhatsApp,
	twilio,
	waha,
	whapi,
	whatsAppCloud,
];

/** The ids of all gateways. */
export const gatewayIds: readonly string[] = gateways.map(({ id }) => id);

/** The labels of the gateways with a capability, as a list for people. */
export const labelsWith = (can: (capabilities: Capabilities) => boolean): string =>
	gateways
		.filter(({ capabilities }) => can(capabilities))
		.map(({ label }) => label)
		.join(', ');

/**
 * The gateway with an id.
 *
 * @throws InvalidParameterError naming *Gateway*
 */
export function gatewayById(id: unknown): Gateway {
	const gateway = gateways.find((candidate) => candidate.id === id);
	if (gateway === undefined) {
		throw new InvalidParameterError(
			'Gateway',
			`"Gateway" is ${quote(id)}. Choose one of these in the Message Gateway API credential: ${gatewayIds.join(', ')}.`,
		);
	}
	return gateway;
}

/** The gateway that a credential is for, with what it can do with this one. */
export function gatewayOf(credential: Credential): Gateway {
	const gateway = gatewayById(credential.gateway);
	return gateway.capabilitiesFor === undefined
		? gateway
		: withCapabilities(gateway, gateway.capabilitiesFor(credential));
}
