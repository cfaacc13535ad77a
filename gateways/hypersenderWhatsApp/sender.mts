import { bySecret } from '../../test/e2e/hostileSender.mts';

export const sender = bySecret(
	({ accounts: { hypersenderWhatsApp } }, id, more) =>
		`{"event":"message.ack","data":{"event":"message.ack","payload":{"id":"true_201063178738@c.us_${id}","from":"201063178738@c.us","fromMe":true,"ack":1,"ackName":"SERVER"},"instanceId":"${hypersenderWhatsApp.instanceId}"}${more}}`,
	({ accounts }) => [['x-instanceid', accounts.hypersenderWhatsApp.instanceId]],
);
