import type { GatewayId, Sandbox } from '../sandbox/index.mts';
import type { Json } from './client.mts';

/** The type of the package's one credential. */
export const CREDENTIAL_TYPE = 'messageGatewayApi';

/**
 * What a user would enter as Message Gateway API credential for the sandbox's account at a gateway.
 *
 * @param webhookSecret empty for none
 */
export function credentialFor(
	{ accounts }: Pick<Sandbox, 'accounts'>,
	gateway: string,
	webhookSecret = '',
): Json {
	const { chatWhatsApp, hypersenderSms, hypersenderWhatsApp, whapi, greenApi } = accounts;
	// By id, so that the types name this place when a gateway is added.
	const fields: Record<GatewayId, Json> = {
		chatWhatsApp: {
			chatWhatsAppUrl: chatWhatsApp.baseUrl,
			chatWhatsAppSessionId: chatWhatsApp.sessionId,
			chatWhatsAppApiKey: chatWhatsApp.apiKey,
		},
		hypersenderSms: {
			hypersenderSmsUrl: hypersenderSms.baseUrl,
			hypersenderSmsInstanceId: hypersenderSms.instanceId,
			hypersenderSmsApiToken: hypersenderSms.apiToken,
			hypersenderSmsTimezone: hypersenderSms.timezone,
		},
		hypersenderWhatsApp: {
			hypersenderWhatsAppUrl: hypersenderWhatsApp.baseUrl,
			hypersenderWhatsAppInstanceId: hypersenderWhatsApp.instanceId,
			hypersenderWhatsAppApiToken: hypersenderWhatsApp.apiToken,
		},
		whapi: {
			whapiUrl: whapi.baseUrl,
			whapiToken: whapi.apiToken,
			whapiChannelId: whapi.channelId,
		},
		greenApi: {
			greenApiUrl: greenApi.baseUrl,
			greenApiIdInstance: String(greenApi.idInstance),
			greenApiToken: greenApi.apiTokenInstance,
		},
	};
	return { gateway, webhookSecret, ...fields[gateway as GatewayId] };
}
