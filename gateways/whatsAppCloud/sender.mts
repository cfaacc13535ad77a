import { readFileSync } from 'node:fs';
import { bySignature, hex, type Sender } from '../../test/e2e/hostileSender.mts';

const signed = bySignature(
	'x-hub-signature-256',
	(key, text) => `sha256=${hex('sha256', key, text)}`,
	({ accounts }) => accounts.whatsAppCloud.appSecret,
	({ accounts: { whatsAppCloud } }, id, more) =>
		`{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"phone_number_id":"${whatsAppCloud.phoneNumberId}"},"statuses":[{"id":"wamid.${id}","status":"sent","timestamp":"1750030073","recipient_id":"16505551234"}]}}]}]${more}}`,
);

/** The vendor's own sample. */
const PREFERENCE = readFileSync(
	new URL('fixtures/received-marketing-stop.webhook.json', import.meta.url),
	'utf8',
);

export const sender: Sender = {
	...signed,
	preference: {
		// A number's own webhook does not carry them, and that of the app does, which is entered by hand.
		credential: { whatsAppCloudVerifyToken: 'entered by hand' },
		body: ({ accounts: { whatsAppCloud } }, person) =>
			PREFERENCE.replace('106540352242922', whatsAppCloud.phoneNumberId).replaceAll(
				'16505551234',
				person,
			),
	},
};
