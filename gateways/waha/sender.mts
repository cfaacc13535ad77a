import { bySignature, hex } from '../../test/e2e/hostileSender.mts';
import { SECRET } from '../../test/e2e/environment.mts';

export const sender = bySignature(
	'x-webhook-hmac',
	(key, text) => hex('sha512', key, text),
	() => SECRET,
	({ accounts: { waha } }, id, more) =>
		`{"event":"message.ack","session":"${waha.session}","engine":"WEBJS","payload":{"id":"true_11111111111@c.us_${id}","from":"11111111111@c.us","fromMe":true,"ack":1,"ackName":"SERVER"}${more}}`,
);
