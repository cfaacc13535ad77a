import { bySignature, hex } from '../../test/e2e/hostileSender.mts';

export const sender = bySignature(
	'x-hub-signature-256',
	(key, text) => `sha256=${hex('sha256', key, text)}`,
	({ accounts }) => accounts.whatsAppCloud.appSecret,
	({ accounts: { whatsAppCloud } }, id, more) =>
		`{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"phone_number_id":"${whatsAppCloud.phoneNumberId}"},"statuses":[{"id":"wamid.${id}","status":"sent","timestamp":"1750030073","recipient_id":"16505551234"}]}}]}]${more}}`,
);
